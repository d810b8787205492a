# Sourced by selftest.sh: power.so loses what was not synced, and nothing else.
power() { # N:HOW OPERATION...: sets status; false: N was beyond the last
    local when=$1
    shift
    rm -f "$T/mark"
    {
        (cd disk && LD_PRELOAD=$B/tests/net/power.so MZG_POWER_DIR=$T/t/disk MZG_POWER=$when \
            MZG_POWER_MARK=$T/mark exec "$B/tests/net/power_ops" "$@")
        status=$?
    } 2>"$T/err" # where the shell tells of the kill, too
    [ -e "$T/mark" ]
}
new_disk() {
    rm -rf disk && mkdir disk && printf OLD >disk/old
}
# What is there, in one line: file:bytes, folder/.
on_disk() {
    (cd disk && find . -mindepth 1 | sort | while read -r f; do
        if [ -d "$f" ]; then echo "${f#./}/"; else echo "${f#./}:$(cat "$f")"; fi
    done | paste -sd ' ')
}

# The power goes after these operations; the disk is then as expected.
lose() { # HOW EXPECTED OPERATION...
    local how=$1 expected=$2
    shift 2
    new_disk
    power "$(($# + 1)):$how" "$@" "mkdir never"
    same "$how: $*: status" "$status" 137
    same "$how: $*" "$(on_disk)" "$expected"
    check "$how: $*: no grave is left" [ "$(echo disk.power*)" = 'disk.power*' ]
}

write_new=("create a" "write a 0 new")
lose all "old:OLD" "${write_new[@]}"
lose data "a: old:OLD" "${write_new[@]}"
lose names "old:OLD" "${write_new[@]}"
lose all "a: old:OLD" "${write_new[@]}" "syncdir ."
lose all "old:OLD" "${write_new[@]}" "sync a"
lose data "a:new old:OLD" "${write_new[@]}" "sync a"
lose all "a:new old:OLD" "${write_new[@]}" "sync a" "syncdir ."
lose all "a:new old:OLD" "${write_new[@]}" "datasync a" "syncdir ." "write a 3 er" "append a est"
lose all "a: old:OLD" "${write_new[@]}" "range a" "syncdir ."

lose all "old:OLD" "write old 1 xy"
lose all "old:OLD" "write old 0 longer" "write old 9 x"
lose names "old:longer" "write old 0 longer"
lose all "old:OXD" "write old 1 X" "sync old" "write old 0 yyyy" "write old 2 zzzz"
lose all "old:OLD" "cut old 1"
lose all "old:OLD" "cut old 1" "append old hello" "cut old 0"
lose all "old:O" "cut old 1" "sync old" "append old x"
lose all "old:OLD" "empty old"
lose all "old:" "empty old" "sync old" "append old x"

lose all "old:OLD" "${write_new[@]}" "rename a old"
lose data "old:" "${write_new[@]}" "rename a old"
lose all "a:new old:OLD" "${write_new[@]}" "sync a" "syncdir ." "rename a old"
lose all "old:new" "${write_new[@]}" "sync a" "rename a old" "syncdir ."
lose all "old:" "${write_new[@]}" "rename a old" "syncdir ."
lose all "a:new old:OLD" "${write_new[@]}" "sync a" "syncdir ." "exchange a old"
lose all "old:OLD" "link old more"
lose all "more:OLD old:OLD" "link old more" "syncdir ."
lose all "old:OLD" "unlink old"
lose data "" "unlink old"
lose all "" "unlink old" "syncdir ."
lose all "old:OLD" "write old 0 xyz" "unlink old" "create old" "write old 0 12345" "sync old"

lose all "old:OLD" "mkdir d" "create d/f" "syncdir d"
lose all "d/ old:OLD" "mkdir d" "syncdir ." "create d/f"
lose all "d/ d/f: old:OLD" "mkdir d" "syncdir ." "create d/f" "syncdir d"
lose all "d/ old:OLD" "mkdir d" "syncdir ." "rename old d/old"
lose all "d/ d/old:OLD" "mkdir d" "syncdir ." "rename old d/old" "syncdir d"
lose all "d/ old:OLD" "mkdir d" "syncdir ." "rmdir d"

# Torn: the length is there, of 32 unsynced pages some are not; synced ones all are.
tear() { # WHEN
    new_disk
    power "$1" "create a" "fill a 0 131072" "sync a" "fill a 131072 131072" "mkdir never"
}
tear 5:torn
zeros=$(tr -d x <disk/a | wc -c)
same "torn: length" "$(stat -c %s disk/a)" 262144
same "torn: what was synced" "$(head -c 131072 disk/a | tr -d x | wc -c)" 0
check "torn: some pages, not all ($((zeros / 4096)) of 32)" between $((zeros / 4096)) 4 28
same "torn: the mark says what" "$(cat "$T/mark")" "mkdir; lost: 1 writes of $zeros bytes, 0 names"
before=$(sha256sum <disk/a)
tear 5:torn
same "torn: the same coins" "$(sha256sum <disk/a)" "$before"
tear 5:torn:2
check "torn: other coins" [ "$(sha256sum <disk/a)" != "$before" ]

# At every moment: a file that is replaced as it should be is the old one or the new one; one that is
# renamed without a sync is found out. What is outside of the folder is left alone.
for how in all data names torn; do
    wrong=0
    for ((n = 1; ; n++)); do
        new_disk
        power $n:$how "${write_new[@]}" "sync a" "rename a old" "syncdir ." "create ../outside" || break
        case $(cat disk/old) in OLD | new) ;; *) wrong=1 ;; esac
    done
    same "$how: replaced with care, $((n - 1)) moments" "$wrong $n $status" "0 6 0"
done
same "never struck: all is there" "$(on_disk) $(ls outside)" "old:new outside"
new_disk
power 4:data "${write_new[@]}" "rename a old" "syncdir ."
same "replaced without care" "$(cat disk/old)" ""
