# Converting, and checking what was converted.
. "$root/tests/cli/lib.sh"

for type in F32 F16 BF16 Q8_0 Q5_1 Q5_0 Q4_1 Q4_0; do
    ok convert "$SAMPLE" -o $type.gguf --to $type --pure
    same "magic of $type" "$(head -c 4 $type.gguf)" GGUF
    ok check $type.gguf --against "$SAMPLE"
    contains "check of $type" "$T/out" " 0 failed"
done
check "F32 is larger than Q8_0" [ "$(stat -c %s F32.gguf)" -gt "$(stat -c %s Q8_0.gguf)" ]
check "Q8_0 is larger than Q4_0" [ "$(stat -c %s Q8_0.gguf)" -gt "$(stat -c %s Q4_0.gguf)" ]

# The same bytes whatever does the work.
for how in "--threads 1" "--threads 7" "--cpu ref" "--cpu ref --threads 3"; do
    ok convert "$SAMPLE" -o again.gguf --to Q4_0 --pure $how
    check "$how gives other bytes" cmp -s again.gguf Q4_0.gguf
done

ok convert "$SAMPLE" -o again.gguf --to q8_0 --pure --json
json_is out again.gguf
json_is output_bytes "$(stat -c %s again.gguf)"
check "type names in lower case" cmp -s again.gguf Q8_0.gguf
rm again.gguf

# What is quantized already is quantized again only when that is asked for, and then it is said.
no 5 "is Q8_0 already" convert Q8_0.gguf -o again.gguf --to Q4_0
ok convert Q8_0.gguf -o again.gguf --to Q4_0 --requantize
contains "--requantize" "$T/err" "adds to what was lost before"
ok check again.gguf --against Q8_0.gguf
contains "check of what was quantized again" "$T/out" " 0 failed"
ok inspect again.gguf --metadata
contains "it is recorded" "$T/out" "mzigo.convert.requantize"
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

# Several outputs from one reading, each what it would be alone.
ok convert "$SAMPLE" -o 'many-{}.gguf' --to Q8_0,F16,Q4_0 --pure
for type in Q8_0 F16 Q4_0; do
    contains "$type is told of" "$T/out" "many-$type.gguf: "
    check "$type of several is another" cmp -s many-$type.gguf $type.gguf
done
ok convert "$SAMPLE" -o 'many-{}.gguf' --to F16,Q8_0 --pure --json
same "outputs" "$(json outputs)" "[2]"
json_is outputs.1.out many-Q8_0.gguf
json_is outputs.1.output_bytes "$(stat -c %s Q8_0.gguf)"
ok convert "$SAMPLE" -o '{}-{}.gguf' --to Q8_0
check "{} may be there twice" [ -e Q8_0-Q8_0.gguf ]
rm many-*.gguf Q8_0-Q8_0.gguf
no 2 "{} must stand for the type" convert "$SAMPLE" -o many.gguf --to Q8_0,F16
no 2 "two outputs would be 'many-F16.gguf'" convert "$SAMPLE" -o 'many-{}.gguf' --to F16,F16
no 2 "beside a comma" convert "$SAMPLE" -o 'many-{}.gguf' --to F16,
no 2 "unknown type" convert "$SAMPLE" -o 'many-{}.gguf' --to F16,Q9_9
no 2 "more than 16 types" convert "$SAMPLE" -o 'many-{}.gguf' --to a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q

# What it would be, without making it.
ok convert "$SAMPLE" --to Q8_0 --pure --dry-run
contains "the exact size" "$T/out" "$(stat -c %s Q8_0.gguf) bytes"
contains "every tensor" "$T/out" "output_norm.weight"
ok convert "$SAMPLE" --to Q8_0,F16 --pure --dry-run --json
json_is outputs.0.output_bytes "$(stat -c %s Q8_0.gguf)"
json_is outputs.1.output_bytes "$(stat -c %s F16.gguf)"
json_is outputs.1.tensors.2.type F16
no 2 "Q9_9" convert "$SAMPLE" --to Q9_9 --dry-run

# How long to search is said in the file, but for the usual.
ok convert "$SAMPLE" -o effort.gguf --to Q4_0 --pure --effort default
check "the usual effort is not recorded" cmp -s effort.gguf Q4_0.gguf
ok convert "$SAMPLE" -o effort.gguf --to Q4_0 --pure --effort best
ok inspect effort.gguf --json
contains "effort" "$T/out" '"mzigo.convert.effort": "best"'
ok check effort.gguf --against "$SAMPLE" --json
json_is tensors.1.repeated true
no 2 "unknown effort 'most'" convert "$SAMPLE" -o effort.gguf --to Q4_0 --effort most
rm effort.gguf

# What overrides the recipe is said in the file.
ok convert "$SAMPLE" -o over.gguf --to Q8_0 --tensor-type 'blk\.0\.=Q5_1' --tensor-type 'ffn_up=F16' \
    --output-type BF16 --embedding-type Q4_0
ok inspect over.gguf --tensors --json
same "the first pattern that matches decides" "$(json tensors.8.name) $(json tensors.8.type)" \
    "blk.0.ffn_up.weight Q5_1"
same "the second" "$(json tensors.17.name) $(json tensors.17.type)" "blk.1.ffn_up.weight F16"
same "the output" "$(json tensors.20.name) $(json tensors.20.type)" "output.weight BF16"
same "the embeddings" "$(json tensors.0.name) $(json tensors.0.type)" "token_embd.weight Q4_0"
contains "recorded" "$T/out" '"mzigo.convert.output_type": "BF16"'
contains "recorded" "$T/out" '"mzigo.convert.embedding_type": "Q4_0"'
contains "recorded" "$T/out" '"mzigo.convert.tensor_types": '
ok check over.gguf --against "$SAMPLE"
no 2 "unknown type 'Q9_9'" convert "$SAMPLE" -o no.gguf --to Q8_0 --output-type Q9_9
no 2 "Q9_9" convert "$SAMPLE" -o no.gguf --to Q8_0 --tensor-type a=Q9_9
no 2 "" convert "$SAMPLE" -o no.gguf --to Q8_0 --tensor-type '(=Q8_0'
no 3 "nosuch" convert "$SAMPLE" -o no.gguf --recipe nosuch
no 3 "nosuch" convert "$SAMPLE" -o no.gguf --to Q8_0 --imatrix nosuch
# A recipe of one's own.
printf 'name mine\nbase Q8_0\nfile_type 7\n\noutput F16\n' >"$T/recipe"
ok convert "$SAMPLE" -o over.gguf --recipe "$T/recipe"
ok inspect over.gguf --tensors --json
same "its exception" "$(json tensors.20.name) $(json tensors.20.type)" "output.weight F16"
same "its base" "$(json tensors.8.type)" "Q8_0"
contains "its digest" "$T/out" "$(sha256sum <"$T/recipe" | cut -d' ' -f1)"
ok check over.gguf --against "$SAMPLE"
rm over.gguf

# What is refused leaves nothing behind.
before=$(listing)
no 2 "Q9_9" convert "$SAMPLE" -o no.gguf --to Q9_9
no 3 "nosuch" convert nosuch -o no.gguf --to Q8_0
no 3 "nowhere" convert "$SAMPLE" -o nowhere/no.gguf --to Q8_0 -q
no 2 "option --to TYPE is missing" convert "$SAMPLE" -o no.gguf
no 2 "option --out OUT.gguf is missing" convert "$SAMPLE" --to F16
no 2 "give one" convert "$SAMPLE" -o no.gguf --to F16 --recipe r
no 2 "SRC is missing" convert -o no.gguf --to F16
no 2 "unexpected argument 'b'" convert a b -o no.gguf --to F16
head -c 100 F16.gguf >"$T/cut.gguf"
no 4 "cut.gguf" convert "$T/cut.gguf" -o no.gguf --to F16
same "nothing was left" "$(listing)" "$before"
# A file that stood there is replaced whole, or stays.
cp F16.gguf keep.gguf
no 4 "cut.gguf" convert "$T/cut.gguf" -o keep.gguf --to F16
check "the old file stands" cmp -s keep.gguf F16.gguf
ok convert "$SAMPLE" -o keep.gguf --to F32 --pure
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
