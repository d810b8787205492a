# Servers on the local network: announced on one machine of our own, found on the other, and what a hostile one
# announces.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
# D-Bus's library takes its own locks in any order.
export TSAN_OPTIONS="${TSAN_OPTIONS:-} detect_deadlocks=0"

avahi=$(PATH=$PATH:/usr/sbin command -v avahi-daemon) && dbus=$(command -v dbus-daemon) || avahi=
[ -e lab.pub ] || { "$MZIGO" keygen -o lab && "$MZIGO" keygen -o other; } >/dev/null
if "$MZIGO" pull m -o out --trust lab.pub 2>&1 | grep -q 'built without Avahi'; then
    make_bundle m 1 6000
    no 5 "built without Avahi" pull m -o out --trust lab.pub
    no 5 "built without Avahi" mirror copy --trust lab.pub
    serve net m
    ok pull "$url" m -o out --trust lab.pub
    check "with a URL it goes without" arrived m
    ok pull "$url" m -o out --trust lab.pub --lan 1s
    contains "what was asked for is said to be missing" "$T/err" "note: this program was built without Avahi"
    finish
    exit
elif [ -z "$avahi" ]; then
    skip "no avahi-daemon or no dbus-daemon" && finish
    exit
elif [ -z "${MZG_ALONE:-}" ]; then
    MZG_ALONE=1 unshare -n true 2>/dev/null && MZG_ALONE=1 exec unshare -n bash "$0"
    skip "no network of its own (unshare -n needs root)" && finish
    exit
fi
. "$root/tests/net/two_machines.sh"

# What was asked of the upstream in objects.
objects() { wire_bytes net objects; }
# Who was found, without their addresses.
found() { sed -n "s/.*on the local network: '\(.*\)' at .*/\1/p" "$T/err" | LC_ALL=C sort | tr '\n' ' '; }

# m: to be had there. u: so, but the next version also at another server. p: there in part. l: there with
# wrong bytes. s: there, by IPv6 only. x: here.
make_bundle m 6 60000
make_bundle x 1 5000 40
make_bundle u 2 50000 50
cp -r u up
mkdir new
cp u.files/* new/
noise 77 30000 >new/u0.bin
"$MZIGO" pack new/* -o up --key lab.key --name u --version 2 -q >/dev/null
make_bundle s 1 5000 80
make_bundle p 6 40000 60
cp -r p part
rm -rf part/objects/[0-7]?
make_bundle l 2 40000 70
cp -r l liar
for f in liar/objects/*/*; do
    printf X | dd of="$f" bs=1 seek=100 conv=notrunc status=none
done

six=$(on there ip -6 -o addr show dev cable-there scope link | awk '{ sub("/.*", "", $4); print $4 }')
[ -z "$six" ] || share six there s --name six --bind "$six%cable-there"
share school there m --name 'school № 1'
share old there u --name old
share new there up --name new
share part there part --name part
share liar there liar --name liar
share here here x --name zoezi
share quiet here x --no-announce
share alone here x --bind 127.0.0.1
announced school 'school № 1'
for key in old new part liar; do announced $key $key; done
announced here zoezi
[ -z "$six" ] || announced six six
everyone="liar new old part school № 1 ${six:+six }"

# ---- found, without an address ----

without() {
    ok pull m -o out --trust lab.pub --lan 1m
    check "the files arrive" arrived m
    contains "who it is" "$T/err" "on the local network: 'school № 1' at http://"
    same "each once, and only who is announced" "$(found)" "${everyone}zoezi "
    rm -rf out
    ok pull m -o out --trust lab.pub --lan 1m --budget 1k --limit-rate 1k --json
    check "nothing is counted: the files arrive" arrived m
    same "all bytes are local" "$(json local_bytes)" "$(json wire_bytes)"
}
aside without
refused() {
    no 3 "holds no bundle y" pull y -o none --trust lab.pub --lan 1m -q
    no 6 "which is not trusted" pull m -o none --trust other.pub --lan 1m -q
    no 8 "http://127.0.0.1:9: " pull http://127.0.0.1:9 m -o none --trust lab.pub --lan 1m --give-up 1s -q
    same "no documents but the URL's" "$(ls -A none)" ""
}
aside refused
newest() {
    ok pull u -o out --trust lab.pub --lan 1m
    check "the newest that any of them has" diff -r new out
    rm -rf out
    ok pull u@1 -o out --trust lab.pub --lan 1m
    check "a version that was named" arrived u
    [ -n "$six" ] || return
    rm -rf out
    ok pull s -o out --trust lab.pub --lan 1m
    check "by IPv6 only: the files arrive" arrived s
}
aside newest

# ---- asked for objects before others, and free ----

before() {
    serve net m
    pull m --lan 1m --budget 30k --limit-rate 10k
    same "the near one first: status" "$status" 0
    check "the near one first: the files arrive" arrived m
    same "the near one first: objects from afar" "$(objects)" 0
    check "the near one first: documents from afar" [ "$(wire_bytes net)" -gt 1000 ]
    rm -rf out
    pull m --no-lan
    same "--no-lan: status" "$status" 0
    check "--no-lan: objects from afar" [ "$(objects)" -gt 300000 ]
}
aside before
behind() {
    rm -rf m.files # u at the URL has one version, which is not the newest nearby
    serve net u
    pull u --lan 1m
    same "the URL says what is newest: status" "$status" 0
    check "the URL says what is newest" arrived u
    same "the URL says what is newest: objects from afar" "$(objects)" 0
}
aside behind
parts() {
    serve net p
    pull p --lan 1m
    same "a part: status" "$status" 0
    check "a part: the files arrive" arrived p
    check "a part: the rest comes from afar" [ "$(objects)" -gt 0 ]
    check "a part: only the rest does" [ "$(objects)" -lt 220000 ]
}
lies() {
    rm -rf out
    serve net l
    pull l --lan 1m
    same "one that lies: status" "$status" 0
    check "one that lies: the files arrive" arrived l
    contains "one that lies: it is named" "$T/err" ": it sends bytes that are not what was signed"
    check "one that lies: it is named" grep -q 'http://[^ ]* is not asked any more' "$T/err"
}
parts_and_lies() { parts; lies; }
aside parts_and_lies

# ---- mirror: in the same way ----

mirrors() {
    serve net m
    ok mirror "$url" copy --trust lab.pub --lan 1m
    check "mirror: a copy" diff -r m copy
    same "mirror: not who is here" "$(found)" "$everyone"
    contains "mirror: what of it was local" "$T/out" " of it local"
    same "mirror: objects from afar" "$(objects)" 0
    check "mirror: documents from afar" [ "$(wire_bytes net)" -gt 1000 ]
    rm -rf copy
    ok mirror "$url" copy --trust lab.pub --no-lan
    check "mirror --no-lan: objects from afar" [ "$(objects)" -gt 300000 ]
}
aside mirrors
mirrors_without() {
    ok mirror copy m@1 --trust lab.pub --lan 1m
    check "mirror without a URL: a copy" diff -r m copy
    no 3 "holds no bundle y" mirror copy y --trust lab.pub --lan 1m -q
    rm -rf none
    no 6 "which is not trusted" mirror none m --trust other.pub --lan 1m -q
    check "mirror: nothing comes" [ ! -e none/bundles ]
}
aside mirrors_without
join

no 2 "option --trust KEY.pub is missing" pull m -o none
no 2 "needs a URL" pull m -o none --trust lab.pub --no-lan
no 2 "needs a URL" mirror none --trust lab.pub --no-lan
no 2 "option --lan takes a time" pull m -o none --trust lab.pub --lan 5
no 2 "option --lan takes a time of at most 1h" pull m -o none --trust lab.pub --lan 61m
no 2 "exclude each other" pull http://h m -o none --trust lab.pub --lan 1m --no-lan
no 2 "URL or NAME is missing" pull -o none --trust lab.pub
no 2 "REPO is missing" mirror http://h --trust lab.pub
no 2 "option --name takes" serve m --name ''
no 2 "option --name takes" serve m --name $'a\nb'
no 2 "option --name takes" serve m --name "$(printf 'a%.0s' $(seq 64))"

# ---- with the daemon's coming and going ----

end there.avahi
until_true "the daemon goes" grep -qs 'not announced' "$T/school.err"
start_avahi there
back() { [ "$(grep -c "announced on the local network as 'school № 1'" "$T/school.err")" = 2 ]; }
until_true "and comes" back
share twin here x --name 'school № 1'
announced twin 'school № 1 #2'

# ---- goodbye ----

unshare_ school twin old new part liar here quiet alone ${six:+six}
same "who is not to be announced is not" "$(grep -c announced "$T/quiet.err" "$T/alone.err" | cut -d: -f2 | tr '\n' ' ')" "0 0 "
gone() {
    "$MZIGO" pull m -o none --trust lab.pub --lan 1s --give-up 1s -q >"$T/out" 2>"$T/err"
    [ $? = 8 ] && grep -q "none announced itself as _mzigo._tcp within 1 s" "$T/err"
}
sleep 1.5 # it takes a second, and asking those who have gone takes longer
until_true "who has gone is not found" gone

# ---- what a hostile machine announces ----

share witness there m
until_true "it serves" grep -qs serving "$T/witness"
port=$(sed -n 's|.*http://[^ ]*:\([0-9]*\)/* *$|\1|p' "$T/witness" | head -n 1)
there=${address[there]}
hostile() { # SERVICES
    on there "$B/tests/net/mdns" $there <"$1" 2>>"$T/hostile.err" &
    pids[hostile]=$!
}
{
    printf 'evil outside\t203.0.113.5\t%d\tv=1\n' "$port"
    printf 'evil loopback\t127.0.0.1\t%d\tv=1\n' "$port"
    printf 'evil multicast\t224.0.0.251\t%d\tv=1\n' "$port"
    printf 'evil port\t%s\t0\tv=1\n' $there
    printf 'evil \033[2J\r\t%s\t%d\tv=1\n' $there "$port"
    printf 'evil \377\376\t%s\t%d\tv=1\n' $there "$port"
    printf 'evil without\t%s\t%d\n' $there "$port"
    printf 'evil version\t%s\t%d\tv=2\tv=1\n' $there "$port"
    printf 'evil path\t%s\t%d\tv=1\tpath=/../../etc\n' $there "$port"
    printf 'evil host\t%s\t%d\tv=1\tpath=//203.0.113.5/\n' $there "$port"
    printf 'evil text\t%s\t%d\t\t=\t\001\377=\377\tv\tpath\tv=\n' $there "$port"
    printf 'closed\t%s\t9\tv=1\n' $there
    printf 'witness\t%s\t%d\tv=1\tx=\001\377\t=y\n' $there "$port"
} >services
hostile services
witnessed() {
    rm -rf out
    "$MZIGO" pull m -o out --trust lab.pub --lan 1m >"$T/out" 2>"$T/err" </dev/null
    status=$?
    grep -q "'witness'" "$T/err" && grep -q "'closed'" "$T/err"
}
until_true "a witness is found" witnessed
same "hostile: status" "$status" 0
check "hostile: the files arrive" arrived m
check "hostile: none that is not as it should be" eval '! grep -a "evil\|203.0.113.5\|$(printf "\033")" "$T/err"'
end hostile
echo "flood 500 $there 9" >services
hostile services
flooded() {
    rm -rf out
    pull m --lan 1m
    grep -q "'flood" "$T/err"
}
serve net m
until_true "a flood is noticed" flooded
same "a flood: status" "$status" 0
check "a flood: the files arrive" arrived m
check "a flood has an end" [ "$(found | wc -w)" -le 32 ]
end hostile witness

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
finish
