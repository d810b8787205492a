# Looking at each kind of thing.
. "$root/tests/cli/lib.sh"

ok inspect "$SAMPLE"
contains "a folder" "$T/out" "safetensors"
contains "a folder" "$T/out" "Q8_0"
ok inspect "$SAMPLE" --json --tensors
json_is container safetensors
same "all tensors" "$(json tensors)" "[$(json tensor_count)]"
expected=$(json converted_bytes.Q8_0)

ok convert "$SAMPLE" -o m.gguf --to Q8_0 -q
same "the size foretold" "$expected" "$(stat -c %s m.gguf)"
ok inspect m.gguf --tensors
contains "a GGUF file" "$T/out" "GGUF"
contains "its tensors" "$T/out" "token_embd.weight"
contains "its metadata" "$T/out" "general.architecture"
ok inspect m.gguf --json
json_is container GGUF
json_is tensors none
ok inspect "$SAMPLE/model.safetensors"

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
