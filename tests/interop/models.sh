#!/bin/bash
# usage: models.sh PEERS: converted models in the real llama.cpp and in the hub's own parser.
# F32, F16 and Q8_0 of the real model must say, at temperature 0, what it is known to say; the other
# types must load and speak. Prints one line a check and the sum.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=${B:-build}
mzigo=$(realpath "$B")/mzigo
samples=$(realpath "$B")/samples
data=$(realpath -q ../shared/data/stories260K || true)
if [ -z "$data" ] || [ ! -d "$data" ]; then
    echo "skipped: ../shared/data/stories260K is not here"
    exit 0
fi
if ! "$here/install.sh" "$1"; then
    exit 0
fi
cd "$1" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
    fi
}

convert() { # SOURCE TYPE
    "$mzigo" convert "$data/$1" -o "$work/$1-$2.gguf" --to "$2" --quiet >/dev/null
}

speaks() { # FILE TOKENS: into FILE.txt
    node "$here/speak.mjs" "$1" "$2" >"$1.txt" 2>"$1.log" || { tail -n 3 "$1.log"; return 1; }
    [ -s "$1.txt" ]
}

# The first BYTES of what it says are those of what the F32 weights are known to say.
says_the_story() { # FILE BYTES
    speaks "$1" 257 && cmp -n "$2" "$1.txt" "$data/GREEDY_257.txt"
}

# The parser sees every tensor, the keys that matter, and the record of the source.
is_described() { # FILE TYPE
    node "$here/metadata.mjs" "$1" >"$1.json" || return 1
    local want
    for want in '"general.architecture": "llama"' '"llama.block_count": 5' \
        '"tokenizer.ggml.model": "llama"' "\"mzigo.convert.to\": \"$2\"" '"tensor_count": 47'; do
        grep -qF "$want" "$1.json" || { echo "no $want"; return 1; }
    done
    "$mzigo" inspect "$1" --tensors --json | node -e '
        const ours = JSON.parse(require("fs").readFileSync(0)), theirs = JSON.parse(
            require("fs").readFileSync(process.argv[1]));
        const a = ours.tensors.map((t) => [t.name, t.type, t.shape]);
        if (JSON.stringify(a) !== JSON.stringify(theirs.tensors)) {
            console.log(JSON.stringify(a[0]), JSON.stringify(theirs.tensors[0]));
            process.exit(1);
        }' "$1.json"
}

for source in hf-derived hf-derived-bf16-sharded; do
    # Rounded to BF16 it is another model: it parts from the story's words after 429 bytes.
    bytes=566
    [ "$source" = hf-derived ] || bytes=400
    for type in F32 F16 BF16 Q8_0; do
        f=$work/$source-$type.gguf
        check "$source to $type converts" convert "$source" "$type"
        if [ "$type" = BF16 ] && [ "$source" = hf-derived ]; then
            check "$source to $type loads and speaks" speaks "$f" 50
        elif [ "$type" = Q8_0 ]; then
            check "$source to $type loads and speaks" speaks "$f" 50
        else
            check "$source to $type says the known story ($bytes bytes)" says_the_story "$f" $bytes
        fi
    done
    check "$source to F16 is described by the hub's parser" is_described "$work/$source-F16.gguf" F16
done
# In parts llama.cpp is given the first; the last shape has no tensors in it.
for limit in "--split-max-size 300k" "--split-max-tensors 5" "--split-max-size 140k"; do
    f=$work/parts-$(echo "$limit" | tr -cd a-z0-9)
    "$mzigo" convert "$data/hf-derived" -o "$f.gguf" --to F32 --quiet $limit >/dev/null
    set -- "$f"-00001-of-*.gguf
    check "parts by $limit say the known story" says_the_story "$1" 566
done
for type in Q5_1 Q5_0 Q4_1 Q4_0; do
    check "hf-derived to $type converts" convert hf-derived "$type"
    check "hf-derived to $type loads and speaks" speaks "$work/hf-derived-$type.gguf" 50
done
for sample in tiny tiny-spm; do # its weights are noise: it must load and give tokens
    f=$work/$sample.gguf
    "$mzigo" convert "$samples/$sample" -o "$f" --to Q8_0 --quiet >/dev/null
    check "samples/$sample loads and gives tokens" speaks "$f" 5
done
echo "what it says: $(head -c 160 "$work/hf-derived-Q8_0.gguf.txt" | tr '\n' ' ')"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
