#!/bin/bash
# verify beside `openssl dgst -sha256` on the same stored bytes, and verify --deep beside zstd's own
# decoder; they take turns, medians of the wall times are compared. One thread, then all.
set -euo pipefail
B=${B:-build}
turns=${TURNS:-7}
work=${MZG_BENCH_DIR:-$(mktemp -d)}
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
peak=$B/tests/bench/peak
mzigo=$B/mzigo

"$B/make_model" --out "$work/model" --layers 12 --hidden 2048 --ff 5632 --heads 32 --kv 8 --vocab 8192 \
    --dtype BF16 --tokenizer spm
"$mzigo" convert "$work/model" -o "$work/m.gguf" --to Q8_0 --quiet
rm -rf "$work/model"
"$mzigo" keygen -o "$work/lab" --quiet
"$mzigo" pack "$work/m.gguf" -o "$work/repo" --key "$work/lab.key" --name m --version 1 --quiet
find "$work/repo/objects" -type f >"$work/objects"

median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
seconds() { "$peak" "$@" 2>/dev/null | tail -n 1 | cut -d' ' -f1; }

compare() { # OURS' NAME, THEIRS' NAME, OURS' COMMAND (words), THEIRS' COMMAND (one string for sh)
    local name=$1 peer=$2 theirs=$3 i
    shift 3
    : >"$work/a"
    : >"$work/b"
    for ((i = 0; i < turns; i++)); do
        seconds "$@" >>"$work/a"
        seconds sh -c "$theirs" >>"$work/b"
    done
    awk -v a="$(median <"$work/a")" -v b="$(median <"$work/b")" -v n="$name" -v p="$peer" \
        'BEGIN {printf "%-34s %6.3f s   %-30s %6.3f s   %.2f of its speed\n", n, a, p, b, b / a}'
}

echo "stored: $(du -m -s "$work/repo/objects" | cut -f1) MB in $(wc -l <"$work/objects") objects; $(openssl version)"
verify=("$mzigo" verify "$work/repo" --trust "$work/lab.pub" --quiet)
digest="xargs openssl dgst -sha256 <'$work/objects' >/dev/null"
decode="xargs zstd -dcq <'$work/objects' >/dev/null"
compare "verify, 1 thread" "openssl dgst -sha256" "$digest" "${verify[@]}" --threads 1
compare "verify, all threads" "openssl dgst -sha256" "$digest" "${verify[@]}"
if command -v zstd >/dev/null; then
    compare "verify --deep, 1 thread" "zstd -d" "$decode" "${verify[@]}" --deep --threads 1
    compare "verify --deep, all threads" "zstd -d" "$decode" "${verify[@]}" --deep
fi
