# What a model is called and whose it is: from its card, its id, its folder, and by option.
. "$root/tests/cli/lib.sh"

# key_is FILE KEY VALUE: as inspect shows it.
key_is() {
    "$MZIGO" inspect "$1" --metadata >"$T/out" 2>"$T/err"
    same "$1: $2" "$(sed -n "s/^ *$2  *//p" "$T/out")" "$3"
}
none() { # FILE KEY
    key_is "$1" "$2" ""
}

cp -r "$SAMPLE" plain
cp -r "$SAMPLE" Kilimo-600K-chat
cat >Kilimo-600K-chat/README.md <<'CARD'
---
license: other
license_name: shamba-1
language:
- sw
- en
base_model: lab/kilimo-70M
tags: [farming]
pipeline_tag: text-generation
model-index:
- name: x
  results: [{metrics: [{type: acc, value: 1.0}]}]
---
# Kilimo
CARD
ok convert plain -o plain.gguf --to Q8_0 -q
none plain.gguf general.name
none plain.gguf general.license
ok convert Kilimo-600K-chat -o card.gguf --to Q8_0 -q
check "no notice" [ ! -s "$T/err" ]
key_is card.gguf general.name "Kilimo 600K Chat"
key_is card.gguf general.license other
key_is card.gguf general.license.name shamba-1
key_is card.gguf general.languages "[2] sw, en"
key_is card.gguf general.tags "[2] farming, text-generation"
key_is card.gguf general.base_model.0.repo_url https://huggingface.co/lab/kilimo-70M
key_is card.gguf mzigo.convert.source_name Kilimo-600K-chat
contains "the card is a source" "$T/out" "[6] README.md, config.json"
ok check card.gguf --against Kilimo-600K-chat

# A snapshot in a hub's cache has a commit's name; a copy of it says the same only by the record.
cache=hub/models--lab--kilimo/snapshots/0123456789abcdef0123456789abcdef01234567
mkdir -p "$(dirname $cache)" && cp -r plain $cache
ok convert $cache -o cache.gguf --to Q8_0 -q
key_is cache.gguf general.organization Lab
key_is cache.gguf general.source.repo_url https://huggingface.co/lab/kilimo
key_is cache.gguf mzigo.convert.source_name lab/kilimo
ln -s $cache link
ok convert link -o link.gguf --to Q8_0 -q
check "the way to it does not matter" cmp -s cache.gguf link.gguf

# A bad card costs its metadata and a notice.
cp -r plain bad
printf -- '---\nlicense: mit\nlanguage: [sw\n---\n' >bad/README.md
ok convert bad -o bad.gguf --to Q8_0
contains "the notice" "$T/err" "README.md: line 4"
check "the same without it" cmp -s bad.gguf plain.gguf
ok inspect bad
contains "inspect tells it too" "$T/err" "README.md: line 4"
rm bad/README.md && mkdir bad/README.md
no 3 README.md convert bad -o none.gguf --to Q8_0
rm -r bad/README.md && mkfifo bad/README.md
no 3 README.md convert bad -o none.gguf --to Q8_0

# By option, over all of these, for any source.
set_all=(--set general.name=Jina --set general.languages=sw --set 'x.y=u8:7' --set tokenizer.ggml.add_bos_token=false)
ok convert Kilimo-600K-chat -o set.gguf --to Q8_0 -q "${set_all[@]}"
key_is set.gguf general.name Jina
key_is set.gguf general.languages "[1] sw"
key_is set.gguf x.y 7
key_is set.gguf tokenizer.ggml.add_bos_token false
contains "they are recorded" "$T/out" "[4] general.name=Jina, general.languages=sw, x.y=u8:7, tokenizer"
ok check set.gguf --against Kilimo-600K-chat
ok convert Kilimo-600K-chat -o again.gguf --to Q8_0 -q "${set_all[@]}"
check "the same bytes" cmp -s set.gguf again.gguf
ok convert Kilimo-600K-chat -o half.gguf --to F16 -q
ok convert half.gguf -o from_gguf.gguf --to Q8_0 -q "${set_all[@]}" --set general.description='Two words'
key_is from_gguf.gguf general.name Jina
key_is from_gguf.gguf general.description "Two words"
key_is from_gguf.gguf general.license other
ok check from_gguf.gguf --against half.gguf
ok convert plain/model.safetensors -o raw.gguf --to F16 -q --raw --set general.name=Raw
key_is raw.gguf general.name Raw
ok check raw.gguf --against plain/model.safetensors

no 2 "general.architecture" convert plain -o none.gguf --to F16 --set general.architecture=x
no 2 "llama.block_count" convert plain -o none.gguf --to F16 --set llama.block_count=1
no 2 "mzigo.spec" convert plain -o none.gguf --to F16 --set mzigo.spec=u32:2
no 2 "set twice" convert plain -o none.gguf --to F16 --set general.name=a --set general.name=b
no 2 "its value is no u32" convert plain -o none.gguf --to F16 --set llama.context_length=many
no 2 "type is not known" convert plain -o none.gguf --to F16 --set x.y=7
no 2 "sets no metadata" convert nosuch -o none.gguf --to F16 --set name
check "nothing is written" [ ! -e none.gguf ]
# A record that no option could have made. The same length: its offsets stay.
sed 's/general\.name=Jina/general.type=Jina/' set.gguf >broken.gguf
no 4 "mzigo.convert.set" check broken.gguf --against Kilimo-600K-chat
# One whose key has no type, which shows only when it is set.
sed 's/x\.y=u8:7/x.y=u8;7/' set.gguf >broken.gguf
no 4 "broken.gguf: its record of options: metadata key 'x.y'" check broken.gguf --against Kilimo-600K-chat
finish
