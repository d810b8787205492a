#!/bin/bash
# usage: tests/steps.sh MAKE TARGET...
# Runs each target as a step: says its name, its time, whether it passed; goes on after a failure. A
# step that prints "N passed, N failed[, N skipped]" counts by that, any other counts as one. The
# last line is the sum. Sourced, it gives step and steps_sum to a caller with steps of its own.
set -uo pipefail
passed=0 failed=0 skipped=0
failed_steps=()
steps_log=$(mktemp)
trap 'rm -f "$steps_log"' EXIT

step() { # NAME COMMAND...
    local name=$1 start=$SECONDS status counts
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$steps_log"
    status=${PIPESTATUS[0]}
    counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$steps_log" | tail -n 1)
    read -r p f s <<<"$(awk '{print $1 + 0, $3 + 0, $5 + 0}' <<<"${counts:-}")"
    if grep -q '^skipped: ' "$steps_log" && [ -z "$counts" ] && [ "$status" = 0 ]; then
        s=1
    elif [ -z "$counts" ] && [ "$status" = 0 ]; then
        p=1
    fi
    if [ "$status" != 0 ]; then
        [ "${f:-0}" != 0 ] || f=1
        failed_steps+=("$name")
        echo "-- $name FAILED ($((SECONDS - start)) s)"
    else
        echo "-- $name ok ($((SECONDS - start)) s)"
    fi
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
    return 0
}

steps_sum() {
    [ ${#failed_steps[@]} = 0 ] || echo "failed: ${failed_steps[*]}"
    if [ "$skipped" != 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ "$failed" = 0 ]
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    make=$1
    shift
    for target; do
        step "$target" $make --no-print-directory "$target"
    done
    steps_sum
fi
