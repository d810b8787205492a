#!/bin/bash
# usage: whole.sh PEERS: the whole tool beside the real llama_model_quantize: a llama-shaped F16 GGUF file
# of 1.1 GB to each recipe with 2 threads, in turns, and Q8_0 beside what plain tools need to read the
# source, hash it and write the output. Medians of ROUNDS (3): seconds, and of them the processors' (which say
# more on a busy machine), and the largest memory; the source is in the page cache. MZG_BENCH_DIR says where
# to work: the output's disk decides much of it. RECIPES: which of them.
# Prints a line each; fails only when a conversion does.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
peers=$1
B=${B:-build}
rounds=${ROUNDS:-3}
recipes=${RECIPES:-Q8_0 Q4_0 Q4_K_M Q5_K_M Q6_K Q3_K_M Q2_K IQ4_XS}
work=${MZG_BENCH_DIR:-$(mktemp -d)}/mzigo-whole
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
libs=$peers/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
has_peer=no
if "$here/../interop/install.sh" "$peers" && [ -d "$libs" ]; then
    has_peer=yes
fi

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
most() { sort -n | tail -n 1; }

# One run of COMMAND: its seconds, MiB and the processors' seconds at the end of NAME.s, NAME.m and NAME.c.
run() { # NAME COMMAND...
    local name=$1 figures
    shift
    if ! figures=$("$B/tests/bench/peak" "$@" 2>"$work/err"); then
        tail -n 3 "$work/err"
        return 1
    fi
    set -- $(tail -n 1 <<<"$figures")
    echo "$1" >>"$work/$name.s"
    echo "$2" >>"$work/$name.m"
    echo "$3" >>"$work/$name.c"
}

ours() { run ours "$B/mzigo" convert "$work/f16.gguf" -o "$work/ours.gguf" --to "$1" --threads 2 --quiet; }
theirs() { run theirs "$B/tests/bench/peer_convert" "$libs" "$work/f16.gguf" "$work/theirs.gguf" "$1" 2; }
# What has to be done, whoever does it: read and hash the source, write and sync what comes of it.
plain() {
    run plain sh -c 'sha256sum "$1" >/dev/null && cat "$2" >"$3" && sync "$3"' sh \
        "$work/f16.gguf" "$work/ours.gguf" "$work/copy.gguf"
}

figures() { # NAME
    printf '%6.2f s (%.2f) %6.1f MiB' "$(median <"$work/$1.s")" "$(median <"$work/$1.c")" \
        "$(most <"$work/$1.m")"
}
times() { # FILE: how many times ours
    awk -v a="$(median <"$work/$1")" -v b="$(median <"$work/ours.${1#*.}")" 'BEGIN {printf "%.2fx", a / b}'
}

line() { # RECIPE
    printf '%-8s ours %s' "$1" "$(figures ours)"
    if [ -s "$work/theirs.s" ]; then
        printf '   llama.cpp %s   %s (%s)' "$(figures theirs)" "$(times theirs.s)" "$(times theirs.c)"
    fi
    if [ -s "$work/plain.s" ]; then
        printf '   plain tools %s   %s (%s)' "$(figures plain)" "$(times plain.s)" "$(times plain.c)"
    fi
    echo
}

"$B/make_model" --out "$work/model" --layers 12 --hidden 2048 --ff 5632 --heads 32 --kv 8 --vocab 8192 \
    --dtype F16 --tokenizer spm
"$B/mzigo" convert "$work/model" -o "$work/f16.gguf" --to F16 --quiet >/dev/null
rm -rf "$work/model"
cat "$work/f16.gguf" >/dev/null
echo "$(du -m "$work/f16.gguf" | cut -f1) MB of F16 to each, 2 threads, $rounds rounds, in" \
    "$(df "$work" | awk 'END {print $1}')"
for recipe in $recipes; do
    rm -f "$work"/*.s "$work"/*.m "$work"/*.c
    if ! "$B/mzigo" convert "$work/f16.gguf" --to "$recipe" --dry-run --quiet >"$work/out" 2>"$work/err"; then
        echo "$recipe: skipped: $(tail -n 1 "$work/err")"
        continue
    fi
    for _ in $(seq "$rounds"); do
        ours "$recipe"
        [ $has_peer = no ] || theirs "$recipe"
        [ "$recipe" != Q8_0 ] || plain
    done
    line "$recipe"
    rm -f "$work/ours.gguf" "$work/theirs.gguf" "$work/copy.gguf"
done
