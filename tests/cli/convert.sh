# Converting, and checking what was converted.
. "$root/tests/cli/lib.sh"

for type in F32 F16 BF16 Q8_0 Q5_1 Q5_0 Q4_1 Q4_0; do
    ok convert "$SAMPLE" -o $type.gguf --to $type
    same "magic of $type" "$(head -c 4 $type.gguf)" GGUF
    ok check $type.gguf --against "$SAMPLE"
    contains "check of $type" "$T/out" " 0 failed"
done
check "F32 is larger than Q8_0" [ "$(stat -c %s F32.gguf)" -gt "$(stat -c %s Q8_0.gguf)" ]
check "Q8_0 is larger than Q4_0" [ "$(stat -c %s Q8_0.gguf)" -gt "$(stat -c %s Q4_0.gguf)" ]

# The same bytes whatever does the work.
for how in "--threads 1" "--threads 7" "--cpu ref" "--cpu ref --threads 3"; do
    ok convert "$SAMPLE" -o again.gguf --to Q4_0 $how
    check "$how gives other bytes" cmp -s again.gguf Q4_0.gguf
done

ok convert "$SAMPLE" -o again.gguf --to q8_0 --json
json_is out again.gguf
json_is output_bytes "$(stat -c %s again.gguf)"
check "type names in lower case" cmp -s again.gguf Q8_0.gguf
rm again.gguf

# --quiet: not a word on stderr.
ok convert "$SAMPLE" -o again.gguf --to Q8_0 --quiet
check "--quiet is quiet" [ ! -s "$T/err" ]
# From a model that was made before.
ok convert F32.gguf -o again.gguf --to Q8_0
# Weights without a model.
ok convert "$SAMPLE/model.safetensors" -o raw.gguf --to Q8_0 --raw
ok check raw.gguf --against "$SAMPLE/model.safetensors"
rm again.gguf raw.gguf

# What is refused leaves nothing behind.
before=$(listing)
no 2 "Q9_9" convert "$SAMPLE" -o no.gguf --to Q9_9
no 3 "nosuch" convert nosuch -o no.gguf --to Q8_0
no 3 "nowhere" convert "$SAMPLE" -o nowhere/no.gguf --to Q8_0 -q
no 2 "option --to TYPE is missing" convert "$SAMPLE" -o no.gguf
no 2 "SRC is missing" convert -o no.gguf --to F16
no 2 "unexpected argument 'b'" convert a b -o no.gguf --to F16
head -c 100 F16.gguf >"$T/cut.gguf"
no 4 "cut.gguf" convert "$T/cut.gguf" -o no.gguf --to F16
same "nothing was left" "$(listing)" "$before"
# A file that stood there is replaced whole, or stays.
cp F16.gguf keep.gguf
no 4 "cut.gguf" convert "$T/cut.gguf" -o keep.gguf --to F16
check "the old file stands" cmp -s keep.gguf F16.gguf
ok convert "$SAMPLE" -o keep.gguf --to F32
check "the old file is replaced" cmp -s keep.gguf F32.gguf

# Checking finds one wrong byte.
ok check Q8_0.gguf --against "$SAMPLE" --json
json_is failed 0
check "tensors are listed" [ "$(json checked)" -gt 0 ]
same "as many as were checked" "$(json tensors)" "[$(json checked)]"
size=$(stat -c %s Q8_0.gguf)
cp Q8_0.gguf bad.gguf
printf '\x7b' | dd of=bad.gguf bs=1 seek=$((size - 33)) conv=notrunc status=none # a scale's high byte
"$MZIGO" check bad.gguf --against "$SAMPLE" --json >"$T/out" 2>"$T/err"
same "a flipped scale: status" $? 1
check "a flipped scale fails" [ "$(json failed)" -gt 0 ]
json_is error.status 1
"$MZIGO" check bad.gguf --against "$SAMPLE" --failed >"$T/out" 2>"$T/err"
same "a flipped scale: status" $? 1
no 3 "nosuch" check nosuch --against "$SAMPLE"
no 3 "nosuch" check Q8_0.gguf --against nosuch
no 3 "nosuch" check Q8_0.gguf --against "$SAMPLE" --limits nosuch
finish
