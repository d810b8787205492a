# pack, verify, unpack: the same bytes come out, and nothing does that was not signed.
. "$root/tests/cli/lib.sh"

ok keygen -o lab
ok keygen -o other --type ed25519
ok convert "$SAMPLE" -o m.gguf --to Q8_0 -q
ok convert "$SAMPLE" -o n.gguf --to Q4_0 -q
echo "a licence" >LICENSE

pack() { ok pack "$@" --key lab.key -q; }
pack m.gguf LICENSE -o repo --name m --version 1.0.0 --licence MIT --expires 2999-01-01
contains "pack" "$T/out" "packed: m 1.0.0"
pack m.gguf LICENSE -o m.mzb --name m --version 1.0.0 --expires 2999-01-01
check "tar lists the single file" sh -c 'tar tf m.mzb >/dev/null'
same "the manifest comes first" "$(tar tf m.mzb | grep -v '/$' | head -n 1)" \
    bundles/m/1.0.0/manifest.json

for location in repo m.mzb; do
    for deep in "" --deep; do
        ok verify $location --trust lab.pub $deep
        contains "verify $location" "$T/out" "verified: m 1.0.0"
    done
    ok verify $location m --trust other.pub --trust lab.pub
    ok verify $location m@1.0.0 --trust lab.pub --json
    json_is bundles "[1]"
    json_is bad "[0]"
    json_is bundles.0.files 2
    ok unpack $location -o out-$location --trust lab.pub
    check "unpacked from $location" cmp -s out-$location/m.gguf m.gguf
    check "unpacked from $location" cmp -s out-$location/LICENSE LICENSE
    same "files from $location" "$(ls -A out-$location | tr '\n' ' ')" "LICENSE m.gguf "

    no 6 "not trusted" verify $location --trust other.pub
    no 6 "not trusted" unpack $location -o no --trust other.pub
    no 2 "option --trust KEY.pub is missing" verify $location
    no 3 "nosuch.pub" verify $location --trust nosuch.pub
    no 3 "nosuch" verify $location nosuch --trust lab.pub
    no 3 "2.0.0" unpack $location m@2.0.0 -o no --trust lab.pub
done

# A second version shares what is the same; a second name makes leaving NAME out ambiguous.
pack m.gguf n.gguf -o repo --name m --version 1.1.0
pack n.gguf -o repo --name n --version 1
no 2 "" unpack repo -o no --trust lab.pub
ok unpack repo m -o newest --trust lab.pub
same "the newest version" "$(ls newest | tr '\n' ' ')" "m.gguf n.gguf "
ok unpack repo m@1.0.0 -o oldest --trust lab.pub
same "the version asked for" "$(ls oldest | tr '\n' ' ')" "LICENSE m.gguf "
ok verify repo --trust lab.pub --json
json_is bundles "[3]"
no 3 "1.1.0" pack m.gguf -o repo --key lab.key --name m --version 1.1.0 -q

# The same packing again gives the same objects, whatever the number of threads.
for threads in 1 3; do
    rm -rf again
    pack m.gguf n.gguf LICENSE -o again --name x --version 1 --threads $threads --created 2026-01-01
    (cd again && find . -type f ! -name '*.dsse' -exec sha256sum {} + | sort -k 2) >"$T/sums.$threads"
done
check "threads change what is stored" cmp -s "$T/sums.1" "$T/sums.3"
contains "the date asked for" again/bundles/x/1/manifest.json "2026-01-01T00:00:00Z"
rm -rf again
SOURCE_DATE_EPOCH=86400 "$MZIGO" pack LICENSE -o again --key lab.key --name x --version 1 -q \
    >"$T/out" 2>"$T/err"
same "SOURCE_DATE_EPOCH: status" $? 0
contains "SOURCE_DATE_EPOCH" again/bundles/x/1/manifest.json "1970-01-02T00:00:00Z"

# One wrong byte anywhere in the store.
object=$(find repo/objects -type f -size +1k | sort | head -n 1)
cp "$object" "$T/object"
printf 'X' | dd of="$object" bs=1 seek=500 conv=notrunc status=none
"$MZIGO" verify repo --trust lab.pub >"$T/out" 2>"$T/err"
same "a damaged object: status" $? 6
contains "it is named" "$T/out" "$(basename "$object")"
"$MZIGO" verify repo --trust lab.pub --json >"$T/out" 2>"$T/err"
same "a damaged object: status" $? 6
json_is error.status 6
check "it is listed" [ "$(json bad)" != "[0]" ]
mv "$object" "$T/damaged"
"$MZIGO" verify repo --trust lab.pub >"$T/out" 2>"$T/err"
same "a missing object: status" $? 6
mv "$T/object" "$object"
ok verify repo --trust lab.pub
sed -i 's/1.0.0/1.0.1/' repo/bundles/m/1.0.0/manifest.json
"$MZIGO" unpack repo m@1.0.0 -o no --trust lab.pub >"$T/out" 2>"$T/err"
same "a changed manifest: status" $? 6
check "nothing came out of what was refused" [ ! -e no/m.gguf ]

# Dates: a bundle that has expired, by this machine's clock or by the one named, is refused.
ok pack LICENSE -o old.mzb --key lab.key --name o --version 1 --created 2001-01-01 \
    --expires 2002-02-02 -q
no 6 "2002-02-02" verify old.mzb --trust lab.pub
no 6 "2002-02-02" unpack old.mzb -o no --trust lab.pub
ok verify old.mzb --trust lab.pub --at 2001-06-01
ok verify old.mzb --trust lab.pub --at 2002-02-01T23:59:59Z
no 6 "2002-02-02" verify old.mzb --trust lab.pub --at 2002-02-02
no 6 "2999-01-01" verify m.mzb --trust lab.pub --at 2999-01-02
no 2 "soon" verify m.mzb --trust lab.pub --at soon
SOURCE_DATE_EPOCH=soon no 2 "SOURCE_DATE_EPOCH" pack LICENSE -o no.mzb --key lab.key --name o --version 1

# Usage.
no 2 "FILE is missing" pack -o repo --key lab.key --name m --version 2
no 3 "nosuch" pack nosuch -o repo --key lab.key --name m --version 2 -q
no 3 "nosuch.key" pack m.gguf -o repo --key nosuch.key --name m --version 2 -q
no 2 "" pack m.gguf -o repo --key lab.key --name ../m --version 2 -q
no 2 "" pack m.gguf -o repo --key lab.key --name m --version ../2 -q
no 2 "" pack m.gguf -o repo --key lab.key --name m --version 2 --expires tomorrow -q
check "nothing came of it" [ ! -e repo/bundles/m/2 ]

# A key with a passphrase.
echo "open sesame" >pass
echo "wrong" >wrong
ok keygen -o locked --passphrase-file pass
ok pack LICENSE -o locked.mzb --key locked.key --name l --version 1 --passphrase-file pass -q
ok verify locked.mzb --trust locked.pub
no 6 "" pack LICENSE -o no.mzb --key locked.key --name l --version 1 --passphrase-file wrong -q
"$B/tests/cli/pty" "passphrase of locked.key: " "open sesame" -- "$MZIGO" pack LICENSE -o asked.mzb \
    --key locked.key --name l --version 1 >"$T/out" 2>"$T/err"
same "asked for the passphrase: status" $? 0
ok verify asked.mzb --trust locked.pub
setsid -w "$MZIGO" pack LICENSE -o no.mzb --key locked.key --name l --version 1 -q \
    >"$T/out" 2>"$T/err" </dev/null
same "nobody to ask for the passphrase: status" $? 2
check "no.mzb was not written" [ ! -e no.mzb ]
finish
