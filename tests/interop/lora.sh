#!/bin/bash
# usage: tests/interop/lora.sh PEERS: LoRA adapters as PEFT writes them, to bases of several families (those of arch.sh,
# which are made where they are missing). Merged by mzigo, each tensor must be W + scale * B A in F64 to F32's accuracy, and the
# real llama.cpp must compute of the merged file what transformers computes of the base with the adapter beside it. It must
# compute the same of the base's file with the adapter's own file laid over it. Then both versions of the real adapter of
# ../shared/data, over a GPT-2 of its shape.
set -uo pipefail
. "$(dirname "$0")/families.sh"
work=$B/interop/lora real=$here/../../../shared/data/gpt2-tigrinya-lora
failed=0
mkdir -p "$work"
# Beside the others' libraries, not among them: nothing else needs it.
if ! [ -d "$work/peft/peft" ] && ! "$python" -m pip install -q --no-input --no-deps --target "$work/peft" peft==0.21.2 \
    accelerate==1.15.0 psutil==7.2.2 >"$work/log" 2>&1; then
    echo "skipped: peft could not be installed: $(tail -n 1 "$work/log")"
    rm -rf "$work/peft"
    exit 0
fi

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
convert() { "$B/mzigo" convert "$@" --quiet; }
logits() { "$B/tests/interop/logits" "$libraries" "$@"; }

# What an adapter is made for: its kind in lora.py, and its base.
pairs=(llama:llama qwen2:qwen2 gpt2:gpt2 phi3:phi3 gptneox:gptneox falcon-40b:falcon-40b embeddings:llama)
make_models "${pairs[@]#*:}"
missing=()
for pair in "${pairs[@]}"; do
    [ -e "$work/${pair%:*}/expected.f32" ] || missing+=("$pair")
done
[ ${#missing[@]} = 0 ] || run "adapters" lora make "$models" "$work" "${missing[@]}"
for pair in "${pairs[@]}"; do
    name=${pair%:*} base=$models/${pair#*:}/model
    run "$name: merged" convert "$base" -o "$work/$name.gguf" --to F32 --lora "$work/$name"
    [[ " llama qwen2 gpt2 " != *" $name "* ]] || run "$name: weights" lora check "$base" "$work/$name" "$work/$name.gguf"
    run "$name: logits of it (difference, largest, ratio)" logits "$work/$name.gguf" "$work/$name"
    run "$name: checked" "$B/mzigo" check "$work/$name.gguf" --against "$base" --lora "$work/$name"
    run "$name: the base" convert "$base" -o "$work/base.gguf" --to F32
    run "$name: by itself" convert "$work/$name" -o "$work/$name-lora.gguf" --to F32 --base "$base"
    run "$name: logits of the two" logits "$work/base.gguf" "$work/$name" "$work/$name-lora.gguf"
    run "$name: checked" "$B/mzigo" check "$work/$name-lora.gguf" --against "$work/$name" --base "$base"
    # That it can fail.
    logits "$work/base.gguf" "$work/$name" >"$work/log" 2>&1
    [ $? = 1 ] || { failed=$((failed + 1)) && echo "FAILED: $name: the base alone computes the same"; }
done
# In halves it is as near as halves are, and a base need not have any weights.
mkdir -p "$work/config"
cp "$models/llama/model/config.json" "$work/config"
run "llama: the base" convert "$models/llama/model" -o "$work/base.gguf" --to F32
for type in F16 BF16; do
    run "llama: in $type" convert "$work/llama" -o "$work/llama-$type.gguf" --to $type --base "$work/config"
    mkdir -p "$work/coarse"
    sed 's/^tolerance .*/tolerance 0.02/' "$work/llama/case.txt" >"$work/coarse/case.txt"
    cp "$work/llama/expected.f32" "$work/coarse"
    run "llama: logits in $type" logits "$work/base.gguf" "$work/coarse" "$work/llama-$type.gguf"
done

if [ -e "$real/adapter_config.json" ]; then
    [ -e "$work/real/model.safetensors" ] || run "GPT-2 of the real one's shape" lora base "$real" "$work/real"
    run "its GGUF" convert "$work/real" -o "$work/base.gguf" --to F32
    missing=()
    for version in 4441abb d81069a; do
        mkdir -p "$work/$version"
        cp "$real/adapter_config.json" "$work/$version"
        cp "$real/adapter_model.$version.safetensors" "$work/$version/adapter_model.safetensors"
        [ -e "$work/$version/expected.f32" ] || missing+=("$work/$version")
    done
    [ ${#missing[@]} = 0 ] || run "what they compute" lora run "$work/real" "${missing[@]}"
    for version in 4441abb d81069a; do
        run "$version: merged" convert "$work/real" -o "$work/real.gguf" --to F32 --lora "$work/$version"
        run "$version: weights" lora check "$work/real" "$work/$version" "$work/real.gguf"
        run "$version: by itself" convert "$work/$version" -o "$work/$version.gguf" --to F32 --base "$work/real"
        run "$version: logits of the two" logits "$work/base.gguf" "$work/$version" "$work/$version.gguf"
        run "$version: logits of the merged" logits "$work/real.gguf" "$work/$version"
    done
    rm -f "$work/real.gguf" "$work/base.gguf"
fi
[ $failed = 0 ]
