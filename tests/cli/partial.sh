# partial: mirror --files keeps some files of a bundle; whoever reads that copy knows, and it can be made whole.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
export no_proxy='*' ASAN_OPTIONS=verify_asan_link_order=0 XDG_STATE_HOME=$T/state

ok keygen -o lab
head -c 300000 /dev/urandom >m-q4.gguf
{ head -c 200000 m-q4.gguf && head -c 200000 /dev/urandom; } >m-q8.gguf
echo "a licence" >LICENSE
mkdir -p source
ok pack m-q4.gguf m-q8.gguf LICENSE -o source --key lab.key --name m --version 1 -q
ok pack LICENSE -o source --key lab.key --name other --version 1 -q
serve net source
trusted=$PWD/lab.pub
partial=copy/bundles/m/1/partial.json
mirror() { # STATUS OPTION...
    local expected=$1
    shift
    "$MZIGO" mirror "$url" copy --trust "$trusted" "$@" >"$T/out" 2>"$T/err" </dev/null
    same "mirror $*: status" $? "$expected"
}
start_page() { # sets page, server
    "$MZIGO" serve copy --bind 127.0.0.1 --port 0 --check-every 0 --trust lab.pub >"$T/serve" 2>"$T/serve.err" </dev/null &
    server=$!
    for _ in $(seq 1000); do
        page=$(grep -o 'http://[^ "]*/' "$T/serve" | head -n 1)
        [ -z "$page" ] && kill -0 $server 2>/dev/null || break
        sleep 0.05
    done
}
stop_page() {
    kill -TERM $server
    wait $server
    same "stopped by the signal" $? 143
}
files() { "$B/tests/cli/json" "$1" <$partial; }

# ---- some files ----

mirror 3 m --files '*.onnx'
contains "no file is like it" "$T/err" "m@1: has no file like what --files says"
check "no file is like it: no bundle" [ ! -e copy/bundles/m ]
mirror 0 --files '*q4*'
contains "of others there is none" "$T/err" "other@1: has no file like"
same "format" "$(files format)" mzigo.partial/1
same "files" "$(files files) $(files files.0)" "[1] m-q4.gguf"
sent=$(wire_bytes net objects)
check "$sent bytes for 300000" [ "$sent" -lt 310000 ]
ok verify copy --trust lab.pub
contains "verify says so" "$T/out" "partial  1 of 3 files are here"
ok verify copy --trust lab.pub --deep --json
json_is bundles.0.files_left_out 2
ok unpack copy m -o out --trust lab.pub
contains "unpack says so" "$T/out" "partial  1 of 3 files are here"
same "unpack: the one file" "$(ls out)" m-q4.gguf
check "unpack: its bytes" cmp -s out/m-q4.gguf m-q4.gguf
ok inspect copy
contains "inspect says so" "$T/out" "partial  1 of 3 files are here"
no 3 "has a partial copy of m@1" pack m-q4.gguf m-q8.gguf LICENSE -o copy --key lab.key --name m --version 1
: >"$T/net.log"
mirror 0 m --files '*Q4*' # as pull and unpack: case makes no difference
same "again: nothing is fetched" "$(wire_bytes net objects)" 0
before=$(find copy -type f | sort | xargs sha256sum)
ok gc copy -q
same "gc: nothing goes" "$(find copy -type f | sort | xargs sha256sum)" "$before"
mkdir stick
"$MZIGO" carry out copy stick -q >"$T/out" 2>"$T/err"
contains "is not carried" "$T/err" "is a partial copy, which is not carried"

# ---- other files than were begun with ----

mkdir other.d
cd other.d || exit 1
mirror 7 m --files '*q8*' --budget 150k
check "begun" [ ! -e copy/bundles/m/1/manifest.json ]
mirror 0 m --files '*q4*'
same "another choice" "$(files files) $(files files.0)" "[1] m-q4.gguf"
"$MZIGO" verify copy --trust ../lab.pub --deep >"$T/out" 2>"$T/err"
same "another choice: sound" $? 0
check "and what the first began is no longer needed" [ ! -e copy/.mzigo/coming ]
cd ..

# ---- killed at any moment ----

run_mirror() { # OPTION...
    env LD_PRELOAD="$B/tests/cli/fault.so" MZG_FAULT=$n:kill MZG_FAULT_MARK="$T/mark" \
        "$MZIGO" mirror "$url" copy m --trust lab.pub -q "$@"
}
cp -r copy begun
killed() { # FILES [OPTION]...: how many there are in the end
    local expected=$1 n before=$failed
    shift
    for ((n = 1; ; n += 1 + n / 2)); do
        rm -rf copy "$T/mark"
        cp -r begun copy
        run_mirror "$@" >"$T/out" 2>"$T/err" </dev/null
        [ -e "$T/mark" ] || break
        "$MZIGO" verify copy --trust lab.pub --deep -q >"$T/out" 2>"$T/err" || fail "killed at $n ($(cat "$T/mark"))"
        mirror 0 m "$@"
        "$MZIGO" verify copy m --trust lab.pub --deep --json >"$T/out" 2>"$T/err" || fail "killed at $n: after it"
        json_is bundles.0.files "$expected"
        [ "$failed" = "$before" ] || break
    done
    check "killed more than once ($n)" [ "$n" -gt 8 ]
}
killed 2 --files LICENSE
killed 3
rm -rf copy
mv begun copy

# ---- served ----

start_page
curl -sS "${page}en/m" >"$T/page"
contains "the page knows" "$T/page" "This server has 1 of the 3 files."
check "and shows no other" [ -z "$(grep -F -e m-q8 -e 'mzigo pull http' "$T/page")" ]
for _ in $(seq 1000); do
    curl -sS "${page}healthz" >"$T/out"
    [ "$(json looked)" = null ] || break
    sleep 0.05
done
json_is status ok

# ---- more of them, then all ----

mirror 0 m --files LICENSE --plain
same "what is here stays" "$(files files) $(files files.0) $(files files.1)" "[2] m-q4.gguf LICENSE"
same "plain files" "$(ls copy/plain/m/1 | tr '\n' ' ')" "LICENSE m-q4.gguf "
: >"$T/net.log"
mirror 0 m --plain
check "whole" [ ! -e $partial ]
check "whole: what was here is not fetched" [ "$(wire_bytes net objects)" -lt 410000 ]
ok verify copy m --trust lab.pub --deep
check "whole: nothing more is said" [ -z "$(grep partial "$T/out")" ]
check "plain files: the third too" cmp -s m-q8.gguf copy/plain/m/1/m-q8.gguf
stop_page
start_page
curl -sS "${page}en/m" >"$T/page"
contains "the page knows" "$T/page" m-q8.gguf
mirror 0 m --files LICENSE
check "a whole copy stays whole" [ ! -e $partial ]
stop_page

# ---- a copy that says other things ----

cp -r copy sick
for evil in '{' '[]' '{"format": "mzigo.partial/2", "files": ["LICENSE"]}' '{"format": "mzigo.partial/1", "files": []}' \
    '{"format": "mzigo.partial/1", "files": ["../LICENSE"]}' '{"format": "mzigo.partial/1", "files": [1]}' \
    '{"format": "mzigo.partial/1", "files": ["LICENSE", "LICENSE"]}' '{"format": "mzigo.partial/1"}'; do
    echo "$evil" >sick/bundles/m/1/partial.json
    "$MZIGO" verify sick --trust lab.pub >"$T/out" 2>"$T/err"
    case $? in 4 | 5) pass ;; *) fail "$evil" ;; esac
    contains "$evil" "$T/err" "bundles/m/1/partial.json"
done
echo '{"format": "mzigo.partial/1", "files": ["LICENSE"]}' >sick/bundles/m/1/partial.json
ok gc sick -q --grace 0
rm sick/bundles/m/1/partial.json
ok verify sick m --trust lab.pub --deep # nothing went for it
finish
