# LoRA adapters, merged into a base while it is converted, and what is recorded of them.
. "$root/tests/cli/lib.sh"

# adapter FOLDER ALPHA TENSOR:ROWSxWIDTH...: of rank 2, every number one half.
adapter() {
    local folder=$1 alpha=$2 header='' at=0 t name rows width n
    shift 2
    mkdir -p "$folder"
    echo "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": $alpha}" >"$folder/adapter_config.json"
    for t in "$@"; do
        name=${t%:*} rows=${t##*:} width=${t##*x}
        rows=${rows%x*}
        n=$((rows * width * 4))
        header+=",\"$name\":{\"dtype\":\"F32\",\"shape\":[$rows,$width],\"data_offsets\":[$at,$((at + n))]}"
        at=$((at + n))
    done
    header="{${header#,}}"
    n=${#header}
    {
        printf "\\x$(printf %x $((n % 256)))\\x$(printf %x $((n / 256)))\0\0\0\0\0\0%s" "$header"
        head -c $((at / 4)) /dev/zero | sed 's/\x00/\x00\x00\x00\x3f/g'
    } >"$folder/adapter_model.safetensors"
}
pre=base_model.model.model.layers.0
q=$pre.self_attn.q_proj.lora
adapter up 4 "$q"_A.weight:2x256 "$q"_B.weight:256x2
adapter down -4 "$q"_A.weight:2x256 "$q"_B.weight:256x2
adapter double 8 "$q"_A.weight:2x256 "$q"_B.weight:256x2

ok convert "$SAMPLE" -o plain.gguf --to F32 -q
ok convert "$SAMPLE" -o merged.gguf --to F32 --lora up
contains "what to do next" "$T/out" "--lora up"
ok check merged.gguf --against "$SAMPLE" --lora up
# It adds 4 / 2 * 2 * 0.25 to each of one matrix's values, and nothing else.
check "they differ" [ "$(cmp -l plain.gguf merged.gguf 2>/dev/null | wc -l)" -gt 30000 ]
no 2 "made with 1 adapter and 0 are given" check merged.gguf --against "$SAMPLE"
no 2 "made with 0 adapters and 1 is given" check plain.gguf --against "$SAMPLE" --lora up
no 2 "not the adapter that the file was made with" check merged.gguf --against "$SAMPLE" --lora double
no 2 "another scale" check merged.gguf --against "$SAMPLE" --lora up=2
ok check merged.gguf --against "$SAMPLE" --lora up=1

# The same adapter at another scale, as the file beside its config; and two, whose order counts.
tensors() { tail -c 4000000 "$1" | sha256sum; }
ok convert "$SAMPLE" -o scaled.gguf --to F32 -q --lora up/adapter_model.safetensors=2
ok convert "$SAMPLE" -o twice.gguf --to F32 -q --lora double
same "2 * up is double" "$(tensors scaled.gguf)" "$(tensors twice.gguf)"
ok convert "$SAMPLE" -o back.gguf --to BF16 -q --lora up --lora down
ok check back.gguf --against "$SAMPLE" --lora up --lora down
no 2 "not the adapter" check back.gguf --against "$SAMPLE" --lora down --lora up

# Quantized with a journal, and by other threads: the same bytes.
ok convert "$SAMPLE" -o one.gguf --to Q4_K_M -q --lora up=0.5 --threads 1
ok convert "$SAMPLE" -o two.gguf --to Q4_K_M -q --lora up=0.5 --threads 3 --resume
check "the same bytes" cmp -s one.gguf two.gguf
ok check one.gguf --against "$SAMPLE" --lora up
ok inspect one.gguf --metadata
contains "it is recorded" "$T/out" "mzigo.convert.lora"
contains "its scale" "$T/out" "[1] 0.5 $(sha256sum <up/adapter_config.json | cut -c1-64)"
# A record that no option could have made. The same length: its offsets stay.
LC_ALL=C sed 's/mzigo\.convert\.lora\(.*\)0\.5 /mzigo.convert.lora\1x.5 /' one.gguf >broken.gguf
no 4 "mzigo.convert.lora" check broken.gguf --against "$SAMPLE" --lora up

# What is refused: each by its name, and nothing is written.
refused() { # STATUS SAYS ADAPTER[=SCALE]
    no "$1" "$2" convert "$SAMPLE" -o none.gguf --to F16 --lora "$3"
}
refused 2 "no finite number" up=nan
refused 2 "no finite number" up=1e999
refused 3 "nosuch" nosuch
mkdir empty
refused 5 "there is no adapter_config.json" empty
adapter bare 4 x:1x1 && rm bare/adapter_model.safetensors
refused 5 "no adapter_model.bin" bare
adapter alone 4 "$q"_A.weight:2x256
refused 4 "q_proj.lora_A.weight' has no lora_B" alone
adapter shape 4 "$q"_A.weight:2x255 "$q"_B.weight:256x2
refused 4 "a change of [256, 255]" shape
adapter unknown 4 other.lora_A.weight:2x256 other.lora_B.weight:256x2
refused 4 "other.lora_A.weight' changes what the base has none of" unknown
adapter rank 4 "$q"_A.weight:3x256 "$q"_B.weight:256x3
refused 4 "its rank is 3" rank
adapter dora 4 "$q"_A.weight:2x256 "$q"_B.weight:256x2
echo '{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "use_dora": true}' >dora/adapter_config.json
refused 5 "use_dora" dora
adapter nan 4 "$q"_A.weight:2x256 "$q"_B.weight:256x2
sed 's/\x00\x00\x00\x3f$/\xff\xff\xff\x7f/' nan/adapter_model.safetensors >nan/x && mv nan/x nan/adapter_model.safetensors
refused 4 "q_proj.weight" nan
head -c 300 up/adapter_model.safetensors >alone/adapter_model.safetensors
refused 4 "alone" alone
# A path that an adapter names is never followed: it is no base.
mkfifo fifo
sed "s|{|{\"base_model_name_or_path\": \"$PWD/fifo\", |" up/adapter_config.json >down/adapter_config.json
ok convert "$SAMPLE" -o path.gguf --to F16 -q --lora down
no 5 "merge it into its base" convert up -o none.gguf --to F16
no 5 "not into GGUF" convert plain.gguf -o none.gguf --to F16 --lora up
check "nothing is written" [ ! -e none.gguf ]
# An adapter by itself, for its base's config.json alone, and beside the base as llama.cpp would have it.
mkdir config
cp "$SAMPLE/config.json" config
printf -- '---\nlicense: mit\n---\n' >up/README.md
sed 's|{|{"base_model_name_or_path": "some/base-1B", |' up/adapter_config.json >x && mv x up/adapter_config.json
ok convert up -o own.gguf --to F32 --base config
contains "what to do next" "$T/out" "next: mzigo check own.gguf --against up --base config"
ok check own.gguf --against up --base config
ok inspect own.gguf --all
for line in "adapter *lora, alpha 4" "architecture *llama" "licence *mit" "made from *Base 1B" \
    "F32 *256 x 2 .*blk.0.attn_q.weight.lora_a" "F32 *2 x 256 .*blk.0.attn_q.weight.lora_b"; do
    check "inspect says $line" grep -qE "^ *$line\$" "$T/out"
done
ok inspect own.gguf --json --metadata
contains "what kind of file" "$T/out" '"general.type": "adapter"'
json_is 'converted_bytes' '{3}'
for type in F16 BF16; do
    ok convert up -o "own-$type.gguf" --to $type -q --base "$SAMPLE" --threads 3
    ok check "own-$type.gguf" --against up --base config
done
ok convert own.gguf -o again.gguf --to F16 -q
check "the same from its GGUF" cmp -s <(tail -c 2048 own-F16.gguf) <(tail -c 2048 again.gguf)
ok convert up/adapter_model.safetensors -o file.gguf --to F32 -q --base config
check "by its weights' file: the same" cmp -s own.gguf file.gguf
ok convert up --to F16 --base config --dry-run
contains "nothing but a list" "$T/out" "blk.0.attn_q.weight.lora_b"
ok inspect up
contains "an adapter's folder" "$T/out" "lora, alpha 4"

# Each refused by its name.
alone() { # STATUS SAYS ADAPTER [OPTION...]
    local status=$1 says=$2 adapter=$3
    shift 3
    no "$status" "$says" convert "$adapter" -o none.gguf --to F16 --base config "$@"
}
no 5 "an adapter, no model" check own.gguf --against up
no 5 "an adapter's are F32, F16 or BF16, and not Q8_0" convert up -o none.gguf --to Q8_0 --base config
no 5 "not Q4_K" convert own.gguf -o none.gguf --to Q4_K_M
alone 5 "not cut into parts" up --split-max-tensors 1
alone 2 "not both" up --lora up
alone 2 "not both" up --raw
no 5 "own.gguf: of a base its folder is needed" convert up -o none.gguf --to F16 --base own.gguf
no 5 "nosuch" convert up -o none.gguf --to F16 --base nosuch
no 5 "config.json" convert up -o none.gguf --to F16 --base empty
no 5 "no adapter" convert "$SAMPLE" -o none.gguf --to F16 --base config
alone 4 "'other.weight' is left over" unknown
alone 4 "its shape is [256, 255], config.json gives [256, 256]" shape
alone 5 "use_dora" dora
adapter whole 4 "$q"_A.weight:2x256 "$q"_B.weight:256x2 base_model.model.lm_head.modules_to_save.weight:512x256
alone 5 "lm_head.modules_to_save.weight' was trained whole" whole
check "nothing is written" [ ! -e none.gguf ]
finish
