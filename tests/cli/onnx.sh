# ONNX models: looked at, converted as they are, refused. Each kind of bad file: tests/refused/onnx.
. "$root/tests/cli/lib.sh"
made=$root/tests/refused/onnx
data=$root/../shared/data

# "TEXT" of bytes, as printf has them, in a ModelProto's graph of at most 125 bytes.
model() { # FILE GRAPH
    local n=$(printf "$2" | wc -c)
    printf "\x08\x08\x12\x01p\x3a\x$(printf %x "$n")$2" >"$1"
}

ok inspect "$made/good" --tensors
contains "the container" "$T/out" "container   ONNX"
contains "the producer" "$T/out" "by hand"
contains "a property, escaped" "$T/out" 'v\x1b1'
ok inspect "$made/good.onnx" --tensors --json
json_is container ONNX
json_is metadata.producer_name "by hand"
json_is metadata.graph g
json_is metadata.ir_version 8
json_is tensors.1.name a
json_is tensors.1.type FLOAT
json_is tensors.1.shape.0 3
expected=$(json converted_bytes.F16)
ok convert "$made/good.onnx" --raw -o size.gguf --to F16 -q
same "the size foretold" "$(stat -c %s size.gguf)" "$expected"

# Half-precision values as varints, and a shape: read, and the source's digest is the file's all the same.
model values.onnx '\x2a\x0e\x08\x02\x10\x0a\x2a\x05\x80\x78\x80\x80\x03\x42\x01h\x2a\x0a\x08\x01\x10\x07\x3a\x01\x05\x42\x01n'
cp values.onnx values # known without its name
for f in values.onnx values; do
    ok convert --raw $f -o values.gguf --to F32 -q
    ok check values.gguf --against $f --json
    json_is failed 0
    ok inspect values.gguf --tensors --json
    contains "$f: digest" "$T/out" "$(sha256sum <$f | cut -d ' ' -f 1)"
    json_is tensors.0.name h
    json_is tensors.1.type I64
done

no 5 "bare weights" convert values.onnx -o no.gguf --to F16
long=$(printf 'x%.0s' $(seq 64))
model long.onnx "\x2a\x4b\x08\x01\x10\x01\x25\x00\x00\x80\x3f\x42\x40$long"
no 5 "tensor '$long': GGUF has no place for a name of more than 63 bytes" convert --raw long.onnx -o no.gguf --to F16
model fits.onnx "\x2a\x4a\x08\x01\x10\x01\x25\x00\x00\x80\x3f\x42\x3f${long%x}"
ok convert --raw fits.onnx -o fits.gguf --to F32 -q
# As onnxruntime writes a quantized weight: its codes stay whole numbers.
model quantized.onnx '\x2a\x15\x08\x02\x10\x02\x4a\x02\x01\x02\x42\x0bw_quantized'
ok inspect quantized.onnx --tensors
contains "a quantized weight" "$T/out" "UINT8"
ok convert --raw quantized.onnx -o codes.gguf --to Q8_0 -q
same "its codes" "$(tail -c 32 codes.gguf | od -An -v -t d2 -N 8 | xargs)" "1 2 0 0"

# What is not ONNX stays what it is, also under its name.
echo "not a model at all, but long enough to be looked at" >text.onnx
no 4 "text.onnx" inspect text.onnx
printf 'PK\3\4rest of it' >zip.onnx
no 4 "zip" inspect zip.onnx

if [ ! -d "$data/silero-vad" ]; then
    skip "real models: ../shared/data is not here"
    finish
    exit
fi

# Files that attack other readers: one line, the right status, nothing else.
bad=0 n=0
while read -r f; do
    cp "$f" hostile.onnx
    "$MZIGO" inspect hostile.onnx >"$T/out" 2>"$T/err"
    status=$?
    n=$((n + 1))
    [ $status = 4 -o $status = 5 ] && [ "$(wc -l <"$T/err")" = 1 ] && [ ! -s "$T/out" ] || bad=$((bad + 1))
done < <(find "$data/hostile-modelaudit" "$data/hostile-pickle" -type f -size -64k ! -name '*.txt' ! -name LICENSE)
same "of $n hostile files taken, or refused in another way" $bad 0

# Weights in the branches of an If, and as initializers.
for m in v5.1:30 v6.2:30 half:15; do
    f=$(echo "$data"/silero-vad/silero_vad?"${m%:*}".onnx)
    ok inspect "$f" --json
    json_is tensor_count "${m#*:}"
    ok convert --raw "$f" -o "${m%:*}.gguf" --to F32 -q
    ok check "${m%:*}.gguf" --against "$f" --json
    json_is failed 0
done
ok inspect v6.2.gguf --tensors
contains "a Constant's name" "$T/out" "If_0_then_branch__Inline_0__encoder.0.reparam_conv.weight"

tiny=$data/ort-genai-tiny
ok inspect "$tiny/tiny-random-llama-fp16" --json
json_is types.FLOAT16.tensors 23
json_is metadata.producer_name onnxruntime-genai
ok convert --raw "$tiny/tiny-random-llama-fp16" -o llama.gguf --to F16 -q
ok check llama.gguf --against "$tiny/tiny-random-llama-fp16" --json
json_is failed 0
ok inspect llama.gguf --metadata
contains "both sources" "$T/out" "[2] model.onnx, model.onnx.data"
ok inspect "$tiny/tiny-random-gpt2-fp32" --json
json_is tensor_count 27
ok inspect "$tiny/tiny-random-lfm2-fp32" --json
json_is types.INT64.tensors 4
no 3 "tensor 'model.embed_tokens.weight': cannot open" inspect "$tiny/tiny-random-llama-fp32"
no 5 "give one of them" inspect "$data/silero-vad"
finish
