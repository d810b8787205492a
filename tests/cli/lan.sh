# Servers on the local network: two machines of our own, each with its bus and its Avahi, and a cable between
# them. `here` is where this runs and pulls; `there` is the other. Neither sees this machine's network.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"

avahi=$(PATH=$PATH:/usr/sbin command -v avahi-daemon) && dbus=$(command -v dbus-daemon) || avahi=
if "$MZIGO" pull m -o out --trust lab.pub 2>&1 | grep -q 'built without Avahi'; then
    skip "built without Avahi" && finish
    exit
elif [ -z "$avahi" ]; then
    skip "no avahi-daemon or no dbus-daemon" && finish
    exit
elif [ -z "${MZG_ALONE:-}" ]; then
    MZG_ALONE=1 unshare -n true 2>/dev/null && MZG_ALONE=1 exec unshare -n bash "$0"
    skip "no network of its own (unshare -n needs root)" && finish
    exit
fi

# ---- the two machines ----

run=$(mktemp -d /tmp/mzigo-lan.XXXXXX) # a socket's path is short
declare -A pids=()
end() { # NAME...
    local name
    for name; do
        [ -n "${pids[$name]:-}" ] || continue
        kill -KILL "${pids[$name]}" 2>/dev/null
        wait "${pids[$name]}" 2>/dev/null
        unset "pids[$name]"
    done
}
leave() {
    unserve_all
    end "${!pids[@]}"
    rm -rf "$run"
}
trap leave EXIT

# COMMAND on MACHINE, in this process's place: in a subshell, or in the background.
on() { # MACHINE COMMAND...
    local machine=$1
    shift
    [ "$machine" = there ] || exec "$@"
    exec nsenter -t "${pids[there]}" -n env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$run/there" "$@"
}
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$run/here

# A condition that comes about by itself; a loaded machine takes its time.
until_true() { # TEXT COMMAND...
    local text=$1 i
    shift
    for ((i = 0; i < 600; i++)); do
        "$@" && return 0
        sleep 0.05
    done
    fail "$text: not in 30 s"
}

start_bus() { # MACHINE
    cat >"$run/$1.bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=$run/$1</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
END
    on "$1" "$dbus" --config-file="$run/$1.bus.conf" --nofork --nopidfile >>"$T/$1.bus" 2>&1 &
    pids[$1.bus]=$!
    until_true "a bus $1" test -S "$run/$1"
}

# Its files have fixed names, so each has a /run of its own.
start_avahi() { # MACHINE
    printf '[server]\nhost-name=%s\nallow-interfaces=cable-%s\nenable-dbus=yes\n[publish]\n%s\n[rlimits]\n' \
        "$1" "$1" 'publish-hinfo=no' >"$run/$1.avahi.conf"
    on "$1" unshare -m --propagation private sh -c 'mount -t tmpfs tmpfs /run && exec "$@"' sh \
        "$avahi" -f "$run/$1.avahi.conf" --no-drop-root --no-chroot --no-rlimits >>"$T/$1.avahi" 2>&1 &
    pids[$1.avahi]=$!
}

unshare -n sleep 1000 &
pids[there]=$!
apart() { [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/${pids[there]}/ns/net")" ]; }
until_true "a second machine" apart
if ! ip link add cable-here type veth peer name cable-there 2>"$T/err" ||
    ! ip link set cable-there netns "${pids[there]}" 2>>"$T/err"; then
    skip "no cable between two networks: $(head -n 1 "$T/err")" && finish
    exit
fi
n=1
for machine in here there; do
    (on $machine ip link set lo up)
    (on $machine ip addr add 10.11.12.$((n++))/24 dev cable-$machine)
    (on $machine ip link set cable-$machine up)
    start_bus $machine
    start_avahi $machine
done

# mzigo serve on MACHINE in the background, known as KEY; what it says is in $T/KEY.err.
share() { # KEY MACHINE REPO [OPTION]...
    local key=$1 machine=$2
    shift 2
    on "$machine" "$MZIGO" serve "$@" --port 0 --check-every 0 >"$T/$key" 2>"$T/$key.err" </dev/null &
    pids[$key]=$!
}
announced() { # KEY NAME
    until_true "$1 is announced as '$2'" grep -qsxF "mzigo: note: announced on the local network as '$2'" "$T/$1.err"
}
unshare_() { # KEY
    kill -TERM "${pids[$1]}"
    wait "${pids[$1]}"
    same "$1: stopped by the signal" $? 143
    unset "pids[$1]"
}
# What it did to the upstream: objects, and anything.
objects() { wire_bytes net objects; }

"$MZIGO" keygen -o lab >/dev/null
make_bundle m 6 60000
make_bundle x 1 5000 40
cp -rL m part
rm -rf part/objects/[0-7]?
cp -rL m liar
for f in liar/objects/*/*; do
    printf X | dd of="$f" bs=1 seek=100 conv=notrunc status=none
done

# ---- found, without an address ----

share school there m --name 'school № 1'
announced school 'school № 1'
ok pull m -o out --trust lab.pub --lan 1m
check "the files arrive" arrived m
contains "who it is" "$T/err" "on the local network: 'school № 1' at http://"
same "who it is: once" "$(grep -c 'on the local network' "$T/err")" 1
no 3 "holds no bundle y" pull y -o none --trust lab.pub --lan 1m -q
no 2 "needs a URL" pull m -o none --trust lab.pub --no-lan
no 2 "option --lan takes a time" pull m -o none --trust lab.pub --lan 5
no 2 "URL or NAME is missing" pull -o none --trust lab.pub
no 2 "option --name takes" serve m --name ''
no 2 "option --name takes" serve m --name $'a\nb'
no 2 "option --name takes" serve m --name "$(printf 'a%.0s' $(seq 64))"

# ---- asked for objects before others, and free ----

serve net m
rm -rf out
pull m --lan 1m --budget 30k --limit-rate 10k
same "the near one first: status" "$status" 0
check "the near one first: the files arrive" arrived m
same "the near one first: objects from afar" "$(objects)" 0
check "the near one first: documents from afar" [ "$(wire_bytes net)" -gt 1000 ]
rm -rf out
: >"$T/net.log"
pull m --no-lan
same "--no-lan: status" "$status" 0
check "--no-lan: objects from afar" [ "$(objects)" -gt 300000 ]
rm -rf out
ok pull http://127.0.0.1:9 m -o out --trust lab.pub --lan 1m
check "from afar comes nothing: the files arrive" arrived m

# ---- with the daemon's coming and going ----

end there.avahi
until_true "the daemon goes" grep -qs 'not announced' "$T/school.err"
start_avahi there
back() { [ "$(grep -c "announced on the local network as 'school № 1'" "$T/school.err")" = 2 ]; }
until_true "and comes" back
share twin here x --name 'school № 1'
announced twin 'school № 1 #2'
rm -rf out
ok pull m -o out --trust lab.pub --lan 1m
check "one of two has it: the files arrive" arrived m

# ---- goodbye ----

unshare_ school
unshare_ twin
share quiet there m --no-announce
share alone there m --bind 127.0.0.1
until_true "they serve" grep -qs serving "$T/quiet" "$T/alone"
none() { ! "$MZIGO" pull m -o none --trust lab.pub --lan 1s --give-up 1s -q >"$T/out" 2>"$T/err" && grep -q 'none announced' "$T/err"; }
until_true "who has gone is not found" none
no 8 "none announced itself as _mzigo._tcp within 1 s" pull m -o none --trust lab.pub --lan 1s -q
same "--no-announce" "$(grep -c announced "$T/quiet.err" "$T/alone.err" | cut -d: -f2 | tr '\n' ' ')" "0 0 "

# ---- who has a part, and who lies ----

share part there part
announced part "$(hostname)"
: >"$T/net.log"
rm -rf out
pull m --lan 1m
same "a part: status" "$status" 0
check "a part: the files arrive" arrived m
check "a part: the rest comes from afar" [ "$(objects)" -gt 0 ]
check "a part: only the rest does" [ "$(objects)" -lt 330000 ]
unshare_ part
share liar there liar --name liar
announced liar liar
rm -rf out
pull m --lan 1m
same "one that lies: status" "$status" 0
check "one that lies: the files arrive" arrived m
contains "one that lies: it is named" "$T/err" ": it sends bytes that are not what was signed"
check "one that lies: it is named" grep -q 'http://[^ ]* is not asked any more' "$T/err"
unshare_ liar

# ---- nobody to ask: no delay, no error ----

no_daemon() { # TEXT
    rm -rf out
    timeout 60 "$MZIGO" pull "$url" m -o out --trust lab.pub --lan 1h -q >"$T/out" 2>"$T/err"
    same "$1: status" $? 0
    timeout 60 "$MZIGO" pull m -o none --trust lab.pub --lan 1h --give-up 1s -q >"$T/out" 2>"$T/err"
    same "$1, and no URL: status" $? 8
    contains "$1, and no URL" "$T/err" "does not answer on this machine"
    share lonely here m
    until_true "$1: serve says so" grep -qs 'not announced on the local network: ' "$T/lonely.err"
    unshare_ lonely
}
end here.avahi
no_daemon "no daemon"
kill -STOP "${pids[here.bus]}"
rm -rf out
timeout 60 "$MZIGO" pull "$url" m -o out --trust lab.pub >"$T/out" 2>"$T/err"
same "a bus that hangs: status" $? 0
share stuck here m
until_true "it serves" grep -qs serving "$T/stuck"
unshare_ stuck
end here.bus
no_daemon "no bus"
check "nothing is left of it" [ ! -e none ]
finish
