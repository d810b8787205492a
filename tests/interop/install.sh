#!/bin/bash
# usage: install.sh FOLDER: puts the real readers of GGUF into FOLDER/node_modules, at fixed versions,
# and prints which they are. A registry that does not answer: says "skipped: ..." and exits with 77.
set -euo pipefail
folder=$1
packages=(node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1 @huggingface/gguf@0.4.6)
mkdir -p "$folder"
cd "$folder"
if [ "$(cat installed 2>/dev/null)" != "${packages[*]}" ]; then
    [ -e package.json ] || echo '{"name": "interop", "private": true}' >package.json
    if ! npm install --ignore-scripts --omit=optional --no-audit --no-fund --no-package-lock \
        "${packages[@]}" >install.log 2>&1; then
        echo "skipped: the packages of the real readers could not be installed: $(tail -n 1 install.log)"
        exit 77
    fi
    echo "${packages[*]}" >installed
fi
lib=node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
release=$(sed -n 's/.*"release":"\([^"]*\)".*/\1/p' $lib/_nlcBuildMetadata.json)
echo "peers: ${packages[*]}, llama.cpp release $release"
