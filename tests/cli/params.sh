# Models as Mistral and Meta publish them: params.json beside consolidated weights. Each bad file: tests/refused/params.
. "$root/tests/cli/lib.sh"
good=$root/tests/refused/params/good

ok convert "$good" -o m.gguf --to F32 -q
ok check m.gguf --against "$good"
ok inspect m.gguf --metadata
contains "its file is recorded" "$T/out" "params.json, tokenizer.model, consolidated.safetensors"
contains "the context" "$T/out" "llama.context_length                    64"
ok inspect "$good"
contains "what it is" "$T/out" llama

# q and k are in order already: as they are stored.
tensor() { ok inspect m.gguf --tensors --json && json tensors.4.name; }
same "the tensor" "$(tensor)" blk.0.attn_norm.weight
ok convert "$good/consolidated.safetensors" -o raw.gguf --to F32 --raw -q
same "bytes" "$(tail -c 512 m.gguf | sha256sum)" "$(tail -c 512 raw.gguf | sha256sum)"

# What had to be guessed is told, and can be said.
cp -r "$good" f
sed -i 's/,"max_seq_len":64//' f/params.json
ok convert f -o guess.gguf --to F16
contains "a guess is told" "$T/err" "32768 tokens are written"
ok convert f -o said.gguf --to F16 -q --set llama.context_length=4096
ok inspect said.gguf --metadata
contains "it can be said" "$T/out" "llama.context_length                    4096"

# Beside Hugging Face's form, that goes first; a tokenizer by the name that Mistral's has; parts of every tensor are refused.
cp "$SAMPLE/config.json" "$SAMPLE/model.safetensors" f
ok inspect f --tensors --json
contains "Hugging Face's form first" "$T/out" model.embed_tokens.weight
rm f/config.json f/model.safetensors
mv f/tokenizer.model f/tokenizer.model.v3
ok convert f -o v3.gguf --to F16 -q
printf 'IQ== 0\nIg== 1\n' >f/tokenizer.model
no 5 "tokenizer.model: a list of byte strings by rank" convert f -o no.gguf --to F16 -q
rm f/consolidated.safetensors
: >f/consolidated.00.pth
: >f/consolidated.01.pth
no 5 "consolidated.00.pth and consolidated.01.pth: each has a part of every tensor" convert f -o no.gguf --to F16
cp "$root/tests/refused/pickle/good.bin" f/pytorch_model.bin
no 5 "there is no config.json" convert f -o no.gguf --to F16
check "nothing is written" [ ! -e no.gguf ]
finish
