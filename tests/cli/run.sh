#!/bin/bash
# usage: tests/cli/run.sh [NAME...]
# Runs tests/cli/NAME.sh (all of them), each in an empty folder under $B. B, SAN from the environment.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
B=$(cd "${B:-build}" && pwd)
export root B SAN MZIGO=$B/mzigo SAMPLE=$B/samples/tiny
[ $# -gt 0 ] || set -- $(cd tests/cli && ls ./*.sh | sed 's|^\./||; s|\.sh$||' | grep -vx -e run -e lib)
passed=0 failed=0 skipped=0
work=$B/tests/cli/work
for name; do
    rm -rf "${work:?}/$name"
    mkdir -p "$work/$name/t"
    (cd "$work/$name/t" && bash "$root/tests/cli/$name.sh")
    status=$?
    read -r p f s 2>/dev/null <"$work/$name/counts" || { p=0 f=1 s=0; echo "FAILED: $name died"; }
    [ "$status" = 0 ] || [ "$f" != 0 ] || f=1
    printf '  %-28s %s passed%s%s\n' "$name" "$p" "$([ "$f" = 0 ] || echo ", $f failed")" \
        "$([ "$s" = 0 ] || echo ", $s skipped")"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
