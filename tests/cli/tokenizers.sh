# Every kind of tokenizer through the whole program: the files of tests/refused that pass, on a model whose
# own tokenizer is taken away.
. "$root/tests/cli/lib.sh"

# The copy of the sample in model/, with the tokenizer of KIND.
model_with() { # KIND
    rm -rf model
    cp -r "$SAMPLE" model
    rm model/tokenizer*
    cp "$root/tests/refused/$1"/good/* model
}

# It becomes MODEL in GGUF, which has each KEY besides.
becomes() { # KIND MODEL KEY...
    local kind=$1 model=$2 key
    shift 2
    model_with "$kind"
    ok convert model -o "$kind.gguf" --to F16 -q
    ok inspect "$kind.gguf" --metadata
    same "$kind" "$(sed -n 's/^ *tokenizer.ggml.model *//p' "$T/out")" "$model"
    for key; do
        contains "$kind" "$T/out" "tokenizer.ggml.$key"
    done
}

becomes tokenizer_unigram t5 scores precompiled_charsmap add_eos_token remove_extra_whitespaces
becomes tokenizer_wordpiece bert cls_token_id normalizer.lowercase
becomes vocab_txt bert cls_token_id normalizer.lowercase
becomes vocab_json gpt2 merges
becomes tekken_json gpt2 merges
ok convert model -o again.gguf --to F16 -q
check "the same bytes again" cmp -s tekken_json.gguf again.gguf

# A pre-tokenizer's name from the command line, where the files do not say it.
model_with vocab_json
rm model/tokenizer_config.json
no 5 "--pre NAME" convert model -o none.gguf --to F16
ok convert model -o named.gguf --to F16 -q --pre qwen2
ok inspect named.gguf --metadata
contains "--pre" "$T/out" "qwen2"

# Without any, what was looked for is named.
rm model/vocab.json
no 5 "neither tokenizer.json nor" convert model -o none.gguf --to F16
check "nothing was written" [ ! -e none.gguf ]
finish
