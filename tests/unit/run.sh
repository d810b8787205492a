#!/bin/bash
# usage: tests/unit/run.sh PROGRAM...
# Runs cmocka programs, as many at a time as there are CPUs: a line for each, the whole output of one that
# fails, the sum at the end.
set -uo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/side_by_side.sh

count() { # WORD LOG
    sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$2" | awk '{n += $1} END {print n + 0}'
}

run_one() { # PROGRAM
    local name=$(basename "$1") log status p f s
    log=$work/$name.log
    "$1" >"$log" 2>&1
    status=$?
    p=$(count PASSED "$log") f=$(count FAILED "$log") s=$(count SKIPPED "$log")
    if [ $status != 0 ]; then
        [ "$f" != 0 ] || f=1 # it crashed
        echo "FAILED: $1 (status $status)" >>"$log"
        cat "$log"
    else
        printf '  %-28s %s passed%s\n' "$name" "$p" "$([ "$s" = 0 ] || echo ", $s skipped")"
        # What a test says of why it was skipped.
        [ "$s" = 0 ] || grep -i '^skip' "$log"
    fi
    echo "$p $f $s" >"$work/$name.counts"
}

side_by_side "$@"
sum_counts $(for program; do echo "$work/$(basename "$program").counts"; done)
