# mzigo carry between two repositories by sticks: whole, small, damaged, hostile. Kills, full disks and losses of
# power: carry_struck.sh.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" keygen -o other >/dev/null
make_bundle m 8 30000
make_bundle s 2 12000 20
"$MZIGO" pack m.files/* -o both --key lab.key --name m --version 1 -q >/dev/null
"$MZIGO" pack s.files/* -o both --key lab.key --name s --version 1 -q >/dev/null

parts() { ls "$1"/mzigo-carry/part????.tar; }
# As out fills it, several parts, each of at most 100000 bytes.
fill() { ok carry out both "$1" --part-size 100k -q "${@:2}"; }
# STICK OBJECT -> part and the byte where the object's bytes begin in it
find_object() {
    local part at
    for part in $(parts "$1"); do
        at=$(tar -tRf "$part" 2>/dev/null | sed -n "s|^block \([0-9]*\): $2\$|\1|p")
        [ -z "$at" ] || { echo "$part" $(((at + 1) * 512)) && return; }
    done
}
# FILE BYTE TEXT: puts TEXT there
overwrite() { printf '%s' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }
whole() { diff -r both "$1" >/dev/null && [ ! -e "$1/.mzg-carry" ]; }
objects=($(cd both && ls objects/*/*))
of_m=($(cd m && ls objects/*/*))

# ---- there and back ----

there() {
    local part
    mkdir stick
    echo photo >stick/photo.jpg
    fill stick
    check "several parts" [ "$(parts stick | wc -l)" -ge 3 ]
    for part in $(parts stick); do
        check "a part is no larger than asked for" [ "$(stat -c %s "$part")" -le 100000 ]
    done
    contains "what was written" "$T/out" "m 1: 235 KiB in 8 objects, whole"
    same "the folder holds parts only" "$(ls stick/mzigo-carry | grep -vc '^part000[1-9].tar$')" 0
    # Without mzigo, any tar unpacks a repository.
    mkdir by_tar
    for part in $(parts stick); do tar -xf "$part" -C by_tar 2>"$T/err" || fail "tar -xf $part"; done
    same "tar has nothing to say" "$(cat "$T/err")" ""
    ok verify by_tar --trust lab.pub
    ok carry in stick far --trust lab.pub -q
    check "the repositories are the same" whole far
    sha256sum stick/mzigo-carry/* >"$T/before"
    ls -i stick/mzigo-carry >"$T/inodes"
    ok carry out both stick --part-size 100k --json
    json_is moved_objects 0
    json_is there_objects 14
    json_is left_objects 0
    check "nothing is written twice" sha256sum -c --quiet "$T/before"
    same "nor replaced" "$(ls -i stick/mzigo-carry)" "$(cat "$T/inodes")"
    ok carry in stick far --trust lab.pub --json
    json_is moved_objects 0
    json_is bundles "[2]"
    json_is bundles.0.left_objects 0
    same "the rest of the stick" "$(cat stick/photo.jpg)" photo
}
aside there

dry() {
    mkdir stick far
    ok carry out both stick --dry-run --json
    json_is moved_objects 14
    same "out --dry-run writes nothing" "$(ls -A stick)" ""
    fill stick
    ok carry in stick far --trust lab.pub --dry-run --json
    json_is moved_objects 10
    same "in --dry-run writes nothing" "$(ls -A far)" ""
}
aside dry

# ---- who is to be believed ----

believed() {
    mkdir stick
    fill stick
    no 2 "option --trust KEY.pub is missing" carry in stick far
    "$MZIGO" carry in stick far --trust other.pub -q >"$T/out" 2>"$T/err"
    same "an untrusted key: status" "$?" 6
    contains "it is said" "$T/err" "which is not trusted"
    same "nothing of it is there" "$(find far -type f)" ""
    check "and it is not asked for" [ ! -e stick/mzigo-carry/want.json ]
    "$MZIGO" carry out both stick m --trust other.pub -q >"$T/out" 2>"$T/err"
    same "out --trust: status" "$?" 6
    cp -rL both unsigned
    rm unsigned/bundles/m/1/manifest.dsse
    mkdir none
    "$MZIGO" carry out unsigned none -q >"$T/out" 2>"$T/err"
    same "unsigned: status" "$?" 6
    contains "unsigned" "$T/err" "m@1: is not signed"
    contains "the rest is carried" "$T/out" "s 1: 23.5 KiB in 2 objects, whole"
    # Another bundle of the same name and version.
    "$MZIGO" pack s.files/* -o far2 --key lab.key --name m --version 1 -q >/dev/null
    cp -r far2 kept
    "$MZIGO" carry in stick far2 --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "other bytes of one version: status" "$?" 6
    contains "other bytes" "$T/err" "a published version never changes"
    check "what is there stays" cmp -s far2/bundles/m/1/manifest.json kept/bundles/m/1/manifest.json
    check "the other bundle comes" [ -e far2/bundles/s/1/manifest.json ]
}
aside believed

usage() {
    mkdir stick
    no 2 "carry takes out, in or want, not 'up'" carry up both stick
    no 2 "STICK is missing" carry out both
    no 2 "REPO is missing" carry in stick --trust lab.pub
    no 2 "unexpected argument 'm'" carry in stick far m --trust lab.pub
    no 2 "option --out LIST is missing" carry want both
    no 2 "option --part-size takes a size" carry out both stick --part-size 1k
    no 2 "give one of them" carry out both stick --want a --missing-from b
    no 3 "holds no bundle x" carry out both stick x -q
    no 3 "cannot open folder 'nowhere'" carry out both nowhere -q
    no 3 "holds no parts in mzigo-carry" carry in stick far --trust lab.pub -q
    check "no repository is made of nothing" [ ! -e far ]
}
aside usage

# ---- damage, and its repair ----

# STICK is damaged: in says STATUS and TEXT, takes the rest, and leaves a list by which out mends it.
mended() { # TEXT STATUS SAYS MENDED MOVED
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "$1: status" "$?" "$2"
    contains "$1" "$T/err" "$3"
    check "$1: m is not there" [ ! -e far/bundles/m/1/manifest.json ]
    check "$1: s is" [ -e far/bundles/s/1/manifest.json ]
    same "$1: index.json lists s only" "$(grep -c '"name"' far/index.json)" 1
    [ ! -e far/bundles/s/1 ] || ok verify far s --trust lab.pub
    ok carry out both stick --part-size 100k --json
    json_is mended_objects "$4"
    json_is moved_objects "$5"
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "$1: after the repair" "$?" "${6:-0}"
    check "$1: the repositories are the same" whole far
    check "$1: the list has served" [ ! -e stick/mzigo-carry/want.json ]
}
flipped() {
    mkdir stick
    fill stick
    cp -r stick good
    read -r part at < <(find_object stick "${of_m[3]}")
    overwrite "$part" $((at + 777)) XX
    mended "a flipped byte" 6 "mzigo-carry/$(basename "$part"): ${of_m[3]}: is damaged at byte $at" 1 0
    check "the stick is as it was" diff -r stick good
}
aside flipped
several() {
    mkdir stick
    fill stick
    for i in 1 4 6; do
        read -r part at < <(find_object stick "${of_m[i]}")
        overwrite "$part" $((at + i)) oops
    done
    mended "three objects" 6 "3 faults, the first" 3 0
}
aside several
header() {
    mkdir stick
    fill stick
    read -r part at < <(find_object stick "${of_m[3]}")
    overwrite "$part" $((at - 300)) zzz
    # What lies behind is found; the hole stays, and is told again.
    mended "a damaged header" 4 "$(basename "$part"): byte $((at - 512)): no member's header" 0 1 4
}
aside header
cut() {
    mkdir stick
    fill stick
    read -r part at < <(find_object stick "${of_m[3]}")
    truncate -s $((at + 100)) "$part"
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "a part that is cut: status" "$?" 4
    contains "a part that is cut" "$T/err" "${of_m[3]}: is cut, 100 of its"
    ok carry out both stick --part-size 100k -q
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    check "what was lost comes in another part" whole far
}
aside cut
document() {
    mkdir stick
    fill stick
    read -r part at < <(find_object stick bundles/m/1/manifest.json)
    overwrite "$part" $((at + 50)) x
    mended "a damaged manifest" 6 "m@1: manifest.dsse: " 1 0
}
aside document
# A sound copy of the object elsewhere on the stick is as good.
copies() {
    mkdir stick
    fill stick
    read -r part at < <(find_object stick "${of_m[3]}")
    cp "$part" stick/mzigo-carry/part0777.tar
    overwrite "$part" $((at + 777)) XX
    ok carry in stick far --trust lab.pub -q
    check "the repositories are the same" whole far
}
aside copies
source_damaged() {
    mkdir stick
    cp -rL both hurt
    overwrite "hurt/${of_m[2]}" 5 XX
    "$MZIGO" carry out hurt stick -q >"$T/out" 2>"$T/err"
    same "damage in the repository: status" "$?" 6
    contains "damage in the repository" "$T/err" "hurt: ${of_m[2]}: is damaged"
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "it is not carried, the rest is: status" "$?" 0
    contains "it is missing" "$T/out" " in 1 object still missing"
    # A damaged object at the receiver is found, asked for, and replaced.
    ok carry out both stick -q
    ok carry in stick far --trust lab.pub -q
    overwrite "far/${of_m[5]}" 5 XX
    ok carry want far -o list.json m -q
    ok carry out both stick --want list.json --json
    json_is moved_objects 0
    json_is there_objects 0
    ok carry want far -o list.json m --deep -q
    rm -r stick/mzigo-carry
    ok carry out both stick --want list.json --json
    json_is moved_objects 1
    # Documents are there; those of the stick are missing.
    ok carry out both stick -q
    ok carry in stick far --trust lab.pub --json
    json_is moved_objects 1
    check "it is replaced" whole far
}
aside source_damaged
join

# ---- lists, trips, sticks ----

trips() {
    mkdir stick
    "$MZIGO" pack m.files/m[0-3].bin -o home --key lab.key --name m --version 1 -q >/dev/null
    ok carry want home -o list.json
    "$MZIGO" pack m.files/m[0-3].bin s.files/s0.bin -o lab.repo --key lab.key --name m --version 2 -q >/dev/null
    "$MZIGO" pack s.files/* -o lab.repo --key lab.key --name s --version 1 -q >/dev/null
    ok carry out lab.repo stick --want list.json --json
    json_is moved_objects 6 # two objects, twice two documents
    ok carry in stick home --trust lab.pub -q
    ok verify home m@2 --trust lab.pub
    ok verify home s@1 --trust lab.pub
    # Only what is asked for, and the list lies on the stick.
    mkdir next
    ok carry want home -o next/want.json s@9 m@3 -q
    mkdir next/mzigo-carry && mv next/want.json next/mzigo-carry
    "$MZIGO" pack m.files/m[0-4].bin -o lab.repo --key lab.key --name m --version 3 -q >/dev/null
    "$MZIGO" pack m.files/m7.bin -o lab.repo --key lab.key --name x --version 1 -q >/dev/null
    ok carry out lab.repo next
    contains "it is used" "$T/err" "by the receiver's list on the stick"
    contains "what is not there" "$T/err" "holds no bundle s@9, which the list asks for"
    check "x is not asked for" [ "$(grep -c ' 1: ' "$T/out")" = 0 ]
    ok carry in next home --trust lab.pub -q
    ok verify home m@3 --trust lab.pub
    contains "what did not come stays asked for" next/mzigo-carry/want.json '"version": "9"'
    same "what came does not" "$(sed '/bundles/q' next/mzigo-carry/want.json | grep -c '"version": "3"')" 0
    # --missing-from: what it has is left out, what it asks for does not count.
    mkdir third
    ok carry want home -o list.json s@9 -q
    ok carry out lab.repo third --missing-from list.json --json
    json_is bundles "[1]"
    json_is bundles.0.name x
}
aside trips

hostile_lists() {
    mkdir -p stick/mzigo-carry
    list() { # STATUS SAYS TEXT
        printf '%s' "$3" >stick/mzigo-carry/want.json
        no "$1" "$2" carry out both stick -q
    }
    list 4 "want.json" '{'
    list 5 "format" '{"format": "mzigo.want/9"}'
    list 4 "want[0].name" '{"format": "mzigo.want/1", "want": [{"name": "../x"}], "bundles": [], "objects": []}'
    list 4 "objects[0]" '{"format": "mzigo.want/1", "want": [], "bundles": [], "objects": ["12"]}'
    list 4 "bundles[0].version: missing" '{"format": "mzigo.want/1", "want": [], "bundles": [{"name": "a"}], "objects": []}'
    rm stick/mzigo-carry/want.json
    mkdir stick/mzigo-carry/want.json
    no 3 "a folder" carry out both stick -q
    rmdir stick/mzigo-carry/want.json
    ln -s /etc/passwd stick/mzigo-carry/want.json
    no 6 "is a link" carry out both stick -q
}
aside hostile_lists

# Small sticks, by their own size: whole bundles first, and both orders at the receiver.
small_stick() { # FOLDER TYPE SIZE_KIB
    local image=$T/$1.img
    mkdir -p "$1"
    case $2 in
    tmpfs) mount -t tmpfs -o "size=$3k" mzigo-test "$1" 2>/dev/null ;;
    vfat)
        truncate -s "$3k" "$image"
        mkfs.vfat "$image" >/dev/null 2>&1 && mount -t vfat -o loop "$image" "$1" 2>/dev/null
        ;;
    esac
}
two_sticks() { # TYPE SIZE_KIB
    if ! small_stick one "$1" "$2"; then
        echo "  skipped: mounting a $1 of $2 KiB"
        return
    fi
    trap 'umount one two 2>/dev/null' EXIT
    small_stick two "$1" "$2"
    "$MZIGO" carry out both one --next left.json --part-size 64Ki -q >"$T/out" 2>"$T/err"
    same "$1: the first stick: status" "$?" 7
    contains "$1: it is said" "$T/err" "one: is full: "
    contains "$1: a whole bundle comes first" "$T/out" "s 1: 23.5 KiB in 2 objects, whole"
    check "$1: it is used" [ "$(ls one/mzigo-carry | wc -l)" -ge 2 ]
    ok carry out both two --want left.json --part-size 64Ki -q
    ok carry in one far --trust lab.pub -q
    check "$1: half a bundle has no name" [ ! -e far/bundles/m ]
    ok verify far --trust lab.pub
    contains "$1: the list on the stick asks for the rest" one/mzigo-carry/want.json '"name": "m"'
    ok carry in two far --trust lab.pub -q
    check "$1: two sticks make it whole" whole far
    ok carry in two back --trust lab.pub -q
    ok carry in one back --trust lab.pub -q
    check "$1: in the other order, too" whole back
    # The same stick, there and back again, by the list that in left on it.
    rm -rf far one/mzigo-carry/* two/mzigo-carry
    "$MZIGO" carry out both one -q >"$T/out" 2>"$T/err"
    ok carry in one far --trust lab.pub -q
    rm -f one/mzigo-carry/part*
    ok carry out both one -q
    ok carry in one far --trust lab.pub -q
    check "$1: one stick in two trips" whole far
    umount one two
}
aside two_sticks tmpfs 200
aside two_sticks vfat 200
join

# ---- hostile sticks ----

hostile() { # TEXT STATUS SAYS: stick holds a whole copy in part0001, and something else
    "$MZIGO" carry in stick far --trust lab.pub -q >"$T/out" 2>"$T/err"
    same "$1: status" "$?" "$2"
    contains "$1" "$T/err" "$3"
    same "$1: one line" "$(wc -l <"$T/err")" 1
    [ "$2" = 6 ] || check "$1: the rest is used" whole far
    check "$1: nothing is written outside" [ ! -e escaped ] && [ ! -e ../escaped ]
    rm -rf far stick/mzigo-carry/part0002.tar
}
bad_parts() {
    mkdir -p stick tree/objects/ab tree/bundles/m/1
    ok carry out both stick -q
    in_part() { tar --format=ustar -cf stick/mzigo-carry/part0002.tar "$@"; }
    echo x >tree/x
    in_part -C tree --transform 's|^x|../escaped|' -P x
    hostile "a path that leaves the folder" 4 "part0002.tar: byte 0: '../escaped' is no document"
    in_part -C tree --transform 's|^x|/escaped|' -P x
    hostile "an absolute path" 4 "'/escaped' is no document"
    in_part -C tree --transform 's|^x|bundles/../m/manifest.json|' x
    hostile "a bundle that is none" 4 "'bundles/../m/manifest.json' is no document"
    ln -s /etc/passwd "tree/objects/ab/ab"
    in_part -C tree objects/ab/ab
    hostile "a link" 4 "byte 0: a member that is not a plain file"
    : >"tree/bundles/m/1/manifest.json"
    in_part -C tree bundles/m/1/manifest.json
    hostile "an empty document" 4 "0 bytes, 1 to"
    truncate -s 25M "tree/bundles/m/1/manifest.json"
    in_part -C tree bundles/m/1/manifest.json
    hostile "a huge document" 4 "26214400 bytes, 1 to 25165824 are possible"
    printf x >"tree/${of_m[1]##*/}"
    in_part -C tree --transform "s|^|${of_m[1]%/*}/|" "${of_m[1]##*/}"
    ok carry in stick far --trust lab.pub -q
    check "a false copy beside a true one" whole far
    rm -rf far
    mv stick/mzigo-carry/part0001.tar kept
    ok carry in stick far --trust lab.pub -q
    contains "objects without a bundle" "$T/out" "no bundle has come"
    check "objects that no bundle names are not taken" [ ! -e far/objects ]
    rm stick/mzigo-carry/part0002.tar
    mv kept stick/mzigo-carry/part0001.tar
    mkdir stick/mzigo-carry/part0002.tar
    hostile "a folder for a part" 3 "part0002.tar' is a folder"
    ln -s /etc/passwd stick/mzigo-carry/part0002.tar
    hostile "a link for a part" 6 "is a link"
    head -c 5000 /dev/zero >stick/mzigo-carry/part0002.tar
    ok carry in stick far --trust lab.pub -q
    noise 5 50000 >stick/mzigo-carry/part0002.tar
    hostile "noise for a part" 4 "part0002.tar: byte 0: no member's header"
    : >stick/mzigo-carry/part0002.tar
    hostile "an empty part" 4 "part0002.tar: byte 0: the part ends before its end"
    { head -c 512 stick/mzigo-carry/part0001.tar && printf '25 comment=mzigo.carry/2\n' && head -c 999 /dev/zero; } \
        >stick/mzigo-carry/part0002.tar
    hostile "a format of later times" 4 "'mzigo.carry/2' is a format that this program does not know"
    echo 'not ours' >stick/mzigo-carry/readme.txt
    ok carry in stick far --trust lab.pub -q
    same "other files are left alone" "$(cat stick/mzigo-carry/readme.txt)" "not ours"
    rm -rf far
    mv stick/mzigo-carry elsewhere && ln -s ../elsewhere stick/mzigo-carry
    no 6 "is a link" carry in stick far --trust lab.pub -q
    no 6 "is a link" carry out both stick -q
    rm stick/mzigo-carry && echo >stick/mzigo-carry
    no 3 "mzigo-carry" carry out both stick -q
}
aside bad_parts

# Names that do not fit a plain header.
long_names() {
    local name version
    name=n$(printf '%0127d' 0) version=v$(printf '%0127d' 0)
    mkdir stick
    "$MZIGO" pack s.files/* -o long --key lab.key --name "$name" --version "$version" -q >/dev/null
    ok carry out long stick -q
    ok carry in stick far --trust lab.pub -q
    check "long names come over" diff -r long far
    mkdir by_tar
    tar -xf stick/mzigo-carry/part0001.tar -C by_tar
    ok verify by_tar --trust lab.pub
}
aside long_names
join
finish
