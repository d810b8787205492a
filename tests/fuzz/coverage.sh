#!/bin/bash
# usage: tests/fuzz/coverage.sh TARGET...
# Replays each target's inputs in a build with --coverage (B) and prints, of each file that the target
# covers, the share of lines that ran. FOUND: inputs that fuzzing added.
set -euo pipefail
for target; do
    find "$B" -name '*.gcda' -delete
    folders=("tests/fuzz/corpus/$target")
    [ -z "$(ls -A "$FOUND/$target" 2>/dev/null)" ] || folders+=("$FOUND/$target")
    "$B/tests/fuzz/replay_$target" "${folders[@]}" >/dev/null 2>&1
    echo "$target"
    for file in $(sed -n 's/.*Covers: //p' "tests/fuzz/fuzz_$target.c" | sed 's| \*/||'); do
        lines=$(gcov -n "$B/${file%.c}.gcda" 2>/dev/null | grep -A 1 "File '$file'" | tail -n 1)
        printf '  %-40s %s\n' "$file" "${lines#Lines executed:}"
    done
done
