#!/bin/bash
# The main job from end to end on the project's own model, as a person would type it: from a Hugging
# Face folder to a signed bundle and back. Where the real llama.cpp is at hand (`make interop` installs
# it) the model speaks before and after. B and MZIGO_DEMO_TO (a type) from the environment; everything
# happens in $B/demo.
set -euo pipefail
to=${MZIGO_DEMO_TO:-Q4_K_M}
root=$PWD
B=$(cd "${B:-build}" && pwd)
demo=$B/demo
peers=$B/interop
rm -rf "$demo"
mkdir -p "$demo/shamba"
cd "$demo"
cp "$root"/samples/shamba/*.json "$root"/samples/shamba/*.safetensors shamba
head -n 11 "$root/samples/shamba/expected.txt" >questions
PATH=$B:$PATH

say() { printf '\n# %s\n' "$*"; }
do_it() {
    printf '$ %s\n' "$*"
    "$@"
}
speak() { # FILE ANSWERS: what FILE answers to the questions goes into ANSWERS and is shown
    if ! (cd "$peers" && node "$root/tests/interop/speak.mjs" "$demo/$1" 100 --ask "$demo/questions") \
        >"$2" 2>"$2.log"; then
        echo "llama.cpp does not run here: $(grep -m 1 '^[A-Za-z]*Error' "$2.log" || tail -n 1 "$2.log")"
        return 1
    fi
    cat "$2"
}
can_speak=no
if [ -d "$peers/node_modules/node-llama-cpp" ] && command -v node >/dev/null; then
    can_speak=yes
fi

if [ $can_speak = yes ]; then
    say "A model in Hugging Face layout: this is what it says, in llama.cpp, as it was trained."
    do_it mzigo convert shamba -o before.gguf --to BF16 --quiet
    speak before.gguf before.txt || can_speak=no
    say "It becomes one quantized file ..."
else
    say "A model in Hugging Face layout becomes one quantized file ..."
fi
do_it mzigo convert shamba -o shamba.gguf --to "$to"
say "... and this is what that did to its weights."
do_it mzigo check shamba.gguf --against shamba
say "A publisher needs a pair of keys, once."
do_it mzigo keygen -o lab
say "The model is packed into a repository: a plain folder that any web server or USB stick can hold."
do_it mzigo pack shamba.gguf -o repo --key lab.key --name shamba --version 1.0.0 --licence Apache-2.0
say "Whoever trusts the publisher's key can check it and take the model out."
do_it mzigo verify repo --trust lab.pub
do_it mzigo unpack repo -o out --trust lab.pub
do_it cmp out/shamba.gguf shamba.gguf
echo "the same bytes"
if [ $can_speak = yes ]; then
    say "What came out speaks."
    speak out/shamba.gguf after.txt
    if cmp -s before.txt after.txt; then
        say "Word for word what it said before."
    else
        say "That is not what it said before: $to has cost it some words."
    fi
else
    say "It does not speak here: llama.cpp is not at hand (make interop installs it)."
fi
say "The same as a single file."
do_it mzigo pack shamba.gguf -o shamba.mzb --key lab.key --name shamba --version 1.0.0 --licence Apache-2.0
do_it mzigo verify shamba.mzb --trust lab.pub
do_it mzigo inspect shamba.mzb
printf '\nAll of it is in %s.\n' "${PWD#"$root"/}"
