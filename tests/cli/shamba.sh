# The model of our own, samples/shamba: what it is said to be, and that it goes the whole way.
. "$root/tests/cli/lib.sh"

shamba=$root/samples/shamba
weights=$shamba/model.safetensors

check "the weights are under 8 MB" [ "$(stat -c %s "$weights")" -lt 8000000 ]
ok inspect "$weights" --tensors --json
json_is elements 3672320
json_is types.BF16.tensors 39
same "all of it is BF16" "$(json types)" "{1}"
json_is tensors "[39]"
# Rows (shapes begin with their width) hold whole super-blocks, so that every type fits every matrix.
for ((i = 0; i < 39; i++)); do
    name=$(json tensors.$i.name) width=$(json tensors.$i.shape.0)
    check "rows of $name: $width" [ $((width % 256)) = 0 ]
    [ "$(json tensors.$i.shape)" = "[2]" ] || same "$name is a vector" "$(json tensors.$i.shape)" "[1]"
done

# A question of the text never stands in it twice, and each has its answer.
for language in "Q A farming health school" "S J kilimo afya shule"; do
    read -r q a files <<<"$language"
    cat $(printf "$shamba/text/%s.txt " $files) >"$T/text"
    questions=$(grep -c "^$q: ..*?$" "$T/text")
    check "$files: 300 pairs at least" [ "$questions" -ge 300 ]
    same "$files: answers" "$(grep -c "^$a: ..*\.$" "$T/text")" "$questions"
    same "$files: nothing else" "$(grep -cv -e "^$q: " -e "^$a: " -e '^$' "$T/text")" 0
    same "$files: asked twice" "$(grep "^$q: " "$T/text" | sort | uniq -d | head -n 1)" ""
done
# What it is known to say are answers to questions of the text, none of it made up here.
cat "$shamba"/text/*.txt >"$T/text"
same "questions of expected.txt" "$(grep -c '^[QS]: ' "$shamba/expected.txt")" 12
while IFS= read -r line; do
    check "expected.txt: '$line' is not in the text" grep -qxF -- "$line" "$T/text"
done <"$shamba/expected.txt"

for type in F16 BF16 Q8_0 Q4_0 Q4_K_M; do
    ok convert "$shamba" -o $type.gguf --to $type
    ok check $type.gguf --against "$shamba"
    contains "check of $type" "$T/out" "39 tensors checked, 0 failed"
done
ok inspect Q8_0.gguf --json
contains "languages" "$T/out" '"licence": "apache-2.0"'
for pair in '"general.architecture": "llama"' '"general.name": "Shamba"' '"llama.block_count": 4' \
    '"tokenizer.ggml.pre": "llama-bpe"' '"tokenizer.ggml.add_bos_token": true'; do
    contains "metadata" "$T/out" "$pair"
done
finish
