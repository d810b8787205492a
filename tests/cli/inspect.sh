# Looking at each kind of thing.
. "$root/tests/cli/lib.sh"

not() { ! "$@"; }
columns() { # of the longest line that was printed, in characters
    LC_ALL=C sed 's/[\x80-\xbf]//g' "$T/out" | LC_ALL=C awk 'length > n { n = length } END { print n + 0 }'
}

ok inspect "$SAMPLE"
contains "a folder" "$T/out" "safetensors"
contains "a folder" "$T/out" "Q8_0"
ok inspect "$SAMPLE" --json --tensors
json_is container safetensors
same "all tensors" "$(json tensors)" "[$(json tensor_count)]"
expected=$(json converted_bytes.Q8_0)

ok convert "$SAMPLE" -o m.gguf --to Q8_0 -q
same "the size foretold" "$expected" "$(stat -c %s m.gguf)"
ok inspect m.gguf
contains "a GGUF file" "$T/out" "GGUF"
check "no tensors unless asked for" not grep -q token_embd.weight "$T/out"
check "no keys unless asked for" not grep -q general.architecture "$T/out"
ok inspect m.gguf --all
contains "its tensors" "$T/out" "token_embd.weight"
contains "its metadata" "$T/out" "general.architecture"
contains "a list in short" "$T/out" '[640] !, ", #, $, %, &, ...'
ok inspect m.gguf --json
json_is container GGUF
json_is tensors none
contains "a list in short" "$T/out" '"count": 640'
ok inspect m.gguf --json --all
json_is tensors.0.file m.gguf
contains "a list as it is" "$T/out" "$(printf '"\304\240t"')"
ok inspect "$SAMPLE/model.safetensors" --all
contains "bare weights have no keys" "$T/out" "no metadata"
contains "but weigh something" "$T/out" "converted it would weigh"

# What a person wants to know comes first, of a source as of what it becomes.
cp -r "$SAMPLE" model
printf -- '---\nmodel_name: Kilimo\nlicense: mit\nlanguage: [sw, en]\n---\n' >model/README.md
ok convert model -o named.gguf --to F16 -q
for path in model named.gguf; do
    ok inspect $path
    for line in "architecture    llama" "name            Kilimo" "licence         mit" "languages       sw, en" \
        "parameters      1508608 (1.5M)" "context length  2048 tokens" "tokenizer       gpt2 (gpt-2), 640 tokens" \
        "special tokens  bos 636, eos 637, eot 639" "chat template   yes"; do
        check "$path: $line" grep -qxF "$line" "$T/out"
    done
    check "$path: 80 columns" [ "$(columns)" -le 80 ]
    ok inspect $path --json
    json_is architecture llama
    json_is name Kilimo
    json_is licence mit
    json_is languages.1 en
    json_is elements 1508608
    json_is context_length 2048
    json_is tokenizer.model gpt2
    json_is tokenizer.tokens 640
    json_is tokenizer.special.eos 637
    json_is tokenizer.chat_template true
    json_is cannot_convert null
    contains "$path: typed" "$T/out" '"llama.context_length": 2048'
done
"$B/tests/cli/pty" -- "$MZIGO" inspect named.gguf --all | tr -d '\r' >"$T/out"
contains "on a terminal" "$T/out" "tokenizer.chat_template"
check "80 columns there" [ "$(columns)" -le 80 ]
# A name cannot make the terminal do anything.
ok convert model -o odd.gguf --to F16 -q --set general.name=$'a\e[2Jb\nc\xe2\x80\xaed'
ok inspect odd.gguf --metadata
check "escaped" not grep -q "$(printf '\033')" "$T/out"
contains "escaped" "$T/out" 'name            a\x1b[2Jb\x0ac\xe2\x80\xaed'
contains "escaped" "$T/out" 'a\x1b[2Jb\nc\xe2\x80\xaed'

# A family that is not known is shown as far as it goes.
cp -r model unknown
sed -i 's/LlamaForCausalLM/OddForCausalLM/; s/"model_type": "llama"/"model_type": "odd"/' unknown/config.json
ok inspect unknown
contains "why" "$T/out" "architectures: OddForCausalLM, model_type: odd"
contains "its names" "$T/out" "  2  model.layers.#.self_attn.q_proj.weight"
contains "its licence" "$T/out" "licence     mit"
ok inspect unknown --json
json_is licence mit
json_is converted_bytes "{0}"
contains "why" "$T/out" '"cannot_convert": "unknown: config.json'

# Several files are told by number, where names are long.
"$B/make_model" --out shards --shards 2 >/dev/null
ok inspect shards --tensors
contains "files" "$T/out" "  2  model-00002-of-00002.safetensors"
check "a tensor's file" grep -qE '^  BF16  256 x 640 +320 KiB  [12]  model.embed_tokens.weight$' "$T/out"

ok keygen -o lab
ok pack m.gguf -o repo --key lab.key --name m --version 1 --licence MIT -q
ok pack m.gguf -o m.mzb --key lab.key --name m --version 1 -q
for location in repo m.mzb; do
    ok inspect $location
    contains "$location" "$T/out" "not verified"
    contains "$location" "$T/out" "m 1"
    ok inspect $location --json
    json_is bundles "[1]"
    json_is bundles.0.name m
    json_is bundles.0.key_id null
    json_is bundles.0.content_bytes "$(stat -c %s m.gguf)"
done

no 3 "nosuch" inspect nosuch
: >empty
echo "not a model at all, but long enough to be looked at" >text
for f in empty text; do
    "$MZIGO" inspect $f >"$T/out" 2>"$T/err"
    status=$?
    check "inspect $f: status $status" [ $status = 4 -o $status = 5 ]
    contains "inspect $f" "$T/err" "$f"
done
mkdir folder
"$MZIGO" inspect folder >"$T/out" 2>"$T/err"
check "an empty folder is refused" [ $? -ge 3 ]
mkfifo fifo
no 3 "fifo" inspect fifo
finish
