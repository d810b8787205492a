# A file size limit, and a disk that is really full (a small tmpfs): a clear error, nothing under a
# final name, and the space is asked for before the first byte.
. "$root/tests/cli/lib.sh"
mkdir limited
limit=$(ulimit -S -f)
ulimit -S -f 64
no 3 "limited/m.gguf" convert "$SAMPLE" -o limited/m.gguf --to F32 -q
ulimit -S -f "$limit"
same "convert at the file size limit left something" "$(find limited -type f)" ""

mkdir disk
if ! mount -t tmpfs -o size=64k mzigo-test disk 2>/dev/null; then
    skip "mounting a small tmpfs needs root"
    finish
    exit
fi
trap 'umount disk' EXIT
"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" convert "$SAMPLE" -o m.gguf --to F32 -q >/dev/null
"$MZIGO" pack m.gguf -o m.mzb --key lab.key --name m --version 1 -q >/dev/null
check "the sample does not fit the disk" [ "$(stat -c %s m.gguf)" -gt 65536 ]

no 3 "disk/m.gguf" convert "$SAMPLE" -o disk/m.gguf --to F32 -q
same "convert left something" "$(find disk -type f)" ""
no 3 "disk" unpack m.mzb -o disk --trust lab.pub -q
same "unpack left something" "$(find disk -type f)" ""
no 3 "disk" pack m.gguf -o disk/m.mzb --key lab.key --name m --version 1 -q
same "pack left something" "$(find disk -type f)" ""
no 3 "disk" pack m.gguf -o disk/repo --key lab.key --name m --version 1 -q
same "pack left a bundle" "$(find disk -name 'manifest*' -o -name '*mzg-*')" ""
finish
