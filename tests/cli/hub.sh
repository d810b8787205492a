# hub: the API of the Hugging Face hub as serve speaks it: what each client asks, in its own words, and what none
# should.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"

# CURL-ARGUMENT... PATH: the answer into $T/body, its fields into $T/head; says its status.
get() {
    rm -f "$T/body" && touch "$T/body"
    curl -sS -g -o "$T/body" -D "$T/head" -w '%{http_code}' --path-as-is "${@:1:$#-1}" "$url${*: -1}"
}
value() { "$B/tests/cli/json" "$1" <"$T/body"; }
is() { same "$1: $2" "$(value "$2")" "$3"; } # TEXT PATH EXPECTED
# What git says of a file with this content.
blob() { { printf 'blob %d\0' "$(stat -c %s "$1")" && cat "$1"; } | sha1sum | cut -d ' ' -f 1; }
sha256() { sha256sum "$1" | cut -d ' ' -f 1; }
commit() { sha256 "repo/bundles/$1/manifest.json" | cut -c 1-40; }
api=api/models/mzigo/m

ok keygen -o lab
ok keygen -o other
"$MZIGO" convert "$SAMPLE" -o m-q8_0.gguf --to Q8_0 -q >"$T/out"
echo "a licence" >LICENSE
echo "a text" >"b c.txt"
: >empty.txt
ok pack m-q8_0.gguf LICENSE "b c.txt" empty.txt -o repo --key lab.key --name m --version 1.0.0 --licence Apache-2.0 \
    --created 2026-10-02 -q
ok pack m-q8_0.gguf LICENSE "b c.txt" empty.txt -o repo --key lab.key --name m --version 1.1.0+q8 \
    --licence "Ask us first" --created 2026-11-07T10:20:30Z -q
ok pack LICENSE -o repo --key other.key --name strange --version 1 --created 2026-01-01 -q
ok pack LICENSE -o repo --key lab.key --name stale --version 1 --created 2001-01-01 --expires 2002-02-03 -q
ok pack LICENSE -o repo --key lab.key --name a+b --version 1 -q
# What pack's command line does not make: files in folders, and languages. Its signature is void.
sed -i -e 's|"path": "LICENSE"|"path": "docs/LICENSE"|; s|"path": "b c.txt"|"path": "docs/deep/b c.txt"|' \
    -e 's|"provenance": {|&\n    "m-q8_0.gguf: model.languages": "sw en",|' repo/bundles/m/1.1.0+q8/manifest.json
new=$(commit m/1.1.0+q8) old=$(commit m/1.0.0)
# The files themselves, as mirror --plain makes them.
mkdir -p repo/plain/m/1.0.0 repo/plain/m/1.1.0+q8/docs/deep repo/plain/strange/1
cp m-q8_0.gguf LICENSE "b c.txt" empty.txt repo/plain/m/1.0.0
cp m-q8_0.gguf empty.txt repo/plain/m/1.1.0+q8
cp LICENSE repo/plain/m/1.1.0+q8/docs
cp "b c.txt" repo/plain/m/1.1.0+q8/docs/deep
cp LICENSE repo/plain/strange/1
digest=$(sha256 m-q8_0.gguf) size=$(stat -c %s m-q8_0.gguf)
serve repo --check-every 0

# ---- huggingface_hub: snapshot_download, hf_hub_download ----

ua='User-Agent: unknown/None; hf_hub/2.4.0; python/3.11.7'
same "revision main" "$(get -H "$ua" $api/revision/main)" 200
same "type" "$(field Content-Type)" "application/json; charset=utf-8"
is info sha "$new"
is info id mzigo/m
is info modelId mzigo/m
is info author mzigo
is info lastModified 2026-11-07T10:20:30.000Z
is info private false
is info gated false
is info siblings "[4]"
is info siblings.0.rfilename m-q8_0.gguf
is info siblings.0.size none
is info tags.0 gguf
is info tags.1 llama
is info tags.2 sw
is info tags.3 en
is info tags.4 license:other
is info cardData.license other
is info cardData.license_name "Ask us first"
is info cardData.language.1 en
is info gguf.architecture llama
check "it has parameters" [ "$(value gguf.total)" -gt 100000 ]
etag=$(field ETag)
same "asked again" "$(get -H "If-None-Match: $etag" $api/revision/main)" 304
cp "$T/body" nothing
same "HEAD of info" "$(get -I $api)" 200
length=$(field Content-Length)
same "info" "$(get $api)" 200
same "HEAD of info: length" "$length" "$(stat -c %s "$T/body")"
same "info: the same" "$(field ETag)" "$etag"
same "with blobs" "$(get "$api?securityStatus=true&blobs=true")" 200
is blobs siblings.0.size "$size"
is blobs siblings.0.lfs.sha256 "$digest"
get mzigo/m/raw/main/m-q8_0.gguf >/dev/null
cp "$T/body" pointer
pointer=$(blob pointer)
get "$api?blobs=true" >/dev/null
is blobs siblings.0.blobId "$pointer"
for revision in 1.0.0 "$old"; do
    same "an old version" "$(get $api/revision/$revision)" 200
    is "an old version" sha "$old"
    is "an old version" cardData.license apache-2.0
done
same "a plus, encoded" "$(get $api/revision/1.1.0%2Bq8)" 200
is "a plus, encoded" sha "$new"
same "a plus as it is" "$(get $api/revision/1.1.0+q8)" 200
same "tree" "$(get -H "$ua" "$api/tree/$new?recursive=true&expand=false")" 200
is tree "" "[6]"
is tree 0.type file
is tree 0.path m-q8_0.gguf
is tree 0.size "$size"
is tree 0.oid "$pointer"
is tree 0.lfs.oid "$digest"
is tree 0.lfs.size "$size"
is tree 0.lfs.pointerSize "$(stat -c %s pointer)"
is tree 0.lastCommit none
is tree 1.type directory
is tree 1.path docs
is tree 1.size 0
is tree 2.path docs/LICENSE
is tree 3.path docs/deep
is tree 4.path "docs/deep/b c.txt"
is tree 5.size 0
same "an id for each folder" "$(value 1.oid | grep -cx '[0-9a-f]\{40\}')" 1
check "an id for each folder" [ "$(value 1.oid)" != "$(value 3.oid)" ]
get "$api/tree/main?recursive=False&expand=True" >/dev/null
is "one folder" "" "[3]"
is "one folder" 0.lastCommit.id "$new"
is "one folder" 0.lastCommit.title 1.1.0+q8
is "one folder" 0.lastCommit.date 2026-11-07T10:20:30.000Z
is "one folder" 1.lastCommit.id "$new"
for folder in docs/deep docs%2Fdeep docs%2fdeep; do
    same "$folder" "$(get "$api/tree/main/$folder?recursive=false")" 200
    is $folder "" "[1]"
    is $folder 0.path "docs/deep/b c.txt"
done
same "HEAD of a file" "$(get -I -H 'Accept-Encoding: identity' mzigo/m/resolve/$new/m-q8_0.gguf)" 200
same "X-Repo-Commit" "$(field X-Repo-Commit)" "$new"
same "ETag" "$(field ETag)" "\"$digest\""
same "X-Linked-Etag" "$(field X-Linked-Etag)" "\"$digest\""
same "X-Linked-Size" "$(field X-Linked-Size)" "$size"
same "Content-Length" "$(field Content-Length)" "$size"
same "Accept-Ranges" "$(field Accept-Ranges)" bytes
same "a commit never changes" "$(field Cache-Control)" "public, max-age=31536000, immutable"
same "no Xet" "$(field X-Xet-Hash)" ""
same "a file" "$(get mzigo/m/resolve/$new/m-q8_0.gguf)" 200
check "the file" cmp -s "$T/body" m-q8_0.gguf
same "the rest of it" "$(get -H 'Range: bytes=70000-' mzigo/m/resolve/$new/m-q8_0.gguf)" 206
check "the rest of it" cmp -s "$T/body" <(tail -c +70001 m-q8_0.gguf)
same "main" "$(get "mzigo/m/resolve/main/docs/deep/b%20c.txt")" 200
check "main" cmp -s "$T/body" "b c.txt"
same "main may change" "$(field Cache-Control)" no-cache
same "main: X-Repo-Commit" "$(field X-Repo-Commit)" "$new"
same "an old version's file" "$(get mzigo/m/resolve/1.0.0/LICENSE)" 200
same "an old version's file: X-Repo-Commit" "$(field X-Repo-Commit)" "$old"
form=(-H 'Content-Type: application/x-www-form-urlencoded')
same "paths, as a form" "$(get "${form[@]}" -d 'paths=docs%2FLICENSE&paths=docs%2Fdeep%2Fb+c.txt&paths=none&expand=true' \
    $api/paths-info/main)" 200
is "paths, as a form" "" "[2]"
is "paths, as a form" 0.path docs/LICENSE
is "paths, as a form" 1.path "docs/deep/b c.txt"
is "paths, as a form" 1.lastCommit.id "$new"
same "refs" "$(get $api/refs)" 200
is refs branches "[1]"
is refs branches.0.name main
is refs branches.0.ref refs/heads/main
is refs branches.0.targetCommit "$new"
is refs tags "[2]"
is refs tags.1.name 1.0.0
is refs tags.1.ref refs/tags/1.0.0
is refs tags.1.targetCommit "$old"
is refs converts "[0]"
is refs pullRequests "[0]"

# ---- @huggingface/hub: snapshotDownload, downloadFile, listModels ----

js='pipeline_tag&expand=private&expand=gated&expand=downloads&expand=likes&expand=lastModified'
same "HEAD is main" "$(get "$api/revision/HEAD?expand=$js&expand=sha")" 200
is "HEAD is main" sha "$new"
same "an id of 24 digits" "$(value _id | grep -cx '[0-9a-f]\{24\}')" 1
json=(-H 'Content-Type: application/json' -H 'Accept: application/json')
same "paths, as JSON" "$(get "${json[@]}" -d '{"paths":["docs/deep/b c.txt"],"expand":true}' $api/paths-info/$new)" 200
is "paths, as JSON" "" "[1]"
is "paths, as JSON" 0.lfs.oid "$(sha256 "b c.txt")"
is "paths, as JSON" 0.lastCommit.date 2026-11-07T10:20:30.000Z
get "${json[@]}" -d '{"paths":["docs","docs","empty.txt","docs/","/","","../repo","DOCS"]}' $api/paths-info/main >/dev/null
is "folders, twice, and none" "" "[2]"
is "folders, twice, and none" 0.type directory
is "folders, twice, and none" 1.path empty.txt
is "folders, twice, and none" 1.lastCommit none
xet=(-H 'Range: bytes=0-0' -H 'Accept: application/vnd.xet-fileinfo+json, */*')
same "the first byte" "$(get "${xet[@]}" mzigo/m/resolve/main/m-q8_0.gguf)" 206
same "the first byte: Content-Range" "$(field Content-Range)" "bytes 0-0/$size"
same "the first byte: ETag" "$(field ETag)" "\"$digest\""
same "the first byte: no Xet" "$(field Content-Type)" application/octet-stream
same "no first byte" "$(get "${xet[@]}" mzigo/m/resolve/main/empty.txt)" 200
same "no first byte: Content-Range" "$(field Content-Range)" "bytes */0"
same "no first byte: Content-Length" "$(field Content-Length)" 0
same "no first byte: ETag" "$(field ETag)" "\"$(sha256 empty.txt)\""
same "an empty file" "$(get mzigo/m/resolve/main/empty.txt)" 200
same "an empty file: Content-Range" "$(field Content-Range)" ""
same "fileExists" "$(get -I mzigo/m/raw/main/docs/LICENSE)" 200
same "raw" "$(get mzigo/m/raw/main/docs/LICENSE)" 200
same "raw: ETag" "$(field ETag)" "\"$(blob "$T/body")\""
same "raw: the third line" "$(tail -n 1 "$T/body")" "size 10"
same "models" "$(get "api/models?limit=500&author=mzigo&expand=$js")" 200
is models "" "[3]"
is models 0.id mzigo/a+b
is models 1.id mzigo/m
is models 1.sha "$new"
is models 2.id mzigo/strange
is models 1.siblings none
for query in search=M%2fM:0 search=zigo%2FM:1 search=strange:1 search=%zz:3 search=none:0 author=others:0 limit=1:1 limit=0:0 \
    filter=gguf:1 "filter=gguf&filter=sw:1" "filter=gguf&filter=fr:0" "search=$(printf 'm%.0s' $(seq 1000)):3" :3; do
    same "models?${query:0:40}" "$(get "api/models?${query%:*}")" 200
    is "models?${query:0:40}" "" "[${query##*:}]"
done

# ---- what is not there, as clients tell it apart ----

missing() { # CODE PATH
    same "$2" "$(get "$2")" 404
    same "$2: X-Error-Code" "$(field X-Error-Code)" "$1"
    check "$2: is said" [ "$(value error)" != none ]
}
missing RepoNotFound api/models/mzigo/none
missing RepoNotFound api/models/mzigo/none/revision/main
missing RepoNotFound api/models/others/m
missing RepoNotFound api/models/m
missing RepoNotFound mzigo/none/resolve/main/x
missing RevisionNotFound $api/revision/2
missing RevisionNotFound $api/tree/${new:0:39}
missing RevisionNotFound $api/tree/${new^^}
missing RevisionNotFound mzigo/m/resolve/2/LICENSE
missing EntryNotFound $api/tree/main/none
missing EntryNotFound $api/tree/main/docs/LICENSE
missing EntryNotFound $api/paths-info/main
missing EntryNotFound $api/commits/main
missing EntryNotFound mzigo/m/resolve/main/LICENSE
same "of which commit" "$(field X-Repo-Commit)" "$new"
missing RevisionNotFound api/models/mzigo/stale
same "an expired version by its name" "$(get api/models/mzigo/stale/revision/1)" 200
same "an expired version's refs" "$(get api/models/mzigo/stale/refs)" 200
is "an expired version's refs" branches "[0]"
is "an expired version's refs" tags "[1]"
same "another owner's file" "$(get others/m/resolve/main/m-q8_0.gguf)" 404

# ---- nothing else ----

echo secret >secret
ln -s ../../../secret repo/plain/m/1.0.0/link
long=$(printf 'a%.0s' $(seq 3000))
for p in api api/ api/models/ api/models/mzigo api/models/mzigo/ $api/ $api/refs/ $api/refs/x $api/revision $api/revision/ \
    $api/revision/main/ $api/revision/main/x $api/tree $api/tree/ $api/tree/main/ $api/tree/main//docs $api/tree/main/docs/ \
    $api/tree/main/.. $api/tree/main/%2e%2e $api/tree/main/docs%2F..%2Fdocs $api/tree/main/%2Fdocs $api/tree/main/docs%00 \
    $api/tree/main/docs%5cdeep $api/tree/main/docs% $api/tree/main/docs%2 $api/tree/%2e%2e/docs $api/tree/main%2Fdocs \
    api/models/mzigo%2Fm api/models/mzigo//m api/models/mzigo/../mzigo/m api/models/%6dzigo/m api/models/mzigo/m%00 \
    api/models/mzigo/$long $api/revision/$long $api/tree/main/$long api/models/mzigo/.m "api/models/mzigo/m%20" \
    mzigo mzigo/ mzigo/m mzigo/m/ mzigo/m/resolve mzigo/m/resolve/main mzigo/m/resolve/main/ mzigo/m/blob/main/LICENSE \
    mzigo/m/resolve/1.0.0/link mzigo/m/resolve/1.0.0/../../../../secret mzigo/m/resolve/1.0.0/%2e%2e/1.0.0/LICENSE \
    mzigo/m/resolve/1.0.0/..%2fLICENSE mzigo/m/resolve/main/docs%2FLICENSE mzigo/m/resolve/1.0.0/LICENSE%00 \
    mzigo/m/resolve/1.0.0//LICENSE mzigo/m/resolve/1.0.0/LICENSE/ mzigo/../m/resolve/1.0.0/LICENSE \
    mzigo/m/resolve/1.0.0/%4 mzigo/m/resolve/main/$long "mzigo/m/resolve/1.0.0/b%20c.txt%20" api/modelsx api/agent-harnesses \
    api/whoami-v2 api/datasets/mzigo/m; do
    same "'${p:0:70}'" "$(get "$p")" 404
done
same "a name in other words" "$(get api/models/mzigo/%6d)" 200

post() { get "${json[@]}" "$@" $api/paths-info/main; } # CURL-ARGUMENT...
head -c 65536 /dev/zero | tr '\0' ' ' >spaces
same "as much as there may be" "$(post -d @<(printf '{"paths":[]}' && tail -c +13 spaces))" 200
same "a byte too many" "$(post --data-binary @<(printf '{"paths":[]}' && tail -c +12 spaces))" 413
same "by far too many" "$(post -H 'Content-Length: 99999999999' -d x)" 413
same "after a word of ours" "$(post -H 'Expect: 100-continue' -d '{"paths":["empty.txt"]}')" 200
is "after a word of ours" 0.path empty.txt
same "no word for too many" "$(post -H 'Expect: 100-continue' --data-binary @<(printf '{"paths":[]}' && tail -c +12 spaces))" 413
same "in chunks" "$(post -H 'Transfer-Encoding: chunked' -d '{"paths":[]}')" 411
same "no length" "$(post -H 'Content-Length:' -X POST)" 411
same "nothing" "$(post -d '')" 400
for body in '{' '[]' '"paths"' '{}' '{"paths":"LICENSE"}' '{"paths":[1]}' '{"paths":["a",null]}' '{"paths":["a\u0000b"]}' \
    '{"paths":[],"paths":[]}' '{"paths":[],"expand":"yes"}' '{"paths":[]}x' "{\"paths\":$(printf '[%.0s' $(seq 30000))" \
    $'{"paths":["\xff"]}'; do
    same "malformed: ${body:0:30}" "$(post -d "$body")" 400
done
same "a NUL" "$(printf '{"paths":[]}\0x' | post --data-binary @-)" 400
many=$(printf '"p%d",' $(seq 1024))
same "many paths" "$(post -d "{\"paths\":[${many%,}]}")" 200
same "too many paths" "$(post -d "{\"paths\":[$many\"x\"]}")" 413
same "the same as a form" "$(get "${form[@]}" -d "$(printf 'paths=%d&' $(seq 1025))" $api/paths-info/main)" 413
for body in paths paths=%zz paths=%00 paths=%4; do
    same "malformed: $body" "$(get "${form[@]}" -d "$body" $api/paths-info/main)" 400
done
for type in "text/plain" "application/jsonx" "multipart/form-data; boundary=x" ""; do
    same "of type '$type'" "$(get -H "Content-Type:$type" -d '{"paths":[]}' $api/paths-info/main)" 415
done
same "JSON with its letters" "$(get -H 'Content-Type: application/json; charset=utf-8' -d '{"paths":[]}' $api/paths-info/main)" 200
same "of no version" "$(get "${json[@]}" -d '{"paths":[]}' $api/paths-info/9)" 404
same "of no model" "$(get "${json[@]}" -d '{"paths":[]}' api/models/mzigo/none/paths-info/main)" 404
for p in $api api/models $api/tree/main $api/refs mzigo/m/resolve/main/empty.txt $api/paths-info/main/x $api/paths-info \
    $api/paths-info/.. index.json; do
    same "POST of $p" "$(get "${json[@]}" -d '{"paths":[]}' $p)" 405
done
for method in PUT DELETE PATCH OPTIONS; do
    same "$method" "$(get -X $method -d '{"paths":[]}' $api/paths-info/main)" 405
done
same "GET with a body" "$(get -X GET -d '{"paths":[]}' $api/paths-info/main)" 413
raw=$B/tests/net/raw
body='{"paths":["empty.txt"]}'
same "two requests at once" "$(for end in '' 'Connection: close\r\n'; do
    printf "POST /$api/paths-info/main HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n$end\r\n%s" \
        ${#body} "$body"
done | "$raw" send $port | grep -c '"path":"empty.txt"')" 2
stop

# ---- a body that takes its time ----

serve repo --check-every 0 --timeout 1 --trust lab.pub
(
    trap '' PIPE
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf "POST /$api/paths-info/main HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n" >&3
    for ((n = 0; n < 600; n++)); do
        printf ' ' >&3 || break
        sleep 0.1
    done
    echo $n >"$T/dripped"
) 2>/dev/null
check "a byte now and then was taken for $(cat "$T/dripped") tenths of a second" [ "$(cat "$T/dripped")" -lt 600 ]
same "others are served" "$(get $api/refs)" 200

# ---- who signed ----

is "signed by no trusted key" branches.0.targetCommit "$old"
is "signed by no trusted key" tags "[1]"
missing RepoNotFound api/models/mzigo/strange
missing RepoNotFound mzigo/strange/resolve/main/LICENSE
missing RevisionNotFound $api/revision/1.1.0+q8
missing RevisionNotFound mzigo/m/resolve/$new/m-q8_0.gguf
same "main is what is signed" "$(get mzigo/m/resolve/main/LICENSE)" 200
same "main is what is signed" "$(field X-Repo-Commit)" "$old"
get api/models >/dev/null
is "signed by no trusted key" "" "[2]"
stop

# ---- damaged ----

ok pack secret -o repo --key lab.key --name m --version 2 -q
rm "repo/objects/$(sha256 secret | sed 's|^..|&/&|')"
serve repo --check-every 0 --trust lab.pub
for _ in $(seq 1000); do
    [ "$(curl -sS "${url}healthz" | "$B/tests/cli/json" looked)" = null ] || break
    sleep 0.05
done
same "damaged" "$(get $api)" 200
is "damaged" sha "$old"
same "by its name it is there" "$(get $api/revision/2)" 200
stop
finish
