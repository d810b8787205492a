# mzigo pull against a server that misbehaves: the right bytes or a clear error, and what it costs on the
# wire. Kills and losses of power: pull_struck.sh.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export XDG_STATE_HOME=$T/state
"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" keygen -o other >/dev/null
make_bundle m 12 260000
make_bundle s 3 12000
object=$(cd m && ls objects/*/* | head -n 1)

# ---- a good line ----

serve net m
pull m
same "status" "$status" 0
check "the files arrive" arrived m
cheap "a good line" m 0
contains "the cost is told before" "$T/err" "m 1: 2.98 MiB to fetch of 2.98 MiB"
contains "what it did" "$T/out" "verified and pulled: m 1"
serve net m
pull m
same "once more: status" "$status" 0
same "once more: no object is fetched" "$(wire_bytes net objects)" 0

rm -rf out
pull m --dry-run
same "--dry-run: status" "$status" 0
same "--dry-run: no object is fetched" "$(wire_bytes net objects)" 0
check "--dry-run leaves nothing" [ -z "$(ls -A out)" ]
ok pull "$url" -o out --trust lab.pub --json
json_is name m
json_is missing_bytes 0
json_is wrong_objects 0

# ---- who is to be believed ----

rm -rf out
no 6 "which is not trusted" pull "$url" m -o out --trust other.pub -q
check "nothing is there" [ -z "$(ls -A out 2>/dev/null)" ]
no 3 "holds no bundle x" pull "$url" x -o out --trust lab.pub -q
no 3 "holds no bundle m@2" pull "$url" m@2 -o out --trust lab.pub -q
no 2 "is not the address of a repository" pull ftp://h/x -o out --trust lab.pub -q
no 2 "is not the address of a repository" pull h m -o out --trust lab.pub -q
no 2 "option --budget takes" pull "$url" -o out --trust lab.pub --budget 5x
no 2 "option --window takes" pull "$url" -o out --trust lab.pub --window 8-9
no 2 "option --limit-rate takes" pull "$url" -o out --trust lab.pub --limit-rate 0
no 2 "option --stop-after takes" pull "$url" -o out --trust lab.pub --stop-after 5
no 8 "" pull http://127.0.0.1:9 m -o out --trust lab.pub --give-up 1s -q
mkdir -p empty
serve net empty
no 3 "has no index.json" pull "$url" m -o out --trust lab.pub -q
serve net m
rules net 'index.json missing'
pull m@1
same "a repository without an index, the version named" "$status" 0
check "it arrives" arrived m

# The version that the index said is dropped before its documents are asked for: the index is read again. One that
# goes on saying so ends the pull.
sed 's/"version": "1"/"version": "0.9"/; s/"sha256": "..../"sha256": "0000/' m/index.json >m/old.json
rm -rf out
serve net m
rules net '1 index.json other old.json'
pull m
same "a version is dropped meanwhile: status" "$status" 0
check "the next one arrives" arrived m
same "the index is read twice" "$(awk '$0 ~ /index.json/' "$T/net.log" | wc -l)" 2
rules net 'index.json other old.json'
no 3 "holds no m@0.9" pull "$url" m -o out --trust lab.pub -q
rm m/old.json

# ---- a line that breaks ----

weather() { # TEXT EXTRA RULE...
    local text=$1 extra=$2
    shift 2
    rm -rf out
    rules net "$@"
    serve net m
    pull m --timeout 1s --give-up 20s
    same "$text: status" "$status" 0
    check "$text: the files arrive" arrived m
    cheap "$text" m "$extra"
}
one=270000 # an object
aside weather "cut every 150 kB" $((25 * 2000)) 'x cut-every 150000'
aside weather "cut after each 30 kB" $((12 * 10 * 1000)) 'objects/* cut 30000'
aside weather "bodies that end early" 30000 '5 objects/* truncate 100000'
aside weather "stalls" 30000 '2 objects/* stall 50000'
aside weather "a byte that is wrong" $one '1 objects/* corrupt 1234'
aside weather "two bytes that are wrong" $((2 * one)) '2 objects/* corrupt 1234'
aside weather "wrong lengths" 300000 '1 objects/* wrong-length 1000' '1 objects/* wrong-length 500000'
aside weather "other ranges" 400000 '3 objects/* cut 50000' '1 objects/* wrong-range other' '1 objects/* wrong-range lie'
aside weather "ranges that lie" $((2 * one)) '2 objects/* cut 50000' '1 objects/* wrong-range'
aside weather "ranges ignored" $((3 * one)) '2 objects/* cut 50000' '1 objects/* ignore-range'
aside weather "404 for a moment" 4000 '1 objects/* status 404'
aside weather "503, 500, 429" 6000 '1 objects/* status 503' '1 objects/* status 500' '1 objects/* status 429'
aside weather "redirects to nowhere" 4000 '1 objects/* redirect http://127.0.0.1:9/'
aside weather "redirects in a loop" 9000 '8 objects/* redirect {}'
aside weather "a portal" 6000 '1 index.json portal' '2 objects/* portal'
aside weather "empty answers" 4000 '2 objects/* empty'
aside weather "no HTTP at all" 200000 '1 * garbage' '2 objects/* hangup'
# What has no end comes at 1 MB/s: on a loopback without limits, what is too much is what sockets hold.
aside weather "heads that do not end" 600000 '1 objects/* huge-header' 'objects/* slow 1000000'
aside weather "bodies that do not end" 600000 '1 objects/* endless' 'objects/* slow 1000000'
aside weather "an encoding nobody asked for" 300000 '1 objects/* gzip'
aside weather "no length" 30000 'objects/* chunked'
aside weather "another object's bytes" $((2 * one)) "1 objects/* other $object"
aside weather "connections refused" 4000 '3 * refuse'
aside weather "a manifest in pieces" 20000 '9 bundles/*.json cut 1000' '3 index.json cut 100'
aside weather "a wrong manifest" 20000 '1 bundles/*.json corrupt 300'

# 32 kbit/s, and 700 ms there and back.
slow_line() {
    serve net s --rate 4000 --latency 700
    pull s --timeout 5s
    same "32 kbit/s: status" "$status" 0
    check "32 kbit/s: the files arrive" arrived s
    cheap "32 kbit/s" s 0
}
aside slow_line

# ---- what never gets better: a clear error, and what came stays ----

hopeless() { # TEXT STATUS SAYS RULE...
    local text=$1 expected=$2 says=$3
    shift 3
    rm -rf out
    rules net "$@"
    serve net m
    pull m --timeout 1s --give-up 4s -q
    same "$text: status" "$status" "$expected"
    same "$text: one line" "$(wc -l <"$T/err")" 1
    contains "$text" "$T/err" "$says"
    check "$text: nothing is half there" nothing_half m
    rules net
    serve net m
    pull m -q
    same "$text: the same call goes on" "$status" 0
    check "$text: the files arrive" arrived m
}
aside hopeless "an object that is always wrong" 6 "is not what was signed" "$object corrupt-always"
aside hopeless "an object that is nowhere" 8 "has no object" "$object missing"
aside hopeless "a portal for ever" 8 "web page" 'objects/* portal'
aside hopeless "stalls for ever" 8 "no byte came" 'objects/* stall 0'
aside hopeless "503 for ever" 8 "503" 'objects/* status 503'
aside hopeless "a loop for ever" 8 "redirects" 'objects/* redirect {}'
join
rm -rf out
rules net 'index.json other bundles/m/1/manifest.json'
serve net m
no 5 "index.json: format" pull "$url" m -o out --trust lab.pub -q
rules net 'bundles/*.dsse corrupt 40'
serve net m
no 4 "manifest.dsse" pull "$url" m -o out --trust lab.pub -q --give-up 2s
rules net

# ---- mirrors ----

# What mirror `bad`, serving FOLDER by RULES, does to a pull that has an honest one beside it.
two_mirrors() { # TEXT FOLDER SAYS RULE...
    local text=$1 folder=$2 says=$3 first
    shift 3
    serve net m --rate 800000
    first=$url
    rules bad "$@"
    serve bad "$folder"
    "$MZIGO" pull "$url" m -o out --trust lab.pub --mirror "$first" --timeout 1s --give-up 9s >"$T/out" 2>"$T/err"
    same "$text: status" "$?" 0
    check "$text: the files arrive" arrived m
    contains "$text: it is named" "$T/err" "${says/URL/$url}"
}
aside two_mirrors "a mirror that lies" m "URL is not asked any more" 'objects/* corrupt 99'
aside two_mirrors "a mirror that stalls" m "URL is not asked any more: it stalls" 'objects/* stall 1000'
aside two_mirrors "a mirror with other documents" m "URL" 'bundles/* corrupt 20'
has_a_part() {
    cp -rL m part
    rm -rf part/objects/[0-7]?
    two_mirrors "a mirror that has a part" part "m 1: "
    check "it serves that part" [ "$(wire_bytes bad objects)" -gt 200000 ]
}
aside has_a_part
is_gone() {
    serve net m
    "$MZIGO" pull http://127.0.0.1:9 m -o out --trust lab.pub --mirror "$url" >"$T/out" 2>"$T/err"
    same "a mirror that is gone: status" "$?" 0
    check "a mirror that is gone: the files arrive" arrived m
}
aside is_gone

# ---- budgets ----

# At a rate, for on a loopback without limits sockets hold far more than was asked for.
one_run() {
    serve net m --rate 1000000
    pull m --budget 500k -q
    same "a budget: status" "$status" 7
    contains "a budget" "$T/err" "the budget of 488 KiB is used up"
    check "a budget holds" [ "$(wire_bytes net)" -le 750000 ]
    pull m -q
    same "going on: status" "$status" 0
    check "the files arrive" arrived m
    cheap "in two runs" m 200000
}
aside one_run
a_day() {
    serve net m --rate 1000000
    pull m --budget 1M/day --no-wait -q
    same "a day's budget: status" "$status" 7
    pull m --budget 1M/day --no-wait -q
    same "it is kept across runs: status" "$status" 7
    check "a day's budget holds" [ "$(wire_bytes net)" -le 1300000 ]
}
aside a_day
rates_and_hours() {
    local hour
    serve net m --rate 450000
    pull m --limit-rate 200k --stop-after 2s -q
    same "--stop-after: status" "$status" 7
    check "--limit-rate holds" [ "$(wire_bytes net)" -le 1000000 ]
    hour=$(date +%-H)
    pull m --window "$(((hour + 2) % 24)):00-$(((hour + 3) % 24)):00" --no-wait -q
    same "outside the hours: status" "$status" 7
    contains "outside the hours" "$T/err" "the hours for it begin in"
    pull m --window "$hour:00-$(((hour + 2) % 24)):00" -q
    same "within the hours: status" "$status" 0
}
aside rates_and_hours
a_signal() {
    serve net m --rate 500000
    "$MZIGO" pull "$url" m -o out --trust lab.pub -q 2>"$T/err" &
    sleep 2
    kill -TERM $!
    wait $!
    same "a signal: status" "$?" 143
    check "a signal: nothing half" nothing_half m
    pull m -q
    same "it goes on: status" "$status" 0
    check "the files arrive" arrived m
    cheap "stopped once" m 200000
}
aside a_signal
join

# ---- only what is missing ----

rm -rf out
"$MZIGO" pack m.files/* s.files/s0.bin -o both --key lab.key --name m --version 1 -q >/dev/null
"$MZIGO" pack m.files/m[1-3].bin s.files/*.bin -o both --key lab.key --name m --version 2 -q >/dev/null
serve net both
pull m@1
: >"$T/net.log"
pull m
same "an update: status" "$status" 0
check "an update takes the rest" cmp -s out/s2.bin s.files/s2.bin
check "an update costs what is new" [ "$(wire_bytes net objects)" -le 30000 ]
rm -rf out
: >"$T/net.log"
pull m@1 --reuse m -q
same "--reuse of a repository: status" "$status" 0
check "it costs what is new" [ "$(wire_bytes net objects)" -le 20000 ]
rm -rf out
: >"$T/net.log"
pull m@1 --reuse m.files/m1.bin --reuse m.files/m2.bin -q
same "--reuse of files: status" "$status" 0
check "they are not fetched" [ "$(wire_bytes net objects)" -le 2700000 ]

finish
