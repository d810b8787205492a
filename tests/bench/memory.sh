#!/bin/bash
# Peak memory of whole conversions: a 1 GB model, and one of more than 4 GB in an address space of
# 256 MiB. Prints a line each; fails only when a conversion does.
set -euo pipefail
B=${B:-build}
work=${MZG_BENCH_DIR:-$(mktemp -d)}
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
peak=$B/tests/bench/peak
mzigo=$B/mzigo

make_model() { # NAME LAYERS: 50 MB a layer, in shards of about 1 GB
    "$B/make_model" --out "$work/$1" --layers "$2" --hidden 2048 --ff 5632 --heads 32 --kv 8 \
        --vocab 8192 --dtype BF16 --shards $(($2 / 12 + 1)) --tokenizer spm
    du -m -s "$work/$1" | cut -f1
}

report() { # WHAT SIZE FIGURES
    awk -v what="$1" -v size="$2" '{printf "%-46s %6d MB  %6.2f s  %6.1f MiB at most\n", what, size, $1, $2}' <<<"$3"
}

size=$(make_model gig 12)
for type in F16 Q8_0 Q4_0; do
    report "convert --to $type, all threads" "$size" \
        "$("$peak" "$mzigo" convert "$work/gig" -o "$work/gig.gguf" --to $type --quiet | tail -n 1)"
done
report "convert --to F16,Q8_0,Q4_0, all threads" "$size" \
    "$("$peak" "$mzigo" convert "$work/gig" -o "$work/gig-{}.gguf" --to F16,Q8_0,Q4_0 --quiet | tail -n 1)"
rm -f "$work"/gig-*.gguf
report "check the Q4_0, all threads" "$size" \
    "$("$peak" "$mzigo" check "$work/gig.gguf" --against "$work/gig" --quiet 2>&1 | tail -n 1)"
rm -rf "$work/gig" "$work/gig.gguf"
size=$(make_model huge 48)
for threads in 1 2 7; do
    report "convert --to Q8_0 --threads $threads in 256 MiB of addresses" "$size" \
        "$("$peak" --space 256 "$mzigo" convert "$work/huge" -o "$work/huge.gguf" --to Q8_0 \
            --threads $threads --quiet | tail -n 1)"
    rm -f "$work/huge.gguf"
done
