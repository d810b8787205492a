# mzigo gc: what goes, what stays, and what it leaves alone.
. "$root/tests/cli/lib.sh"

"$MZIGO" keygen -o lab >/dev/null
for f in shared one two three; do openssl rand 5000 >$f; done
# Versions 1 to 3 share a file; another name has a bundle of its own.
make_repo() {
    rm -rf repo
    "$MZIGO" pack shared one -o repo --key lab.key --name m --version 1 -q >/dev/null
    "$MZIGO" pack shared two -o repo --key lab.key --name m --version 2 -q >/dev/null
    "$MZIGO" pack shared three -o repo --key lab.key --name m --version 3 -q >/dev/null
    "$MZIGO" pack one -o repo --key lab.key --name old --version 1 --created 2020-01-01 --expires 2021-01-01 -q >/dev/null
}
objects() { find repo/objects -type f -regex '.*/[0-9a-f]*' | wc -l; }
whole() { # NAME@VERSION...
    local b
    for b; do
        "$MZIGO" unpack repo "$b" -o x --trust lab.pub --at 2020-06-01 -q >"$T/out" 2>"$T/err"
        same "$b is whole: status" $? 0
        rm -rf x
    done
}

make_repo
same "nothing but the repository is there" "$(find repo -name '.*')" ""
ok gc repo
contains "nothing goes" "$T/out" "removed 0 objects"
same "objects" "$(objects)" 4

# ---- versions ----

ok gc repo --keep 1 --grace 0 --dry-run --json
json_is dropped.0.version 2
json_is dropped.1.version 1
json_is removed_objects 1
json_is bundles 2
same "--dry-run removes nothing" "$(find repo -type f | wc -l)" 13
ok gc repo --keep 1 --json
json_is removed_objects 0
json_is bundles 2
contains "out of the index" repo/index.json '"version": "3"'
check "dropped versions are out of the index" [ "$(grep -c '"name"' repo/index.json)" = 2 ]
same "in grace: objects stay" "$(objects)" 4
no 3 "holds no bundle m@1" verify repo m@1 --trust lab.pub
touch -d '3 hours ago' repo/.mzigo/dropped/bundles/m/2/manifest.json
ok gc repo --grace 2h --json
json_is removed_objects 1
same "one grace is over" "$(ls repo/.mzigo/dropped/bundles/m)" 1
# A clock that was wrong gives no bundle a grace for ever.
touch -d '2 years' repo/.mzigo/dropped/bundles/m/1/manifest.json
ok gc repo --grace 2h
check "a date to come becomes now" [ -z "$(find repo/.mzigo/dropped -name manifest.json -newermt '1 hour')" ]
ok gc repo --grace 0
same "nothing is left of them" "$(find repo -name '.*')" ""
whole m@3 old@1

ok gc repo --expired --grace 0
same "expired" "$(ls repo/bundles)" m
same "objects of the expired" "$(objects)" 2
whole m@3

# ---- what killed programs left; what is somebody else's ----

make_repo
cp two "repo/objects/ab.txt"
mkdir -p repo/objects/00 repo/bundles/m/9 outside
: >"repo/objects/00/$(printf '0%.0s' {1..64})"
: >repo/objects/00/note
: >repo/objects/00/.x.mzg-abcdefghijkl
: >repo/.index.json.mzg-abcdefghijkl
cp repo/bundles/m/1/manifest.dsse repo/bundles/m/9/
cp one outside/"$(printf 'f%.0s' {1..64})"
ln -s "$PWD/outside" repo/objects/ff
ln -s "$PWD/one" "repo/objects/00/00$(printf '1%.0s' {1..62})"
ok gc repo --json
json_is removed_objects 1
check "somebody else's files stay" [ -e repo/objects/ab.txt -a -e repo/objects/00/note ]
same "a linked folder is not followed" "$(ls outside | wc -l)" 1
check "a link stays" [ -L "repo/objects/00/00$(printf '1%.0s' {1..62})" ]
same "left-overs are gone" "$(find repo -name '.*' -o -path 'repo/bundles/m/9')" ""
whole m@1 m@2 m@3

# ---- a manifest that cannot be read ----

echo '{' >repo/bundles/m/2/manifest.json
no 4 "bundles/m/2/manifest.json" gc repo --keep 1 --grace 0
same "nothing goes" "$(objects)" 4
check "no bundle either" [ -e repo/bundles/m/1/manifest.json ]
ok gc repo --keep 1 --grace 0 --force
same "--force" "$(objects)" 3
rm -f repo/objects/ff
whole m@3

# ---- the lock ----

make_repo
mkdir repo/.mzigo
(
    flock 9
    echo -n "pack (process 7)" >repo/.mzigo/lock
    : >"$T/held"
    while [ -e "$T/held" ]; do sleep 0.05; done
) 9>>repo/.mzigo/lock &
while [ ! -e "$T/held" ]; do sleep 0.05; done
"$MZIGO" gc repo --keep 1 >"$T/out" 2>"$T/err" &
gc=$!
for ((i = 0; i < 1200; i++)); do
    grep -q waiting "$T/err" && break
    sleep 0.05
done
contains "it says for whom it waits" "$T/err" "waiting for pack (process 7) to be done with repo"
same "it waits" "$(ls repo/bundles/m | wc -l)" 3
rm "$T/held"
wait $gc
same "then it goes on: status" $? 0
same "and does its work" "$(ls repo/bundles/m)" 3

# Beside packs, nothing is lost.
rm -rf repo
for i in 1 2 3 4; do
    "$MZIGO" pack shared one two -o repo --key lab.key --name "n$i" --version 1 -q >/dev/null 2>"$T/err" &
    "$MZIGO" gc repo --grace 0 -q >/dev/null 2>&1 &
done
wait
whole n1@1 n2@1 n3@1 n4@1
check "all are in the index" [ "$(grep -c '"name"' repo/index.json)" = 4 ]

no 2 "option --keep takes" gc repo --keep 0
no 2 "option --grace takes" gc repo --grace soon
no 3 "cannot open folder" gc nowhere
finish
