#!/bin/bash
# usage: tests/cli/run.sh [NAME...]
# Runs tests/cli/NAME.sh (all of them), each in an empty folder under $B, as many at a time as there are
# CPUs: some mostly wait. B, SAN from the environment.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
B=$(cd "${B:-build}" && pwd)
. tests/side_by_side.sh
export root B SAN MZIGO=$B/mzigo SAMPLE=$B/samples/tiny
# No test asks this machine's own network for servers.
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent
# Those that take longest first, so that none is left alone at the end.
[ $# -gt 0 ] || set -- pull struck resume $(cd tests/cli && ls ./*.sh | sed 's|^\./||; s|\.sh$||' |
    grep -vx -e run -e lib -e serving -e pull -e struck -e resume)
work=$B/tests/cli/work

run_one() { # NAME
    local status p f s
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1/t"
    (cd "$work/$1/t" && bash "$root/tests/cli/$1.sh") >"$work/$1/said" 2>&1
    status=$?
    read -r p f s 2>/dev/null <"$work/$1/counts" || { p=0 f=1 s=0; echo "FAILED: $1 died" >>"$work/$1/said"; }
    [ "$status" = 0 ] || [ "$f" != 0 ] || f=1
    echo "$p $f $s" >"$work/$1/counts"
    printf '  %-28s %s passed%s%s\n' "$1" "$p" "$([ "$f" = 0 ] || echo ", $f failed")" \
        "$([ "$s" = 0 ] || echo ", $s skipped")" >>"$work/$1/said"
    cat "$work/$1/said" # one write of all, so that two of them do not mix
}

side_by_side "$@"
counts=("${@/#/$work/}")
sum_counts "${counts[@]/%//counts}"
