# Sourced by tests of the local network, behind tests/net/lib.sh, in a network namespace of their own: two
# machines, each with its bus and its Avahi, and a cable between them. `here` is where this runs; `there` is the
# other. Neither sees this machine's network.
#   avahi, dbus   the two daemons
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
    disown -a # bash says nothing of how they end
    kill -KILL "${pids[@]}" 2>/dev/null
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
    local text=$1 end=$((SECONDS + 60))
    shift
    while [ $SECONDS -lt $end ]; do
        "$@" && return 0
        sleep 0.05
    done
    fail "$text: not in 60 s"
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
declare -A address=([here]=10.11.12.1 [there]=10.11.12.2)
for machine in here there; do
    (on $machine ip link set lo up)
    # An address of IPv6 can be used at once: nobody else can have it.
    (on $machine sh -c "echo 0 >/proc/sys/net/ipv6/conf/cable-$machine/accept_dad" 2>/dev/null)
    (on $machine ip addr add ${address[$machine]}/24 dev cable-$machine)
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
unshare_() { # KEY...
    local key
    for key; do kill -TERM "${pids[$key]}"; done
    for key; do
        wait "${pids[$key]}"
        same "$key: stopped by the signal" $? 143
        unset "pids[$key]"
    done
}
