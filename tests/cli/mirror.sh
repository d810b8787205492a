# mzigo mirror against a server that misbehaves: a copy that is right at any moment, and what it costs.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export XDG_STATE_HOME=$T/state ASAN_OPTIONS=verify_asan_link_order=0
"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" keygen -o other >/dev/null
make_bundle m 4 60000
# An update of m's first file, and a bundle that nobody here trusts.
cp -r m up
mkdir new
cp m.files/* new/
noise 77 30000 >new/m0.bin
"$MZIGO" pack new/* -o up --key lab.key --name m --version 2 -q >/dev/null
"$MZIGO" pack new/m0.bin -o up --key other.key --name evil --version 1 -q >/dev/null
one=64000

mirror() { # [OPTION]...
    "$MZIGO" mirror "$url" copy --trust lab.pub "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
}
# The copy is what the source has, and nothing of the keeper's is left.
copied() { # NAME
    diff -r "$1" copy >/dev/null
}
# Every bundle that a reader finds in the copy can be had.
consistent() {
    [ ! -e copy/index.json ] || "$MZIGO" verify copy --trust lab.pub --deep -q >"$T/verify" 2>&1
}

# ---- a good line ----

serve net m
mirror --dry-run
same "--dry-run: status" "$status" 0
contains "--dry-run: the cost" "$T/out" "1 bundle: 235 KiB to fetch"
check "--dry-run: no bundle" [ ! -e copy/bundles ]
mirror
same "status" "$status" 0
check "a copy" copied m
cheap "a good line" m 3000
: >"$T/net.log"
mirror
same "again: status" "$status" 0
same "again: only the index is fetched" "$(awk '{print $2}' "$T/net.log" | grep -c json)" 1
same "again: no object is fetched" "$(wire_bytes net objects)" 0

# ---- an update ----

serve net up
mirror
same "an update: status" "$status" 0
contains "who is not trusted is told of" "$T/err" "evil@1"
check "and left out" [ ! -e copy/bundles/evil ]
check "an update costs what is new" [ "$(wire_bytes net objects)" -le 32000 ]
check "both versions are there" [ -e copy/bundles/m/1/manifest.json -a -e copy/bundles/m/2/manifest.json ]
check "consistent" consistent
no 6 "which is not trusted" mirror "$url" copy evil --trust lab.pub -q
no 3 "holds no bundle x" mirror "$url" copy x --trust lab.pub -q
no 3 "holds no bundle m@9" mirror "$url" copy m@9 --trust lab.pub -q
no 2 "option --quota takes" mirror "$url" copy --trust lab.pub --quota much
mirror m --keep 1 --grace 0
same "--keep: status" "$status" 0
contains "--keep" "$T/out" "dropped m@1"
same "--keep: the old one is gone" "$(ls copy/bundles/m)" 2
same "--keep: its object too" "$(find copy/objects -type f | wc -l)" 4
mirror m@1
same "NAME@VERSION: status" "$status" 0
check "NAME@VERSION" [ -e copy/bundles/m/1/manifest.json ]

# ---- what is damaged here ----

object=$(cd copy && ls objects/*/* | head -n 1)
truncate -s 100 "copy/$object"
mirror m
contains "a wrong length is told" "$T/err" "it is replaced"
check "and made good" consistent
size=$(stat -c %s "copy/$object")
head -c "$size" /dev/zero >"copy/$object"
mirror m --check --json
json_is replaced_objects 1
check "--check finds wrong bytes" consistent
rm "copy/$object"
mirror m m@1
same "an object that is missing: status" "$status" 0
check "comes again" consistent

# ---- a quota, a disk ----

rm -rf copy
serve net m
mirror --quota 100k -q
same "a quota: status" "$status" 7
contains "a quota: both numbers" "$T/err" "would be 240222 bytes, the quota is 100000"
same "no object is fetched" "$(wire_bytes net objects)" 0
mirror -q
serve net up
mirror m --quota 260k
same "a quota for one version: status" "$status" 0
same "the older one went" "$(ls copy/bundles/m)" 2
check "consistent" consistent

# ---- plain files ----

mirror m --plain
same "--plain: status" "$status" 0
check "--plain" diff -r new copy/plain/m/2
rm -rf copy/plain/m/2
mirror m --plain
check "--plain: made again" diff -r new copy/plain/m/2
echo mine >copy/plain/m/2/note
ok gc copy --keep 1
"$MZIGO" pack m.files/m1.bin -o copy --key lab.key --name m --version 3 -q >/dev/null
ok gc copy --keep 1 --grace 0
same "gc takes plain files too, and nobody else's" "$(ls copy/plain/m/2)" note

# ---- a published version never changes ----

rm -rf copy changed
"$MZIGO" pack m.files/m1.bin -o changed --key lab.key --name m --version 1 -q >/dev/null
serve net m
mirror -q
serve net changed
no 6 "a published version never changes" mirror "$url" copy --trust lab.pub -q

# ---- a source that is hostile ----

rm -rf copy
cp -r m bad
sed -i 's/"name": "m"/"name": "..\/..\/x"/' bad/index.json
serve net bad
no 4 "index.json: bundles[0].name" mirror "$url" copy --trust lab.pub -q
cp m/index.json bad/
printf '%0999999d' 0 >bad/bundles/m/1/manifest.json
serve net bad
no 8 "has 999999 bytes of it, not" mirror "$url" copy m@1 --trust lab.pub -q --give-up 1s --timeout 1s
same "nothing but the folder" "$(find copy -path '*/objects/*')" ""

# ---- a line that breaks ----

weather() { # TEXT EXTRA RULE...
    local text=$1 extra=$2
    shift 2
    rm -rf copy
    rules net "$@"
    serve net m
    mirror --timeout 1s --give-up 20s
    same "$text: status" "$status" 0
    check "$text: a copy" copied m
    cheap "$text" m "$extra"
}
aside weather "cut every 50 kB" 40000 'x cut-every 50000'
aside weather "a byte that is wrong" $one '1 objects/* corrupt 1234'
aside weather "a portal" 6000 '1 index.json portal' '2 objects/* portal'
aside weather "404, 503" 6000 '1 objects/* status 404' '1 objects/* status 503'
hopeless() {
    rm -rf copy
    rules net "$object missing"
    serve net m
    mirror -q
    same "an object that is nowhere: status" "$status" 8
    check "the bundle is not there" [ ! -e copy/bundles ]
    rules net
    : >"$T/net.log"
    "$MZIGO" gc copy --grace 0 -q >/dev/null 2>"$T/err"
    mirror -q
    same "it goes on: status" "$status" 0
    check "and gc took nothing that had come" [ "$(wire_bytes net objects)" -le $one ]
    check "a copy" copied m
}
object=$(cd m && ls objects/*/* | tail -n 1)
aside hopeless
# At a budget's end, in the middle of an object.
budget() {
    serve net m
    rm -rf copy
    mirror --budget 150k -q
    same "a budget: status" "$status" 7
    mirror -q
    same "going on: status" "$status" 0
    check "a copy" copied m
    cheap "in two runs" m 140000
}
aside budget
join

# ---- killed, out of space, without power ----

# A function, so that bash's own words on a killed program go where the program's do.
run_mirror() { # VARIABLE=VALUE...
    env "$@" "$MZIGO" mirror "$url" copy --trust lab.pub -q
}

struck_once() { # TEXT EXTRA VARIABLE=VALUE...
    local text=$1 extra=$2 before=$failed
    shift 2
    rm -rf copy "$T/mark"
    : >"$T/net.log"
    run_mirror "$@" >"$T/out" 2>"$T/err" </dev/null
    [ -e "$T/mark" ] || return 1
    text="$text ($(cat "$T/mark"))"
    consistent || fail "$text: a bundle that is not whole"
    mirror -q
    [ "$status" = 0 ] || fail "$text: does not go on"
    "$MZIGO" gc copy --grace 0 -q >/dev/null 2>"$T/err" || fail "$text: gc"
    rm -rf copy/.mzigo
    copied m || fail "$text: not a copy"
    cheap "$text" m "$extra"
    [ "$failed" != "$before" ] || pass
}
struck() { # EXTRA HOW VARIABLES
    local n=${FIRST:-3} extra=$1 how=$2
    shift 2
    rules net
    serve net m
    while struck_once "struck at $n by $how" "$extra" "$@" "${var}=$n:$how"; do
        n=$((n + ${STRIDE:-2 + n}))
    done
    check "struck more than once by $how" [ "$n" -gt 8 ]
}
struck_by() {
    local var=MZG_FAULT
    struck 140000 "$1" LD_PRELOAD="$B/tests/cli/fault.so" MZG_FAULT_MARK="$T/mark"
}
powerless() {
    local var=MZG_POWER
    struck 260000 "$1" LD_PRELOAD="$B/tests/net/power.so" MZG_POWER_DIR="$PWD" MZG_POWER_MARK="$T/mark"
}
aside struck_by kill
aside struck_by full
aside powerless all
aside powerless names
join

# ---- read while it is brought up to date, and cleared up ----

beside() {
    local i readers=()
    rm -rf copy
    serve net m
    mirror -q
    serve net up --rate 300000
    serve out copy
    for i in 1 2 3; do
        (for ((k = 0; k < 3; k++)); do
            "$MZIGO" pull "$url" m -o "out$i$k" --trust lab.pub -q >/dev/null 2>>"$T/reader" || echo "status $?" >>"$T/reader"
        done) &
        readers+=($!)
    done
    url=http://127.0.0.1:$(cat "$T/net.port")
    mirror --keep 1 -q
    same "beside readers: status" "$status" 0
    for i in 1 2 3; do "$MZIGO" gc copy --keep 1 -q >/dev/null 2>>"$T/reader" || echo gc >>"$T/reader"; done
    wait "${readers[@]}"
    same "readers beside a mirror and gc" "$(cat "$T/reader")" ""
    check "consistent" consistent
}
beside

# ---- the units ----

if command -v systemd-analyze >/dev/null; then
    mkdir units
    for f in "$root"/samples/systemd/*; do
        sed "s|/usr/local/bin/mzigo|$(command -v true)|" "$f" >"units/$(basename "$f")"
    done
    systemd-analyze verify --man=no units/*.service units/*.timer >"$T/out" 2>"$T/err"
    same "systemd-analyze: status" $? 0
    same "systemd-analyze: what it says of them" "$(grep mzigo "$T/err")" ""
else
    skip "systemd-analyze is not installed"
fi
finish
