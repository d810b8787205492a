# files: one grade of a bundle that has several: --files of unpack and pull.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export XDG_STATE_HOME=$T/state
"$MZIGO" keygen -o lab >/dev/null

# Two grades that share their first object, a third that shares the end of the second, and two small files.
mkdir files files/docs
{ noise 1 4194304 && noise 2 300000; } >files/m-Q8_0.gguf
{ noise 1 4194304 && noise 3 200000; } >files/m-Q4_K_M.gguf
{ noise 4 4194304 && noise 3 200000; } >files/m-Q4_0.gguf
echo licence >files/LICENSE
echo card >files/docs/README.md
cd files && ok pack m-Q8_0.gguf m-Q4_K_M.gguf m-Q4_0.gguf LICENSE docs/README.md -o ../m --key ../lab.key --name m \
    --version 1 -q && cd .. || exit 1
rm -rf whole
ok unpack m -o whole --trust lab.pub -q

# What lies in FOLDER is these files, right.
holds() { # TEXT FOLDER FILE...
    local text=$1 folder=$2 f
    shift 2
    same "$text: files" "$(cd "$folder" && find . -type f | sort)" "$(printf './%s\n' "$@" | sort)"
    for f in "$@"; do check "$text: $f" cmp -s "$folder/$f" "whole/$f"; done
}

# ---- unpack ----

ok pack files/m-Q8_0.gguf files/m-Q4_K_M.gguf files/m-Q4_0.gguf files/LICENSE -o m.mzb --key lab.key --name m \
    --version 1 -q
for from in m m.mzb; do
    rm -rf out
    ok unpack $from -o out --trust lab.pub --files '*q4_k_m*'
    contains "$from: what it did" "$T/out" "chosen   4.19 MiB in 1 file"
    holds "$from: one grade" out m-Q4_K_M.gguf
    rm -rf out
    ok unpack $from -o out --trust lab.pub --files '*Q4_0*' --files LICENSE --json
    json_is chosen_files 2
    json_is chosen_bytes $((4394304 + 8))
    holds "$from: the last grade" out m-Q4_0.gguf LICENSE
done
no 2 "'*q5*' is none of m 1, which has m-Q8_0.gguf, m-Q4_K_M.gguf, m-Q4_0.gguf" unpack m -o none --trust lab.pub \
    --files '*q4*' --files '*q5*'
check "nothing is left" [ ! -e none ]
no 2 "goes with the layout files only" unpack m -o none --trust lab.pub --files '*q4*' --layout oci
# An object that is damaged keeps only its own files from coming.
object=$(sed 's/.*"object"/"object"/' m/bundles/m/1/manifest.json | grep -o '[0-9a-f]\{64\}' | head -n 1)
cp -r m sick
for o in sick/objects/*/*; do
    [ "$(stat -c %s "$o")" != 300000 ] || object=$o # the end of Q8_0
done
printf x | dd of="$object" bs=1 seek=9 conv=notrunc status=none
rm -rf out
ok unpack sick -o out --trust lab.pub --files '*q4*' -q
rm -rf out
"$MZIGO" unpack sick -o out --trust lab.pub -q >"$T/out" 2>"$T/err"
same "all of it is refused" $? 6

# ---- pull ----

serve net m
rm -rf out
pull m --files '*Q4_K_M*'
same "one grade: status" "$status" 0
holds "one grade" out m-Q4_K_M.gguf
contains "one grade: the cost" "$T/err" "m 1: 4.19 MiB to fetch of 4.19 MiB"
wire=$(wire_bytes net objects)
check "one grade: $wire bytes" [ "$wire" -lt $((4394304 + 50000)) ]
# Another one: the object they share is taken from the first.
serve net m
pull m --files '*Q8_0*' --files 'docs/*' --files license --files README.md
same "a pattern too many: status" "$status" 2
pull m --files '*Q8_0*' --files license
same "another: status" "$status" 0
holds "another" out m-Q4_K_M.gguf m-Q8_0.gguf LICENSE
wire=$(wire_bytes net objects)
check "another: $wire bytes" [ "$wire" -lt $((300000 + 50000)) ]
no 2 "is none of m 1" pull "$url" m -o out --trust lab.pub --files nosuch -q
# The rest.
serve net m
pull m
same "the rest: status" "$status" 0
check "the rest" diff -r whole out
wire=$(wire_bytes net objects)
check "the rest: $wire bytes" [ "$wire" -lt $((4194304 + 50000)) ]
# Begun as a whole, ended as a part, then as a whole again: nothing is believed to be where it is not, and nothing
# that came comes again.
rm -rf out
serve net m
pull m --stop-after 2s --limit-rate 1M
check "begun" [ -e out/.mzg-pull ]
came=$(wire_bytes net objects)
pull m --files '*Q4_K_M*'
same "a part: status" "$status" 0
check "a part" cmp -s out/m-Q4_K_M.gguf whole/m-Q4_K_M.gguf
pull m
same "the whole again: status" "$status" 0
check "the whole again" diff -r whole out
wire=$(wire_bytes net objects)
check "$wire bytes in all, $came at first" [ "$wire" -lt $((2 * 4194304 + 500000 + came + 60000)) ]
unserve_all
finish
