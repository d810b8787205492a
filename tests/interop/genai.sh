#!/bin/bash
# usage: genai.sh PEERS [MODEL:PRECISION...]: what onnxruntime-genai's own builder makes of the models of arch.sh, converted
# to F32 by mzigo and run by the real llama.cpp, whose logits must be those that onnxruntime computes with the ONNX model;
# and the same of the real one in ../shared. The packages go into a Python of their own in PEERS/genai, at fixed versions,
# beside that of install_python.sh (torch, transformers); where they cannot be had, it says so. GENAI_VENV: one that is
# there already. What is built stays in build/interop/genai.
set -uo pipefail
. "$(dirname "$0")/peers.sh"
data=$(realpath -q ../shared/data || true)
packages="onnxruntime-genai==0.18.0 onnxruntime==1.32.0 onnx==1.23.2 onnx_ir==1.1.0 numpy==2.4.6 ml_dtypes==0.6.0"
mkdir -p "$peers/genai"
venv=${GENAI_VENV:-$peers/genai/venv}
shift
if [ -z "${GENAI_VENV:-}" ] && [ "$(cat "$venv/installed" 2>/dev/null)" != "$packages" ]; then
    # shellcheck disable=SC2086
    if python3 -m venv "$venv" >"$peers/genai/pip.log" 2>&1 &&
        "$venv/bin/pip" install -q --no-input $packages >>"$peers/genai/pip.log" 2>&1; then
        (cd "$peers"/python/venv/lib/python3*/site-packages && pwd) >"$(echo "$venv"/lib/python3*/site-packages)/peers.pth"
        echo "$packages" >"$venv/installed"
    else
        rm -rf "$venv"
        echo "skipped: $packages could not be installed: $(tail -n 1 "$peers/genai/pip.log")"
        exit 0
    fi
fi
work=$B/interop/genai
mkdir -p "$work"
export PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1
passed=0 failed=0

compare() { # NAME FOLDER
    local numbers
    if ! "$venv/bin/python" "$here/genai_run.py" "$2" "$work/$1.case" >"$work/$1.log" 2>&1 ||
        ! "$B/mzigo" convert "$2" -o "$work/$1.gguf" --to F32 -q >"$work/$1.log" 2>&1 ||
        ! numbers=$("$B/tests/interop/logits" "$libraries" "$work/$1.gguf" "$work/$1.case" 2>>"$work/$1.log"); then
        failed=$((failed + 1))
        echo "FAILED: $1: ${numbers:-}" && tail -n 3 "$work/$1.log"
        return
    fi
    passed=$((passed + 1))
    printf '%-24s equal %10s %10s\n' "$1" "${numbers%% *}" "${numbers##* }"
}

# Half precision is what the builder makes for other hardware only; it runs here as well.
build() { # MODEL PRECISION
    local model=$B/interop/arch/$1/model out=$work/$1-$2 where=cpu
    [ -e "$model" ] || "$peers/python/venv/bin/python" "$here/make_models.py" "$B/interop/arch" "$1" >"$work/$1-$2.log" 2>&1
    [ "$2" != fp16 ] || where=cuda
    if [ ! -e "$out/genai_config.json" ]; then
        # It takes a context of another length than the original's for a stretched one; but Llama 3's original is 8192.
        rm -rf "$work/model" "$out" && cp -r "$model" "$work/model"
        sed -i "s/\"original_max_position_embeddings\": [0-9]*/\"original_max_position_embeddings\": $(
            [ "$1" = llama3 ] && echo 8192 || echo 256)/" "$work/model/config.json"
        "$venv/bin/python" -m onnxruntime_genai.models.builder -m "$work/model" -i "$work/model" -o "$out" -p "$2" -e $where \
            -c "$work/cache" >"$work/$1-$2.log" 2>&1 || tail -n 3 "$work/$1-$2.log"
        # The SentencePiece file, which transformers no longer saves again.
        [ ! -e "$model/tokenizer.model" ] || cp "$model/tokenizer.model" "$out"
    fi
    compare "$1-$2" "$out"
}

for m in ${*:-llama:fp32 llama:fp16 llama:int4 llama3:fp32 mistral:fp32 qwen2:int4 qwen3:fp32 phi3:fp32 phi3:int4}; do
    build "${m%:*}" "${m#*:}"
done
[ -z "$data" ] || compare real-llama-fp16 "$data/ort-genai-tiny/tiny-random-llama-fp16"
# That it can fail: one model beside what another computes.
if [ -e "$work/llama-fp32.gguf" ] && [ -e "$work/mistral-fp32.case" ]; then
    "$B/tests/interop/logits" "$libraries" "$work/llama-fp32.gguf" "$work/mistral-fp32.case" >"$work/log" 2>&1
    if [ $? = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: another model's logits are taken"; fi
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
