#!/bin/bash
# usage: tests/fuzz/parsers.sh UNIT_TEST...
# In a build with --coverage (B): replays the inputs of every fuzz target (TARGETS, and in FOUND what fuzzing added), runs
# the unit tests and the refused files, and prints of each parser the share of its lines that ran. Fails below 80 %.
set -euo pipefail
parsers=(formats/model/arch/config*.c formats/model/configs/*.c formats/model/lora/adapter_config.c
    formats/model/whisper/{ggml_read,hearing}.c
    formats/model/vocab/{json_walk,pretokenizer}.c formats/model/vocab/tokenizer_*.c
    formats/model/pickle/*.c formats/model/packed/*.c
    formats/model/containers/{onnx*,pytorch*,zip,safetensors,gguf}.c)

find "$B" -name '*.gcda' -delete
for target in $TARGETS; do
    folders=("tests/fuzz/corpus/$target")
    [ -z "$(ls -A "$FOUND/$target" 2>/dev/null)" ] || folders+=("$FOUND/$target")
    "$B/tests/fuzz/replay_$target" "${folders[@]}" >/dev/null
done
tests/unit/run.sh "$@" | tail -n 1
tests/refused.sh | tail -n 1

low=0
for file in "${parsers[@]}"; do
    said=$(gcov -n "$B/${file%.c}.gcda" 2>/dev/null | grep -A 1 "File '$file'" | tail -n 1)
    share=${said#Lines executed:}
    printf '  %-48s %s\n' "$file" "${share:-not run}"
    awk -v share="${share%%%*}" 'BEGIN { exit !(share + 0 < 80) }' && low=$((low + 1)) && echo "  ^ below 80 %"
done
[ $low = 0 ] || { echo "$low parsers below 80 %" && exit 1; }
