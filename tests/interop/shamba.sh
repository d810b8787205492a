#!/bin/bash
# usage: shamba.sh PEERS [TYPE...]: samples/shamba, converted, must give its known answers in the real
# llama.cpp, word for word. Prints one line a type and the sum.
set -uo pipefail
types=(F16 BF16 Q8_0 Q4_K_M)
here=$(cd "$(dirname "$0")" && pwd)
mzigo=$(realpath "${B:-build}")/mzigo
shamba=$(realpath "$here/../../samples/shamba")
peers=$1
shift
[ $# = 0 ] || types=("$@")
"$here/install.sh" "$peers" || exit 0
cd "$peers" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

answers() { # TYPE
    "$mzigo" convert "$shamba" -o "$work/$1.gguf" --to "$1" --quiet >/dev/null &&
        node "$here/speak.mjs" "$work/$1.gguf" 100 --ask "$shamba/expected.txt" >"$work/$1.txt" &&
        diff "$shamba/expected.txt" "$work/$1.txt"
}
for type in "${types[@]}"; do
    if answers "$type"; then
        echo "ok      samples/shamba to $type gives the known answers"
    else
        echo "FAILED  samples/shamba to $type gives the known answers"
        failed=$((failed + 1))
    fi
done
echo "$((${#types[@]} - failed)) passed, $failed failed"
[ "$failed" = 0 ]
