#!/bin/bash
# The main job from end to end on the small sample, as a person would type it: from a Hugging Face
# folder to a signed bundle and back. B from the environment; everything happens in $B/demo.
set -euo pipefail
root=$PWD
B=$(cd "${B:-build}" && pwd)
rm -rf "$B/demo"
mkdir -p "$B/demo"
cd "$B/demo"
cp -r "$B/samples/tiny" my-model
PATH=$B:$PATH

say() { printf '\n# %s\n' "$*"; }
do_it() {
    printf '$ %s\n' "$*"
    "$@"
}

say "A model in Hugging Face layout becomes one quantized file ..."
do_it mzigo convert my-model -o my-model.gguf --to Q8_0
say "... and this is what that did to its weights."
do_it mzigo check my-model.gguf --against my-model
say "A publisher needs a pair of keys, once."
do_it mzigo keygen -o lab
say "The model is packed into a repository: a plain folder that any web server or USB stick can hold."
do_it mzigo pack my-model.gguf -o repo --key lab.key --name my-model --version 1.0.0
say "Whoever trusts the publisher's key can check it and take the model out."
do_it mzigo verify repo --trust lab.pub
do_it mzigo unpack repo -o out --trust lab.pub
do_it cmp out/my-model.gguf my-model.gguf
echo "the same bytes"
say "The same as a single file."
do_it mzigo pack my-model.gguf -o my-model.mzb --key lab.key --name my-model --version 1.0.0
do_it mzigo verify my-model.mzb --trust lab.pub
do_it mzigo inspect my-model.mzb
printf '\nAll of it is in %s.\n' "${PWD#"$root"/}"
