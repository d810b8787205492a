#!/bin/bash
# usage: scripts/bootstrap.sh build|test|long|interop|bench-wire
# Finds out what this machine lacks for it, and installs that where it may (Debian, root or sudo
# without a password); otherwise says what to type. When nothing is missing it is done at once.
set -euo pipefail
goal=${1:-build}
missing=() # stops us
wanted=()  # only leaves something out

have() { command -v "$1" >/dev/null 2>&1; }
need() { # PACKAGE COMMAND...: the package is missing unless the command succeeds
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
want() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || wanted+=("$package")
}

need gcc have "${CC:-cc}"
need libc6-dev test -e /usr/include/stdio.h
need pkg-config have "${PKG_CONFIG:-pkg-config}"
libraries="libzstd:libzstd-dev libarchive:libarchive-dev libcrypto:libssl-dev jansson:libjansson-dev
    yaml-0.1:libyaml-dev libcurl:libcurl4-openssl-dev libmicrohttpd:libmicrohttpd-dev"
[ "$goal" = build ] || libraries+=" cmocka:libcmocka-dev"
for l in $libraries; do
    need "${l#*:}" "${PKG_CONFIG:-pkg-config}" --exists "${l%:*}"
done
want libqrencode-dev "${PKG_CONFIG:-pkg-config}" --exists libqrencode
# Finds servers on the local network; the program builds without.
want libavahi-client-dev "${PKG_CONFIG:-pkg-config}" --exists avahi-client
if [ "$goal" != build ]; then
    want avahi-daemon env PATH="$PATH:/usr/sbin" sh -c 'command -v avahi-daemon'
    want dbus-daemon have dbus-daemon
    want iproute2 env PATH="$PATH:/usr/sbin" sh -c 'command -v ip'
fi
# The second implementation of verify, in shell, is built of openssl and zstd; curl is another client
# for what speaks HTTP.
if [ "$goal" != build ]; then
    need openssl have openssl
    need zstd have zstd
    need curl have curl
fi
if [ "$goal" != build ] && [ "$(uname -m)" = x86_64 ]; then
    want gcc-aarch64-linux-gnu have aarch64-linux-gnu-gcc
    want libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/include/stdio.h
    want qemu-user-static have qemu-aarch64-static
fi
if [ "$goal" = long ] || [ "$goal" = ci ]; then
    want clang have clang
    want libclang-rt-dev sh -c 'echo "int main(void){return 0;}" |
        clang -fsanitize=address,fuzzer-no-link -x c - -o /dev/null'
    want groff have groff
fi
[ "$goal" != long ] || want debootstrap have debootstrap
if [ "$goal" = interop ]; then
    need nodejs have node
    need npm have npm
    want chromium have chromium
    want skopeo have skopeo
    want docker-registry have docker-registry
    want python3-venv python3 -c 'import ensurepip'
    want git have git
    want g++ have g++
    want aria2 have aria2c
    want wget have wget
    want nginx-light have nginx
    want python3-torch test -e /usr/lib/python3/dist-packages/torch
fi
# Who else fetches files, and serves them; huggingface_hub wants a Python of its own.
if [ "$goal" = bench-wire ]; then
    want aria2 have aria2c
    want casync have casync
    want zsync have zsync
    want zchunk have zckdl
    want nginx-light have nginx
    want wrk have wrk
    want python3-venv python3 -c 'import ensurepip'
fi

[ ${#missing[@]} -gt 0 ] || [ ${#wanted[@]} -gt 0 ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
fi
install="apt-get install -y --no-install-recommends ${missing[*]} ${wanted[*]}"
if have apt-get && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
    echo "mzigo needs these Debian packages and installs them now: ${missing[*]} ${wanted[*]}"
    log=$(mktemp)
    # shellcheck disable=SC2086
    if { $as_root apt-get update; $as_root env DEBIAN_FRONTEND=noninteractive $install; } \
        >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    echo "mzigo: that failed; by hand: ${as_root:+sudo }$install" >&2
elif have apt-get; then
    echo "mzigo: packages are missing, and installing them needs root:" >&2
    echo "    sudo $install" >&2
else
    echo "mzigo: this machine lacks what these Debian packages hold; please install their like:" >&2
    echo "    ${missing[*]} ${wanted[*]}" >&2
fi
[ ${#missing[@]} -eq 0 ] || exit 1
echo "going on without: ${wanted[*]} (what needs them is left out)" >&2
