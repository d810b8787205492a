#!/bin/bash
# Models whose values are made of what is stored, in 256 MiB of addresses, with two threads and with as many as there are
# CPUs (seven where there are two): one of 4 GB whose experts are stacked, and of 1 GB each one whose matrices are transposed, PyTorch's archives with
# an adapter merged into them, and two that are packed. Planning and reading tens of thousands of tensors takes a time
# that grows as their number does, not as its square.
set -uo pipefail
root=$PWD
B=$(cd "${B:-build}" && pwd)
work=${MZG_LONG_DIR:-$(mktemp -d)}
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$root/tests/long/lib.sh"

many=$(nproc)
[ "$many" -gt 2 ] || many=7

made() { # KIND LAYERS HIDDEN SHARDS: as the folder `model`
    rm -rf model
    "$B/tests/cli/made_model" "$1" model "$2" "$3" "$4" && cp "$B"/samples/tiny/token* model || exit 1
    echo "$1: $(du -m -s model | cut -f1) MB"
}

converts() { # KIND OPTION...
    local kind=$1 threads
    shift
    for threads in 2 "$many"; do
        ok "$kind: converts in 256 MiB, $threads threads" \
            small convert model -o "$threads.gguf" --to Q4_0 --pure --threads "$threads" -q "$@"
    done
    ok "$kind: passes check in 256 MiB" small check 2.gguf --against model -q "$@"
    ok "$kind: the same bytes" cmp 2.gguf "$many.gguf"
    rm -f ./*.gguf
}

made experts 40 1024 3
converts experts
made gpt2 10 2048 2
converts transposed
made fp8 27 2048 2
converts FP8
made gptq 27 2048 1
converts GPTQ
made zip 14 2048 3
"$B/tests/cli/made_model" lora adapter 14 2048 1 || exit 1
converts "PyTorch, LoRA" --lora adapter

# Processor's seconds of COMMAND.
cpu() { "$B/tests/bench/peak" "$B/mzigo" "$@" 2>&1 | tail -n 1 | cut -d ' ' -f 3; }
"$B/make_model" --out few --layers 400 --hidden 32 --ff 32 && "$B/make_model" --out many --layers 4000 --hidden 32 --ff 32 ||
    exit 1
linear() { # ARGUMENT...: with {} for the model
    local few many
    few=$(cpu "${@//"{}"/few}") many=$(cpu "${@//"{}"/many}")
    echo "few: $few s, many: $many s" >&2
    awk -v few="$few" -v many="$many" 'BEGIN { exit !(many > 0 && many < 40 * (few + 0.02)) }'
}
ok "inspect of 36000 tensors in the time of ten times 3600" linear inspect {}
ok "their conversion, too" linear convert {} -o {}.gguf --to F16 -q
ok "and the check" linear check {}.gguf --against {} --failed
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
