#!/bin/bash
# usage: shamba_all.sh PEERS TYPE|FILE.gguf...: how many of its 700 answers samples/shamba still gives in
# the real llama.cpp, converted to each TYPE, or as another program's FILE has it. No test: a measure
# that tells types and quantizers apart where all load and speak.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mzigo=$(realpath "${B:-build}")/mzigo
shamba=$(realpath "$here/../../samples/shamba")
peers=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pairs() { # FILE: a pair a line, sorted
    paste -d '\t' - - - <"$1" | sed 's/\t*$//' | sort
}
for f in "$shamba"/text/*.txt; do
    cat "$f"
    echo
done >"$work/text"
pairs "$work/text" >"$work/known"
for what; do
    file=$work/model.gguf
    if [[ $what = *.gguf ]]; then
        file=$(realpath "$what")
    else
        "$mzigo" convert "$shamba" -o "$file" --to "$what" --quiet >/dev/null
    fi
    (cd "$peers" && node "$here/speak.mjs" "$file" 100 --ask "$work/text") >"$work/said"
    pairs "$work/said" >"$work/gives"
    echo "$what: $(comm -12 "$work/known" "$work/gives" | wc -l) of $(wc -l <"$work/known")"
done
