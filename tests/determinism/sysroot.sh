#!/bin/bash
# usage: sysroot.sh FOLDER: puts Debian's arm64 libraries into FOLDER/root, for building the program
# for aarch64 and running it under qemu. They come from the machine's own apt sources; apt's state
# lies in FOLDER, the machine stays as it is, and root is not needed. When they cannot be had: says
# "skipped: ..." and exits with 77.
set -euo pipefail
packages="libjansson-dev libyaml-dev libssl-dev libzstd-dev libarchive-dev libcurl4-openssl-dev libmicrohttpd-dev"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ "$(cat "$folder/packages" 2>/dev/null)" != "$packages" ] || exit 0

skip() { # REASON
    echo "skipped: arm64 libraries: $1"
    exit 77
}
apt() {
    timeout 200 apt-get -q -y -o Dir::State="$folder/apt" -o Dir::State::lists="$folder/apt/lists" \
        -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt/cache" \
        -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Acquire::Languages=none \
        -o Acquire::http::Timeout=20 -o Acquire::Retries=1 "$@" >>"$folder/log" 2>&1
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "this is no Debian"
rm -rf "$folder/apt" "$folder/root" "$folder/packages" "$folder/log"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/root"
: >"$folder/apt/status" # nothing is installed: what the libraries need comes along
apt update || skip "apt-get update: $(grep '^[EW]:' "$folder/log" | tail -n 1)"
# shellcheck disable=SC2086
apt install --download-only --no-install-recommends $packages ||
    skip "$(grep '^E:' "$folder/log" | tail -n 1)"
# The cross compiler has its own libc to link with; another one's libc.so names files that are not there.
rm -f "$folder"/apt/cache/archives/{libc6-dev,linux-libc-dev}_*.deb
for deb in "$folder"/apt/cache/archives/*.deb; do
    dpkg-deb -x "$deb" "$folder/root"
done
rm -rf "$folder/apt" "$folder/root/usr/share/doc" "$folder/root/usr/share/man"
echo "$packages" >"$folder/packages"
