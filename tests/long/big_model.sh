#!/bin/bash
# A model of 1 GB: converted and checked within 256 MiB of addresses, it passes; with one bit of one scale
# flipped, in a block in the middle of its largest tensor, check fails and names tensor and block, also
# when the file does not say who quantized it. Several outputs take no more memory.
set -uo pipefail
root=$PWD
B=$(cd "${B:-build}" && pwd)
work=${MZG_LONG_DIR:-$(mktemp -d)}
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$root/tests/long/lib.sh"

# XORs the byte at OFFSET of m.gguf with MASK; doing it again undoes it.
flip() { # OFFSET MASK
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 m.gguf)
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o' $((byte ^ $2)))" | dd of=m.gguf bs=1 seek="$1" conv=notrunc status=none
}

# check fails, and its report of the tensor holds PATTERN.
names() { # TENSOR ELEMENT
    "$B/mzigo" check m.gguf --against model --failed >report 2>&1
    [ $? = 1 ] && [ "$(grep -cE "at element [0-9]+$" report)" = 1 ] &&
        grep -qE "^$1 .* at element $2$" report
}

"$B/make_model" --out model --layers 12 --hidden 2048 --ff 5632 --heads 32 --kv 8 --vocab 8192 \
    --dtype BF16 --shards 2 --tokenizer spm || exit 1
echo "the model: $(du -m -s model | cut -f1) MB"
for type in Q8_0 Q4_0; do
    rm -f m.gguf
    ok "converts to $type in 256 MiB" small convert model -o m.gguf --to $type --pure -q
    ok "$type passes check in 256 MiB" small check m.gguf --against model -q
    IFS=$'\t' read -r name _ offset bytes <<<"$("$B/tests/long/largest" m.gguf)"
    block=34
    [ $type = Q8_0 ] || block=18
    at=$((offset + bytes / block / 2 * block))
    element=$((bytes / block / 2 * 32))
    flip $at 1 # the lowest bit of the scale
    ok "$type: the lowest bit of a scale of $name flipped is found" names "$name" "$element"
    flip $at 1
    record=$(grep -abo "mzigo.quantizer.$type" m.gguf | head -n 1 | cut -d: -f1)
    flip "$record" 32 # the key is another one now: nobody says who quantized it
    flip $((at + 1)) 64 # the highest bit of the scale's exponent
    ok "$type: a flipped exponent is found where nobody says who quantized it" names "$name" "$element"
done

# Several outputs from one reading, and one that is kept to be resumed, in the same memory.
for threads in 1 7; do
    ok "converts to four types in 256 MiB, $threads threads" \
        small convert model -o 'm-{}.gguf' --to F32,F16,Q8_0,Q4_0 --pure --threads $threads -q
    rm -f m-F32.gguf m-F16.gguf
done
ok "the Q4_0 of the four is what it would be alone" \
    sh -c '"$1" convert model -o m.gguf --to Q4_0 --pure -q && cmp m.gguf m-Q4_0.gguf' sh "$B/mzigo"
"$B/mzigo" convert model -o m.gguf --to Q8_0 --pure --resume -q >out 2>&1 &
sleep 1
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
ok "goes on after a kill in 256 MiB" small convert model -o m.gguf --to Q8_0 --pure --resume -q
ok "to the same bytes" cmp m.gguf m-Q8_0.gguf
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
