#!/bin/bash
# The session that README.md shows: runs its commands on the sample and compares what they print, where
# it shows that. A command without output there must at least succeed.
set -uo pipefail
B=$(cd "${B:-build}" && pwd)
PATH=$B:$PATH
readme=$PWD/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$B/samples/tiny" "$work/my-model"
cd "$work" || exit 1
awk '/^```/ {inside = !inside; next} inside' "$readme" >session
: >shown
: >got
while IFS= read -r line; do
    case $line in
    '$ '*)
        if ! bash -o pipefail -c "${line#\$ }" >output 2>err; then
            echo "README.md: '${line#\$ }' fails: $(head -n 1 err)"
            exit 1
        fi
        printf '%s\n' "$line" | tee -a shown >>got
        ;;
    *)
        printf '%s\n' "$line" >>shown
        head -n 1 output >>got
        sed -i 1d output
        ;;
    esac
done <session
[ -s shown ] && diff -u shown got && echo "README.md's session is as shown"
