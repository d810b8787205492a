# Whisper: from each form in which it is published to whisper.cpp's file, and what is known of that file.
. "$root/tests/cli/lib.sh"
export ASAN_OPTIONS=verify_asan_link_order=0
refused=$root/tests/refused/whisper

# ---- OpenAI's checkpoint, with its tokens beside it, elsewhere, nowhere ----

mkdir -p lonely 'open ai/whisper/assets' beside
cp "$refused/good.pt" lonely/tiny.pt
cp "$refused/good.pt" beside/tiny.pt
cp "$refused/good.tiktoken" beside/gpt2.tiktoken
cp "$refused/good.tiktoken" 'open ai/whisper/assets/gpt2.tiktoken'
no 5 "lonely has neither gpt2.tiktoken" convert lonely/tiny.pt -o no.bin
ok inspect lonely/tiny.pt
contains "looked at without tokens" "$T/out" "cannot be converted: lonely/tiny.pt: its tokens are published apart"
ok convert beside/tiny.pt -o tiny.bin
contains "what to do next" "$T/out" "next: mzigo check tiny.bin --against beside/tiny.pt"
contains "it is no GGUF" "$T/err" "a Whisper model becomes whisper.cpp's ggml file, no GGUF"
for given in "$refused/good.tiktoken" 'open ai' 'open ai/whisper' beside; do
    ok convert lonely/tiny.pt -o given.bin --tokenizer "$given" --json
    json_is to F16
    check "tokens from $given" cmp -s given.bin tiny.bin
done
contains "what to do next, with tokens" <("$MZIGO" convert lonely/tiny.pt -o given.bin --tokenizer 'open ai' 2>"$T/err") \
    "--against lonely/tiny.pt --tokenizer 'open ai'"
no 3 "nosuch" convert lonely/tiny.pt -o no.bin --tokenizer nosuch
no 5 "nor vocab.json" convert lonely/tiny.pt -o no.bin --tokenizer "$SAMPLE/.."
no 5 "its tokens are its own" convert "$SAMPLE" -o no.gguf --to F16 --tokenizer beside
no 5 "its tokens are its own" convert tiny.bin -o no.bin --tokenizer beside
ok convert beside/tiny.pt -o wide.bin --to F32
contains "F32 is of little use" "$T/err" "whisper.cpp stops at a file of F32"
# In raw mode it is a checkpoint like any other.
ok convert beside/tiny.pt -o raw.gguf --to F16 --raw
ok check raw.gguf --against beside/tiny.pt
no 5 "tiny.bin: not what raw.gguf becomes, which is a GGUF file" check tiny.bin --against raw.gguf
ok convert "$SAMPLE" -o sample.gguf --to F16 -q
no 5 "sample.gguf: not what tiny.bin becomes, which is whisper.cpp's" check sample.gguf --against tiny.bin
no 2 "option --to TYPE is missing" convert beside/tiny.pt -o no.gguf --raw

# ---- a Hugging Face folder: two layers of width 32, so that rows are blocks of the plain types ----

shapes() {
    local part layer attn
    echo encoder.conv1.weight 32,2,3 encoder.conv1.bias 32 encoder.conv2.weight 32,32,3 encoder.conv2.bias 32
    echo encoder.embed_positions.weight 6,32 decoder.embed_positions.weight 4,32 decoder.embed_tokens.weight 12,32
    for part in encoder decoder; do
        echo $part.layer_norm.weight 32 $part.layer_norm.bias 32
        for layer in 0 1; do
            for attn in self_attn $([ $part = encoder ] || echo encoder_attn); do
                for name in k_proj q_proj v_proj out_proj; do
                    echo $part.layers.$layer.$attn.$name.weight 32,32
                    [ $name = k_proj ] || echo $part.layers.$layer.$attn.$name.bias 32
                done
                echo $part.layers.$layer.${attn}_layer_norm.weight 32 $part.layers.$layer.${attn}_layer_norm.bias 32
            done
            echo $part.layers.$layer.fc1.weight 128,32 $part.layers.$layer.fc1.bias 128
            echo $part.layers.$layer.fc2.weight 32,128 $part.layers.$layer.fc2.bias 32
            echo $part.layers.$layer.final_layer_norm.weight 32 $part.layers.$layer.final_layer_norm.bias 32
        done
    done
}
shapes | xargs -n 2 | LC_ALL=C awk '
    { n = split($2, d, ","); size = 4; for (i = 1; i <= n; i++) size *= d[i]
      printf "%s\"model.%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}", (NR > 1 ? "," : "{"), $1, $2, at, at + size
      at += size }
    END { printf "}\n%d\n", at }' >"$T/header"
mkdir hf
{
    n=$(head -n 1 "$T/header" | tr -d '\n' | wc -c)
    printf "\\x$(printf %02x $((n % 256)))\\x$(printf %02x $((n / 256)))\0\0\0\0\0\0"
    head -n 1 "$T/header" | tr -d '\n'
    # Floats of both signs from 1/128 to 1/2, by the text of numbers that go on.
    seq 1 99999 | head -c "$(tail -n 1 "$T/header")" | od -An -v -t u1 -w4 |
        LC_ALL=C awk '{ printf "%c%c%c%c", $1, $2, $3, 60 + $4 % 3 + $2 % 2 * 128 }'
} >hf/model.safetensors
config() { # VALUE OF num_mel_bins
    cat <<EOF
{"architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "vocab_size": 12, "d_model": 32,
 "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
 "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "num_mel_bins": $1, "max_source_positions": 6,
 "max_target_positions": 4, "activation_function": "gelu"}
EOF
}
config 2 >hf/config.json
echo '{"a":0,"b":1,"c":2,"ab":3,"Ġ":4,"Ġa":5}' >hf/vocab.json
printf '#version: 0.2\na b\nĠ a\n' >hf/merges.txt
echo '{"tokenizer_class":"WhisperTokenizer","eos_token":"<|endoftext|>","added_tokens_decoder":{"6":{"content":"<|endoftext|>","special":true}}}' \
    >hf/tokenizer_config.json

ok convert hf -o 'hf-{}.bin' --to F16,Q8_0,Q5_1,Q5_0,Q4_1,Q4_0 -q
for type in F16 Q8_0 Q5_1 Q5_0 Q4_1 Q4_0; do
    ok check hf-$type.bin --against hf
    contains "check of $type" "$T/out" " 0 failed"
done
ok check hf-Q8_0.bin --against hf-F16.bin
# From a file of the kind to another type, and to the same: the same bytes.
ok convert hf-F16.bin -o again.bin
check "as it is" cmp -s again.bin hf-F16.bin
ok convert hf-F16.bin -o again.bin --to Q8_0 -q --threads 2
ok check again.bin --against hf
no 5 "rows of 32 do not divide into Q4_K blocks" convert hf -q -o no.bin --to Q4_K_M
no 5 "whisper.cpp has no matrices of type BF16" convert hf -q -o no.bin --to BF16
no 5 "IQ4_NL" convert hf -q -o no.bin --to IQ4_NL
no 5 "one type for all" convert hf -q -o no.bin --to Q8_0 --embedding-type F16
no 5 "no metadata" convert hf -q -o no.bin --set general.name=x
no 5 "not cut into parts" convert hf -q -o no.bin --split-max-tensors 5
echo '* F16' >x.recipe
"$MZIGO" convert hf -o no.bin --recipe x.recipe >"$T/out" 2>"$T/err" </dev/null
check "a recipe of one's own" [ $? != 0 ]

# What the folder says that is not so.
spoil() { # STATUS SAYS FILE TEXT
    cp hf/"$3" "$T/kept" 2>/dev/null
    printf '%s\n' "$4" >hf/"$3"
    no "$1" "$2" convert hf -o no.bin
    if [ -e "$T/kept" ]; then mv "$T/kept" hf/"$3"; else rm hf/"$3"; fi
}
spoil 4 "encoder.conv1.weight" config.json "$(config 4)"
spoil 4 "num_mel_bins" config.json "$(config 257)"
spoil 4 "num_mel_bins" config.json "$(config '"80"')"
spoil 4 "feature_size" preprocessor_config.json '{"feature_size": 80}'
spoil 5 "hop_length" preprocessor_config.json '{"feature_size": 2, "hop_length": 320}'
spoil 4 "preprocessor_config.json" preprocessor_config.json '{"feature_size": 2'
spoil 4 "vocab.json" vocab.json '{"a":0,"b":99}'
check "nothing is written" [ ! -e no.bin ]
same "nothing is left" "$(listing | grep -c mzg-)" 0

# ---- what is known of the file ----

ok inspect hf-Q5_0.bin --json --tensors
json_is container whisper.cpp
json_is architecture whisper
json_is metadata.n_mels 2
json_is metadata.ftype Q5_0
json_is metadata.tokens 6
json_is metadata.mel_filters "2 x 201"
json_is types.Q5_0.tensors 33
json_is types.F16.tensors 2
json_is tensor_count 89
ok inspect hf-F16.bin
contains "its languages" "$T/out" "languages             English"
contains "what it would weigh" "$T/out" "Q4_0"
spoilt() { # TEXT STATUS SAYS OFFSET BYTES
    cp hf-Q8_0.bin spoilt.bin
    printf "$5" | dd of=spoilt.bin bs=1 seek="$4" conv=notrunc status=none
    no "$2" "$3" inspect spoilt.bin
}
spoilt "no mels" 4 "n_mels: 0 is outside 1 to 256, as a Whisper's is" 40 '\0'
spoilt "another version" 5 "ftype" 44 '\x07\0'
spoilt "a filter that is no number" 4 "mel filters: number 2 of filter 0 is not finite (byte 64)" 64 '\0\0\x80\x7f'
head -c 30000 hf-Q8_0.bin >spoilt.bin
no 4 "are left in the file" inspect spoilt.bin
no 4 "are left in the file" check spoilt.bin --against hf
# Damage that a reader cannot see is seen beside the source.
damaged() { # SAYS OFFSET BYTES
    cp hf-Q8_0.bin spoilt.bin
    printf "$3" | dd of=spoilt.bin bs=1 seek="$2" conv=notrunc status=none
    "$MZIGO" check spoilt.bin --against hf >"$T/out" 2>"$T/err"
    same "damaged at $2: status" $? 1
    contains "damaged at $2" "$T/err" "$1"
}
tokens=$((56 + 2 * 201 * 4))
damaged "n_text_ctx is 5, the source's is 4" 24 '\5'
damaged "mel filter 1 is not what it should be" $((tokens - 700)) '\x40\x40\x40\x40'
damaged "token 0 is not the source's" $((tokens + 8)) 'z'
size=$(stat -c %s hf-Q8_0.bin)
damaged "1 of 89 tensors break a limit" $((size - 2000)) '\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f'
no 2 "does not say that it was made with one" check hf-Q8_0.bin --against hf --imatrix "$root/tests/refused/imatrix/good.dat"

# ---- packed: what it is stands in the manifest; a ggml file of another kind is packed all the same ----

ok keygen -o lab
printf 'lmgg\x0a\0\0\0silero-16k' >silero.bin
ok pack hf-Q5_0.bin hf-Q8_0.bin silero.bin -o repo --key lab.key --name w --version 1
manifest=repo/bundles/w/1/manifest.json
contains "the architecture" $manifest '"hf-Q5_0.bin: model.architecture": "whisper"'
contains "the type" $manifest '"hf-Q5_0.bin: model.type": "Q5_0"'
contains "the weights" $manifest '"hf-Q8_0.bin: model.parameters": "'
check "nothing of another's" [ -z "$(grep silero.bin: $manifest)" ]
ok verify repo --trust lab.pub --deep
ok unpack repo -o out --trust lab.pub
check "unpacked" cmp -s out/hf-Q8_0.bin hf-Q8_0.bin

# ---- killed at any moment: it goes on, and is whole or not there ----

"$MZIGO" convert beside/tiny.pt -o want.bin -q 2>"$T/err" >/dev/null
convert() { "$MZIGO" convert beside/tiny.pt -o work/tiny.bin -q --resume; }
struck() { # N: whether there was such a moment
    rm -f "$T/mark"
    LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$1:kill MZG_FAULT_MARK=$T/mark convert >"$T/out" 2>"$T/err" </dev/null
    [ -e "$T/mark" ]
}
n=1
while rm -rf work && mkdir work && struck $n; do
    { [ ! -e work/tiny.bin ] || cmp -s work/tiny.bin want.bin; } || fail "struck at $n: half done"
    ok convert beside/tiny.pt -o work/tiny.bin -q --resume
    check "struck at $n: what it would have been" cmp -s work/tiny.bin want.bin
    same "struck at $n: files" "$(ls -A work)" tiny.bin
    n=$((n + 1 + n / 3))
done
check "struck more than once" [ $n -gt 8 ]
finish
