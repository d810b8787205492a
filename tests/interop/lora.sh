#!/bin/bash
# usage: tests/interop/lora.sh PEERS: LoRA adapters as PEFT writes them, merged by mzigo into bases of three families (those
# of arch.sh, which are made where they are missing). Each merged tensor must be W + scale * B A in F64 to F32's
# accuracy, and the real llama.cpp must compute of the merged file what transformers computes of the base with the
# adapter beside it. Then both versions of the real adapter of ../shared/data, over a GPT-2 of its shape.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(realpath "${B:-build}")
mkdir -p "$1"
for install in install.sh install_python.sh; do
    "$here/$install" "$1" || { [ $? = 77 ] && exit 0; exit 1; }
done
peers=$(realpath "$1")
python=$peers/python/venv/bin/python
models=$B/interop/arch work=$B/interop/lora real=$here/../../../shared/data/gpt2-tigrinya-lora
libraries=$peers/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
failed=0
mkdir -p "$work"
# Beside the others' libraries, not among them: nothing else needs it.
[ -d "$work/peft/peft" ] || "$python" -m pip install -q --no-deps --target "$work/peft" \
    peft==0.21.2 accelerate==1.15.0 psutil==7.2.2 || exit 1

run() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "$text: $(tail -n 1 "$work/log")"
    else
        failed=$((failed + 1))
        echo "$text: FAILED" && tail -n 4 "$work/log"
    fi
}
lora() { PYTHONPATH=$work/peft "$python" -W ignore "$here/lora.py" "$@"; }

for name in llama qwen2 gpt2; do
    base=$models/$name/model
    [ -e "$models/$name/expected.f32" ] || "$python" "$here/make_models.py" "$models" "$name" 2>"$work/log" || exit 1
    [ -e "$work/$name/expected.f32" ] || run "$name: adapter" lora make "$base" "$work/$name" "$name"
    run "$name: converted" "$B/mzigo" convert "$base" -o "$work/$name.gguf" --to F32 --quiet --lora "$work/$name"
    run "$name: weights" lora check "$base" "$work/$name" "$work/$name.gguf"
    run "$name: logits (difference, largest, ratio)" "$B/tests/interop/logits" "$libraries" "$work/$name.gguf" "$work/$name"
    run "$name: checked" "$B/mzigo" check "$work/$name.gguf" --against "$base" --lora "$work/$name"
done

if [ -e "$real/adapter_config.json" ]; then
    [ -e "$work/real/model.safetensors" ] || run "GPT-2 of the real one's shape" lora base "$real" "$work/real"
    for version in 4441abb d81069a; do
        mkdir -p "$work/$version"
        cp "$real/adapter_config.json" "$work/$version"
        cp "$real/adapter_model.$version.safetensors" "$work/$version/adapter_model.safetensors"
        run "$version: converted" "$B/mzigo" convert "$work/real" -o "$work/real.gguf" --to F32 --quiet --lora "$work/$version"
        run "$version: weights" lora check "$work/real" "$work/$version" "$work/real.gguf"
    done
    rm -f "$work/real.gguf"
fi
[ $failed = 0 ]
