#!/bin/bash
# usage: tests/net/selftest.sh
# The tools of the network tests do what they say: each thing that faulty does wrong, seen by curl, and
# the bytes in its log, counted again; what power.so loses. B from the environment.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
B=$(cd "${B:-build}" && pwd)
rm -rf "$B/tests/net/work"
mkdir -p "$B/tests/net/work/t/www/objects"
cd "$B/tests/net/work/t" || exit 2
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
export ASAN_OPTIONS=verify_asan_link_order=0

for part in http faults weather power; do
    . "$root/tests/net/selftest_$part.sh"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
