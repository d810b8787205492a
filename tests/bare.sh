#!/bin/bash
# `make demo` and `make test` from a clean clone on a Debian that has nothing but make and git: they
# install what they need themselves. Takes a few minutes, root and debootstrap; the mirror and the
# release are those of this machine's apt. BARE=folder keeps the system there for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    echo "skipped: a bare system needs root and debootstrap"
    exit 0
fi
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
    grep -v security | head -n 1)
. /etc/os-release
bare=${BARE:-$(mktemp -d)}

leave() {
    local m
    for m in dev/pts proc .; do
        mountpoint -q "$bare/$m" && umount "$bare/$m"
    done
    [ -n "${BARE:-}" ] || rm -rf --one-file-system "$bare"
}
trap leave EXIT

if [ ! -e "$bare/usr/bin/make" ]; then
    echo "making a bare $PRETTY_NAME"
    debootstrap --variant=minbase "$VERSION_CODENAME" "$bare" "$mirror" >"$bare.log" 2>&1 ||
        { tail -n 5 "$bare.log" && exit 1; }
    rm -f "$bare.log"
    cp /etc/resolv.conf /etc/hosts "$bare/etc/"
    cp /etc/apt/apt.conf.d/* "$bare/etc/apt/apt.conf.d/" 2>/dev/null || true
    chroot "$bare" sh -c 'apt-get update -q && apt-get install -y --no-install-recommends \
        make git ca-certificates' >/dev/null 2>&1
fi
# Its root is a mount point, as any system's is.
mountpoint -q "$bare" || mount --bind "$bare" "$bare"
mountpoint -q "$bare/proc" || mount -t proc proc "$bare/proc"
[ -e "$bare/dev/null" ] || mknod -m 666 "$bare/dev/null" c 1 3
mkdir -p "$bare/dev/pts" # passphrases are asked for on a terminal
mountpoint -q "$bare/dev/pts" || mount -t devpts -o newinstance,ptmxmode=0666 devpts "$bare/dev/pts"
ln -sf pts/ptmx "$bare/dev/ptmx"
if [ -d ../shared ] && [ ! -e "$bare/shared" ]; then
    cp -rL ../shared "$bare/shared"
fi
if [ -z "${BARE:-}" ] && chroot "$bare" sh -c 'command -v cc'; then
    echo "this system is not bare"
    exit 1
fi
rm -rf "$bare/mzigo"
git clone -q . "$bare/mzigo"
for target in demo test; do
    echo "-- make $target on a bare system"
    chroot "$bare" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        make --no-print-directory -C /mzigo "-j$(nproc)" $target
done
