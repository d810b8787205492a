# registry: what ollama, oras and skopeo ask of serve, as they ask it; tests/interop/registry.sh has the real ones.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"
raw=$B/tests/net/raw
ollama="Accept: application/vnd.docker.distribution.manifest.v2+json"
oras="Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*"

# CURL-ARGUMENT... PATH, behind /v2/: the answer into $T/out, its fields into $T/head; says its status.
get() {
    rm -f "$T/out" && touch "$T/out"
    curl -sS --path-as-is -o "$T/out" -D "$T/head" -w '%{http_code}' "${@:1:$#-1}" "${url}v2/${*: -1}"
}
digest() { sha256sum "$1" | cut -d ' ' -f 1; }
# PATH: it is answered with 404, and the reason as the specification has it.
missing() { # CODE CURL-ARGUMENT... PATH
    local code=$1
    shift
    same "$*: status" "$(get "$@")" 404
    json_is errors.0.code "$code"
}

pack() { # NAME VERSION OPTION...: of what lies in the folder files; also as mirror --plain makes it
    (cd files && "$MZIGO" pack ./* -o ../repo --key "../${key:-lab}.key" --name "$1" --version "$2" "${@:3}" -q) >"$T/out" 2>&1
    mkdir -p "repo/plain/$1" && cp -r files "repo/plain/$1/$2"
}
files() { # FILE...
    rm -rf files && mkdir files && cp "$@" files
}

ok keygen -o lab
ok keygen -o other
for type in q8_0 q4_k_m; do ok convert "$SAMPLE" -o m-$type.gguf --to "${type^^}" -q; done
head -c 3000000 /dev/urandom >big.gguf
echo "a licence" >LICENSE
files m-q8_0.gguf m-q4_k_m.gguf LICENSE
pack m 1.0.0+x --licence Apache-2.0 --created 2026-01-01
files m-q8_0.gguf LICENSE
pack m 1.1.0 --licence Apache-2.0 --created 2026-02-01
pack m 2.0.0 --licence Apache-2.0 --created 2001-01-01 --expires 2002-01-01
files big.gguf
pack Big+Model 1
pack Twin 1
pack twin 2
files LICENSE
pack docs 1
cp big.gguf part-00001-of-00002.gguf && cp LICENSE part-00002-of-00002.gguf
files part-*.gguf
pack split 1
files LICENSE m-q4_k_m.gguf
key=other pack strange 1
q8=$(digest m-q8_0.gguf) q4=$(digest m-q4_k_m.gguf) big=$(digest big.gguf)
zeros=$(printf '0%.0s' $(seq 64))

serve repo --check-every 0

# ---- is it a registry, and what does it have ----

same "/v2/" "$(get "")" 200
same "the body" "$(cat "$T/out")" "{}"
same "/v2/: version" "$(field Docker-Distribution-Api-Version)" registry/2.0
same "/v2/: HEAD" "$(get -I "")" 200
same "tags" "$(get mzigo/m/tags/list)" 200
same "tags" "$(cat "$T/out")" '{"name":"mzigo/m","tags":["1.0.0_x","1.1.0","2.0.0","latest"]}'
same "tags: two" "$(get "mzigo/m/tags/list?n=2")" 200
json_is tags "[2]"
same "tags: the rest" "$(field Link)" '</v2/mzigo/m/tags/list?n=2&last=1.1.0>; rel="next"'
same "tags: the rest" "$(get "mzigo/m/tags/list?n=2&last=1.1.0")" 200
same "tags: the rest" "$(cat "$T/out")" '{"name":"mzigo/m","tags":["2.0.0","latest"]}'
same "tags: no more" "$(field Link)" ""
for ask in "n=0:[0]" "last=zzz:[0]" "last=1.1:[3]" "n=99999999999:[4]" "n=-1:[4]" "n=x&last=:[4]" "last=%00:[4]"; do
    get "mzigo/m/tags/list?${ask%:*}" >/dev/null
    json_is tags "${ask##*:}"
    same "tags: $ask: no more" "$(field Link)" ""
done
same "tags of a name with capitals" "$(get mzigo/big_model/tags/list)" 200
same "tags of a name with capitals" "$(cat "$T/out")" '{"name":"mzigo/big_model","tags":["1","latest"]}'

# ---- as ollama pulls ----

manifest() { # TAG: Ollama's, and its digest in manifest
    same "ollama: $1" "$(get -H "$ollama" "mzigo/m/manifests/$1")" 200
    same "ollama: $1: type" "$(field Content-Type)" application/vnd.docker.distribution.manifest.v2+json
    manifest=$(digest "$T/out")
    same "ollama: $1: digest" "$(field Docker-Content-Digest)" "sha256:$manifest"
}
for tag in latest:$q8 1.1.0:$q8 1.0.0_x:$q4 1.0.0_x-q8_0:$q8 1.0.0_x-Q4_K_M:$q4 q4_k_m:$q4 Q8_0:$q8 2.0.0:$q8; do
    manifest "${tag%:*}"
    json_is layers.0.mediaType application/vnd.ollama.image.model
    json_is layers.0.digest "sha256:${tag#*:}"
done
manifest latest
newest=$manifest
same "a tag may come to mean another" "$(field Cache-Control)" no-cache
json_is layers.0.size "$(stat -c %s m-q8_0.gguf)"
same "asked again" "$(get -H "$ollama" -H "If-None-Match: \"$manifest\"" mzigo/m/manifests/latest)" 304
same "HEAD" "$(get -I -H "$ollama" mzigo/m/manifests/latest)" 200
same "HEAD: digest" "$(field Docker-Content-Digest)" "sha256:$manifest"
manifest latest
cp "$T/out" manifest.json
blobs=$(grep -o 'sha256:[0-9a-f]*' manifest.json)
same "config, model, licence" "$(wc -w <<<"$blobs")" 3
for blob in $blobs; do
    same "HEAD" "$(get -I "mzigo/m/blobs/$blob")" 200
    size=$(field Content-Length)
    # The first request is for its Location only; a range of that follows, whatever the size.
    same "GET" "$(get "mzigo/m/blobs/$blob")" 200
    same "its digest" "$(digest "$T/out")" "${blob#sha256:}"
    same "its length" "$(stat -c %s "$T/out")" "$size"
    same "its Location" "$(field Location)" "/v2/mzigo/m/blobs/$blob"
    same "its ETag" "$(field ETag)" "\"${blob#sha256:}\""
    same "never another" "$(field Cache-Control)" "public, max-age=31536000, immutable"
    cp "$T/out" whole
    same "all of it as a range" "$(get -r "0-$((size - 1))" "mzigo/m/blobs/$blob")" 206
    check "all of it as a range" cmp -s "$T/out" whole
    same "a part" "$(get -r 3-7 "mzigo/m/blobs/$blob")" 206
    check "a part" cmp -s "$T/out" <(tail -c +4 whole | head -c 5)
    same "a part: Content-Range" "$(field Content-Range)" "bytes 3-7/$size"
    same "behind the end" "$(get -r "$size-" "mzigo/m/blobs/$blob")" 416
    same "behind the end: Content-Range" "$(field Content-Range)" "bytes */$size"
    same "already had" "$(get -H "If-None-Match: \"${blob#sha256:}\"" "mzigo/m/blobs/$blob")" 304
done
same "by digest" "$(get -H "$oras" "mzigo/m/manifests/sha256:$manifest")" 200
check "by digest" cmp -s "$T/out" manifest.json
same "by digest: type" "$(field Content-Type)" application/vnd.docker.distribution.manifest.v2+json
same "by digest: never another" "$(field Cache-Control)" "public, max-age=31536000, immutable"
port=${url##*:} port=${port%/}
"$raw" abort $port "/v2/mzigo/big_model/blobs/sha256:$big" 100
same "asked and left, a hundred times" "$(get "mzigo/Big+Model/blobs/sha256:$big")" 200
check "asked and left, a hundred times" cmp -s "$T/out" big.gguf
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/docs/manifests/latest
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/split/manifests/1
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/q6_k
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/1.1.0-q4_k_m
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/1.0.0

# What ollama would find on a stick is the same, to the byte.
ok unpack repo m@1.1.0 -o models --layout ollama --trust lab.pub
check "a layout has the same manifest" cmp -s manifest.json models/manifests/localhost/mzigo/m/latest

curl -sS "${url}en/Big+Model" >"$T/out"
contains "a page says how ollama spells it" "$T/out" "ollama pull ${url#http://}mzigo/Big_Model:1 --insecure"

# ---- as oras and skopeo copy ----

ok unpack repo m@1.1.0 -o m.oci --layout oci --trust lab.pub
image=$(grep -o 'sha256:[0-9a-f]*' m.oci/index.json | head -n 1)
many=()
for type in oci.image.manifest.v1 docker.distribution.manifest.v2 docker.distribution.manifest.list.v2 oci.image.index.v1; do
    many+=(-H "Accept: application/vnd.$type+json")
done
for ask in "mzigo/m/manifests/1.1.0" "mzigo/m/manifests/latest" "mzigo/m/manifests/$image"; do
    same "oras: $ask" "$(get -H "$oras" "$ask")" 200
    check "oras: $ask" cmp -s "$T/out" "m.oci/blobs/sha256/${image#sha256:}"
    same "oras: $ask: type" "$(field Content-Type)" application/vnd.oci.image.manifest.v1+json
    same "oras: $ask: digest" "$(field Docker-Content-Digest)" "$image"
    same "skopeo: $ask" "$(get "${many[@]}" "$ask")" 200
    same "skopeo: $ask: digest" "$(field Docker-Content-Digest)" "$image"
    same "anyone: $ask" "$(get "$ask")" 200
    same "anyone: $ask: digest" "$(field Docker-Content-Digest)" "$image"
done
for blob in m.oci/blobs/sha256/*; do
    same "a blob" "$(get "mzigo/m/blobs/sha256:$(basename "$blob")")" 200
    check "a blob" cmp -s "$T/out" "$blob"
done
get mzigo/m/manifests/2.0.0 >/dev/null
json_is layers "[4]"
same "a bundle without a model" "$(get mzigo/docs/manifests/1)" 200
missing MANIFEST_UNKNOWN mzigo/m/manifests/q8_0

# ---- as llama.cpp used to ask ----

same "llama.cpp" "$(get -A llama-cpp mzigo/m/manifests/latest)" 200
json_is ggufFile.rfilename m-q8_0.gguf
same "llama.cpp: a type" "$(get -A llama-cpp mzigo/m/manifests/Q8_0)" 200
json_is ggufFile.size "$(stat -c %s m-q8_0.gguf)"
missing MANIFEST_UNKNOWN -A llama-cpp mzigo/m/manifests/Q4_K_M # not in the newest version, which is what it fetches

# ---- what is not there, and what nobody may have ----

missing NAME_UNKNOWN mzigo/none/tags/list
missing NAME_UNKNOWN mzigo/TWIN/tags/list
for name in Twin:1 twin:2; do
    get "mzigo/${name%:*}/tags/list" >/dev/null
    json_is tags.0 "${name#*:}"
done
missing BLOB_UNKNOWN "mzigo/m/blobs/sha256:$zeros"
missing MANIFEST_UNKNOWN "mzigo/m/manifests/sha256:$zeros"
missing BLOB_UNKNOWN "mzigo/docs/blobs/sha256:$q8"
missing BLOB_UNKNOWN "mzigo/docs/blobs/sha256:$newest"
missing MANIFEST_UNKNOWN "mzigo/docs/manifests/sha256:$newest"
missing MANIFEST_UNKNOWN "mzigo/m/manifests/sha256:$q8"
echo secret >secret
long=$(printf 'a%.0s' $(seq 4000))
for p in mzigo mzigo/ mzigo/m mzigo/m/ mzigo/m/tags library/m/manifests/latest m/manifests/latest \
    mzigo/../../../secret mzigo/%2e%2e/%2e%2e/secret mzigo/m/blobs/../../../../../secret mzigo/m/blobs/sha256:../../secret \
    "mzigo/m/blobs/sha256:$q8%00" "mzigo/m/blobs/sha256:${q8^^}" "mzigo/m/blobs/sha256:${q8}0" "mzigo/m/blobs/sha256%3a$q8" \
    "mzigo/m/blobs/$q8" "mzigo/m%2ftags/blobs/sha256:$q8" mzigo/m/manifests/..%2f1.1.0 mzigo/m/manifests/1.0.0%2Bx \
    mzigo/m/manifests/1.0.0+x "mzigo/m/manifests/$long" "mzigo/$long/manifests/latest" "mzigo/m/blobs/sha256:$long" \
    mzigo/m/blobs/uploads/ _catalog "mzigo/m/referrers/sha256:$newest" mzigo//m/tags/list /mzigo/m/tags/list; do
    missing NAME_UNKNOWN "$p"
done
same "nothing is put into it" "$(get -X PUT -d x mzigo/m/manifests/latest)" 405
same "nor taken out" "$(get -X DELETE mzigo/m/manifests/latest)" 405
same "a huge Accept" "$(get -H "Accept: $long" mzigo/m/manifests/latest)" 200
stop

# ---- only what a trusted key signed ----

files big.gguf
pack Big_Model 1
# A version of m too, the newest, that lab did not sign.
files m-q4_k_m.gguf big.gguf
key=other pack m 9 --created 2026-05-01
serve repo --check-every 0
get -H "$ollama" mzigo/m/manifests/9 >/dev/null
ninth=$(digest "$T/out")
json_is layers.0.digest "sha256:$q4"
get mzigo/m/manifests/9 >/dev/null
whole=$(digest "$T/out")
stop
serve repo --check-every 0 --trust lab.pub
get mzigo/m/tags/list >/dev/null
json_is tags "[4]"
same "latest is what is signed" "$(get -H "$ollama" mzigo/m/manifests/latest)" 200
same "latest is what is signed" "$(field Docker-Content-Digest)" "sha256:$newest"
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/9
missing MANIFEST_UNKNOWN mzigo/m/manifests/9
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/9-q4_k_m
for hex in $ninth $whole; do missing MANIFEST_UNKNOWN "mzigo/m/manifests/sha256:$hex"; done
for hex in $big $ninth $whole $(digest repo/bundles/m/9/manifest.json) $(digest repo/bundles/m/9/manifest.dsse); do
    missing BLOB_UNKNOWN "mzigo/m/blobs/sha256:$hex"
done
curl -sS "${url}en/Big+Model" >"$T/out"
contains "where that means another, it does not" "$T/out" "mzigo pull "
check "where that means another, it does not" [ -z "$(grep "ollama pull" "$T/out")" ]
missing NAME_UNKNOWN mzigo/strange/tags/list
missing NAME_UNKNOWN -H "$ollama" mzigo/strange/manifests/latest
missing NAME_UNKNOWN "mzigo/strange/blobs/sha256:$q4"
same "what is signed" "$(get -H "$ollama" mzigo/m/manifests/latest)" 200
stop
serve repo --check-every 0 --trust other.pub
same "by another" "$(get -H "$ollama" mzigo/strange/manifests/q4_k_m)" 200
missing BLOB_UNKNOWN "mzigo/m/blobs/sha256:$q8"
same "by another: its version" "$(get "mzigo/m/blobs/sha256:$big")" 200
stop

# ---- a bundle goes, another comes, one is damaged ----

# All objects of one version only: nothing of it can be had.
rm -r repo/bundles/m/1.0.0+x repo/bundles/m/2.0.0 repo/bundles/m/9
files big.gguf m-q8_0.gguf
pack m 3 --created 2026-03-01
object=$("$B/tests/cli/json" files.0.chunks.0.object <repo/bundles/m/3/manifest.json)
rm "repo/objects/${object:0:2}/$object"
serve repo --check-every 0
for _ in $(seq 1000); do
    [ "$(curl -sS "${url}healthz" | "$B/tests/cli/json" looked)" = null ] || break
    sleep 0.05
done
same "latest is none that is damaged" "$(get -H "$ollama" mzigo/m/manifests/latest)" 200
same "latest is none that is damaged" "$(field Docker-Content-Digest)" "sha256:$newest"
same "who asks for it gets it" "$(get -H "$ollama" mzigo/m/manifests/3)" 200
missing MANIFEST_UNKNOWN -H "$ollama" mzigo/m/manifests/1.0.0_x
missing BLOB_UNKNOWN "mzigo/m/blobs/sha256:$q4"
files m-q4_k_m.gguf
pack m 4 --created 2026-04-01
for _ in $(seq 200); do # the shelf is looked at once a second
    [ "$(get -H "$ollama" mzigo/m/manifests/4)" = 404 ] || break
    sleep 0.05
done
json_is layers.0.digest "sha256:$q4"
same "its config" "$(get "mzigo/m/blobs/$(json config.digest)")" 200
json_is file_type Q4_K_M
stop
finish
