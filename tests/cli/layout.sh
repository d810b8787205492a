# unpack --layout: a bundle's files as other programs keep them.
. "$root/tests/cli/lib.sh"

"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" keygen -o other >/dev/null
head -c 300000 /dev/urandom >a.gguf
head -c 5000 /dev/urandom >tokenizer.json
echo "read me" >README.md
pack() { "$MZIGO" pack "$@" --key lab.key -q >/dev/null; }
pack a.gguf tokenizer.json README.md -o repo --name m --version 1.0+q8 --licence Apache-2.0
pack README.md -o repo --name n --version 1
digest() { sha256sum "$1" | cut -d ' ' -f 1; }

# ---- OCI ----

ok unpack repo m -o m.oci --layout oci --trust lab.pub
contains "what it did" "$T/out" "verified and unpacked: m 1.0+q8"
same "the mark" "$(cat m.oci/oci-layout)" '{"imageLayoutVersion": "1.0.0"}'
wrong=0
for blob in m.oci/blobs/sha256/*; do
    [ "$(digest "$blob")" = "$(basename "$blob")" ] || wrong=$((wrong + 1))
done
same "blobs that are not what they are called" $wrong 0
check "the model is a blob" cmp -s a.gguf "m.oci/blobs/sha256/$(digest a.gguf)"
check "so is the signature" cmp -s repo/bundles/m/1.0+q8/manifest.dsse \
    "m.oci/blobs/sha256/$(digest repo/bundles/m/1.0+q8/manifest.dsse)"
cp m.oci/index.json "$T/out"
json_is manifests "[1]"
json_is 'manifests.0.mediaType' application/vnd.oci.image.manifest.v1+json
contains "a tag without '+'" m.oci/index.json '"org.opencontainers.image.ref.name": "1.0_q8"'
manifest=$(grep -o 'sha256:[0-9a-f]*' m.oci/index.json | head -n 1)
cp "m.oci/blobs/sha256/${manifest#sha256:}" "$T/out"
json_is layers "[5]"
json_is layers.0.mediaType application/vnd.cncf.model.weight.v1.raw
json_is layers.0.digest "sha256:$(digest a.gguf)"
json_is layers.0.size 300000
json_is layers.1.mediaType application/vnd.cncf.model.weight.config.v1.raw
json_is layers.2.mediaType application/vnd.cncf.model.doc.v1.raw
json_is layers.3.digest "sha256:$(digest repo/bundles/m/1.0+q8/manifest.json)"
json_is artifactType application/vnd.cncf.model.manifest.v1+json
contains "the licence" "$T/out" '"org.opencontainers.image.licenses":"Apache-2.0"'

# Again: the same layout. Another version: beside it.
cp -r m.oci before
ok unpack repo m -o m.oci --layout oci --trust lab.pub
check "the same again changes nothing" diff -r before m.oci
pack a.gguf -o repo --name m --version 2
ok unpack repo m@2 -o m.oci --layout oci --trust lab.pub
cp m.oci/index.json "$T/out"
json_is manifests "[2]"
same "the model is there once" "$(find m.oci/blobs -size +200k | wc -l)" 1

no 6 "holds versions of m" unpack repo n -o m.oci --layout oci --trust lab.pub
no 6 "is no OCI layout" unpack repo n -o repo --layout oci --trust lab.pub
no 6 "not trusted" unpack repo m -o none --layout oci --trust other.pub
check "nothing is there" [ ! -e none ]
no 2 "option --layout takes" unpack repo m -o none --layout tar --trust lab.pub
echo '{"manifests": 7}' >m.oci/index.json
no 4 "manifests: missing, or not a list" unpack repo m -o m.oci --layout oci --trust lab.pub
echo '{' >m.oci/index.json
no 4 "m.oci/index.json" unpack repo m -o m.oci --layout oci --trust lab.pub

# A damaged object: no index says that there is a model.
object=$(find repo/objects -type f -size +200k | head -n 1)
cp "$object" "$T/object"
printf xxxxxxxx | dd of="$object" bs=1 seek=1000 conv=notrunc status=none
no 6 "" unpack repo m@2 -o bad.oci --layout oci --trust lab.pub
check "nothing is promised" [ ! -e bad.oci/index.json ]
no 6 "" unpack repo m@2 -o bad.hub --layout hub --trust lab.pub
check "nothing is promised" [ ! -e bad.hub/models--mzigo--m/refs ]
cp "$T/object" "$object"

# ---- the hub's cache ----

ok unpack repo m@1.0+q8 -o hub --layout hub --trust lab.pub
commit=$(sha256sum repo/bundles/m/1.0+q8/manifest.json | cut -c 1-40)
same "the commit" "$(cat hub/models--mzigo--m/refs/main)" "$commit"
check "the model" cmp -s a.gguf "hub/models--mzigo--m/snapshots/$commit/a.gguf"
check "the rest" cmp -s tokenizer.json "hub/models--mzigo--m/snapshots/$commit/tokenizer.json"
ok unpack repo m@2 -o hub --layout hub --trust lab.pub
same "both are there" "$(ls hub/models--mzigo--m/snapshots | wc -l)" 2

# ---- Ollama's models ----

"$MZIGO" convert "$SAMPLE" -o m-q8_0.gguf --to Q8_0 -q >/dev/null
"$MZIGO" convert "$SAMPLE" -o m-q4_k_m.gguf --to Q4_K_M -q >/dev/null
cp m-q8_0.gguf mmproj-m.gguf
pack mmproj-m.gguf m-q8_0.gguf m-q4_k_m.gguf README.md -o repo --name Some+model --version 1.0+x --licence Apache-2.0
ok unpack repo Some+model -o models --layout ollama --trust lab.pub
(cd models && listing | grep '^./manifests/.*/.*/.*/') >"$T/out"
same "the tags" "$(tr '\n' ' ' <"$T/out")" "$(printf './manifests/localhost/mzigo/Some_model/%s ' 1.0_x 1.0_x-q4_k_m \
    1.0_x-q8_0 latest)"
check "two models, two configs, a licence" [ "$(ls models/blobs | wc -l)" = 5 ]
wrong=0
for blob in models/blobs/*; do
    [ "sha256-$(digest "$blob")" = "$(basename "$blob")" ] || wrong=$((wrong + 1))
done
same "blobs that are not what they are called" $wrong 0
check "latest is Q4_K_M's" cmp -s models/manifests/localhost/mzigo/Some_model/{latest,1.0_x-q4_k_m}
check "and so is the version" cmp -s models/manifests/localhost/mzigo/Some_model/{latest,1.0_x}
cp models/manifests/localhost/mzigo/Some_model/latest "$T/out"
json_is mediaType application/vnd.docker.distribution.manifest.v2+json
json_is layers "[2]"
json_is layers.0.mediaType application/vnd.ollama.image.model
json_is layers.0.digest "sha256:$(digest m-q4_k_m.gguf)"
json_is layers.0.size "$(stat -c %s m-q4_k_m.gguf)"
json_is layers.1.mediaType application/vnd.ollama.image.license
config=$(json config.digest)
same "the licence" "$(cat "models/blobs/sha256-$(json layers.1.digest | cut -d : -f 2)")" Apache-2.0
cp "models/blobs/sha256-${config#sha256:}" "$T/out"
json_is model_format gguf
json_is model_family llama
json_is model_families.0 llama
json_is file_type Q4_K_M
case $(json model_type) in *[0-9][KMB]) pass ;; *) fail "how many parameters: $(json model_type)" ;; esac
check "readable by others" [ "$(stat -c %a "models/blobs/sha256-$(digest m-q8_0.gguf)")" = "$(printf %o $((0666 & ~$(umask))))" ]

# Again: what is there stays; what is spoilt is mended.
blob=models/blobs/sha256-$(digest m-q8_0.gguf)
cp -r models before.models
kept=$(stat -c %i "$blob")
ok unpack repo Some+model -o models --layout ollama --trust lab.pub
check "the same again changes nothing" diff -r before.models models
same "a model that is there is kept" "$(stat -c %i "$blob")" "$kept"
printf X | dd of="$blob" bs=1 seek=1000 conv=notrunc status=none
other_blob=models/blobs/sha256-$(digest m-q4_k_m.gguf)
kept=$(stat -c %i "$other_blob")
ok unpack repo Some+model -o models --layout ollama --trust lab.pub
check "a spoilt one is made anew" diff -r before.models models
same "the other is kept" "$(stat -c %i "$other_blob")" "$kept"

pack m-q8_0.gguf -o repo --name one --version 3
ok unpack repo one -o models --layout ollama --trust lab.pub
same "one model: no grades" "$(ls models/manifests/localhost/mzigo/one | tr '\n' ' ')" "3 latest "
no 5 "has no whole GGUF file" unpack repo n -o models --layout ollama --trust lab.pub
for i in 1 2; do cp a.gguf split-0000$i-of-00002.gguf; done
pack split-*.gguf -o repo --name split --version 1
no 5 "has no whole GGUF file" unpack repo split -o models --layout ollama --trust lab.pub
long=$(printf 'v%.0s' $(seq 81))
pack m-q8_0.gguf -o repo --name one --version "$long"
no 5 "too long for Ollama" unpack repo one -o models --layout ollama --trust lab.pub
no 6 "not trusted" unpack repo one@3 -o none --layout ollama --trust other.pub
check "nothing is there" [ ! -e none ]
object=$("$B/tests/cli/json" files.0.chunks.1.object <repo/bundles/one/3/manifest.json)
printf xxxxxxxx | dd of="repo/objects/${object:0:2}/$object" bs=1 seek=9 conv=notrunc status=none
no 6 "" unpack repo one@3 -o bad --layout ollama --trust lab.pub
same "nothing is promised" "$(find bad -type f | wc -l)" 0
finish
