#!/bin/bash
# usage: tests/unit/run.sh PROGRAM...
# Runs cmocka programs: a line for each, the whole output of one that fails, the sum at the end.
set -uo pipefail
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
count() { sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$log" | awk '{n += $1} END {print n + 0}'; }
for program; do
    "$program" >"$log" 2>&1
    status=$?
    p=$(count PASSED) f=$(count FAILED) s=$(count SKIPPED)
    if [ $status != 0 ]; then
        cat "$log"
        [ "$f" != 0 ] || f=1 # it crashed
        echo "FAILED: $program (status $status)"
    else
        printf '  %-28s %s passed%s\n' "$(basename "$program")" "$p" \
            "$([ "$s" = 0 ] || echo ", $s skipped")"
        # What a test says of why it was skipped.
        [ "$s" = 0 ] || grep -i '^skip' "$log"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
