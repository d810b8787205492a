#!/bin/bash
# usage: run_recipes.sh PEERS: samples/shamba converted by every recipe, with importance data, loaded (its
# blocks validated) and spoken with by the real llama.cpp. A recipe passes when the model loads and
# speaks; those of 4 bits and more must also give the known answer. Prints what each said.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(realpath "${B:-build}")
sample=$(realpath "$here/../../samples/shamba")
if ! "$here/install.sh" "$1"; then
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
recipes="F32 F16 BF16 Q8_0 Q6_K Q5_K_M Q5_K_S Q5_1 Q5_0 Q4_K_M Q4_K_S Q4_1 Q4_0 IQ4_NL IQ4_XS MXFP4_MOE
    NVFP4 Q3_K_L Q3_K_M Q3_K_S IQ3_M IQ3_S IQ3_XS IQ3_XXS Q2_K Q2_K_S IQ2_M IQ2_S IQ2_XS IQ2_XXS IQ1_M IQ1_S
    TQ2_0 TQ1_0 Q2_0 Q1_0"
precise=" F32 F16 BF16 Q8_0 Q6_K Q5_K_M Q5_K_S Q5_1 Q5_0 Q4_K_M "

result() { # GOOD TEXT
    if [ "$1" = yes ]; then
        passed=$((passed + 1))
        echo "ok      $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $2"
    fi
}

"$B/mzigo" convert "$sample" -o "$work/F16.gguf" --to F16 -q >/dev/null &&
    "$B/tests/interop/make_imatrix" "$work/F16.gguf" "$work/imatrix.dat" || exit 1
files=()
for r in $recipes; do
    if "$B/mzigo" convert "$sample" -o "$work/$r.gguf" --to "$r" --imatrix "$work/imatrix.dat" -q \
        >"$work/log" 2>&1; then
        files+=("$work/$r.gguf")
    else
        result no "$r: $(tail -n 1 "$work/log")"
    fi
done
prompt=$(sed -n '1s/^Q: //p' "$sample/expected.txt")$'\n'
answer=$(sed -n '2s/^A: //p' "$sample/expected.txt")
cd "$1" || exit 1
while IFS=$'\t' read -r file said; do
    r=$(basename "$file" .gguf)
    good=yes
    case $said in '""' | error:*) good=no ;; esac
    if [[ $precise == *" $r "* ]] && [[ $said != *"$answer"* ]]; then good=no; fi
    result $good "$(printf '%-10s %8d bytes  %s' "$r" "$(stat -c %s "$file")" "$said")"
done < <(node "$here/run_recipes.mjs" 80 "$prompt" "${files[@]}" 2>"$work/node.log")
[ $((passed + failed)) = "$(wc -w <<<"$recipes")" ] || result no "not every recipe was run: $(tail -n 2 "$work/node.log")"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
