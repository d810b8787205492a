#!/bin/bash
# usage: tests/interop/page.sh
# serve's page in a real browser (page.mjs): a repository with what such a page has to show, and what comes of it.
# Pictures are in $B/interop/page/*.png.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
B=$(cd "${B:-build}" && pwd)
for tool in chromium node; do
    command -v $tool >/dev/null || { echo "skipped: no $tool" && exit 0; }
done
export no_proxy='*'
work=$B/interop/page
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
long=$(printf 'long-'; printf 'name%.0s' $(seq 31) | head -c 123)
"$B/mzigo" convert "$root/samples/shamba" -o shamba-q8_0.gguf --to Q8_0 -q >log &&
    cp "$root/LICENSE" . && cp LICENSE "$long-and-nothing-to-break-the-line-at.txt"
{
    "$B/mzigo" keygen -o lab && "$B/mzigo" keygen -o other
    pack() { "$B/mzigo" pack "$@" -o repo -q; }
    pack shamba-q8_0.gguf LICENSE --key lab.key --name shamba --version 1.0.0 --licence Apache-2.0
    pack shamba-q8_0.gguf LICENSE --key lab.key --name shamba --version 1.1.0+q8 --licence Apache-2.0 --expires 2999-06-30
    pack LICENSE --key other.key --name strange --version 1
    pack LICENSE --key lab.key --name stale --version 1 --created 2001-01-01 --expires 2002-02-03
    pack "$long"* --key lab.key --name "$long" --version "$long" --licence MIT
} >>log 2>&1 || { cat log && echo "0 passed, 1 failed" && exit 1; }

"$B/mzigo" serve repo --bind 127.0.0.1 --port 0 --trust lab.pub --check-every 0 >serve.out 2>serve.err &
trap 'kill %1; wait; rm -rf "$work/profile"' EXIT
for ((i = 0; i < 1000; i++)); do
    url=$(grep -o 'http://[^ "]*/' serve.out) && break
    sleep 0.05
done
# By a name, as a phone would: a square to photograph is shown then.
node "$root/tests/interop/page.mjs" "${url/127.0.0.1/school.lan}" "$work" "$work/shamba-q8_0.gguf"
