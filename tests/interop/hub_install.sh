#!/bin/bash
# usage: hub_install.sh PEERS: puts the hub's real clients into PEERS/hub, at fixed versions: huggingface_hub (with hf)
# in a Python of its own, @huggingface/hub in node_modules, and llama.cpp's own `llama download`, built from the
# source and the libraries that node-llama-cpp brings (install.sh comes first). Prints which there are; one that
# cannot be had is left out, saying so.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh" "$1" || exit $?
cd "$1" || exit 1
peers=$PWD
python=huggingface_hub==2.4.0
javascript=@huggingface/hub@2.17.5
mkdir -p hub
cd hub || exit 1

if [ "$(cat venv/installed 2>/dev/null)" != $python ]; then
    if python3 -m venv venv >pip.log 2>&1 && venv/bin/pip install -q --no-input $python >>pip.log 2>&1; then
        echo $python >venv/installed
    else
        rm -rf venv
        echo "skipped: $python could not be installed: $(tail -n 1 pip.log)"
    fi
fi
if [ "$(cat node_modules/installed 2>/dev/null)" != $javascript ]; then
    [ -e package.json ] || echo '{"name": "hub", "private": true}' >package.json
    if npm install --ignore-scripts --omit=optional --no-audit --no-fund --no-package-lock $javascript >npm.log 2>&1; then
        echo $javascript >node_modules/installed
    else
        rm -rf node_modules
        echo "skipped: $javascript could not be installed: $(tail -n 1 npm.log)"
    fi
fi

# The program is one file of llama.cpp's; what it does is in the library.
libraries=$peers/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
build_llama() {
    rm -rf llama.git llama
    git clone -q --bare "$peers/node_modules/node-llama-cpp/llama/gitRelease.bundle" llama.git &&
        mkdir llama && git --git-dir=llama.git archive HEAD app common include ggml/include vendor | tar -x -C llama &&
        echo 'int llama_download(int, char **); int main(int n, char **a) { return llama_download(n, a); }' >llama/main.cpp &&
        g++ -std=c++17 -Illama/common -Illama/include -Illama/ggml/include -Illama/vendor llama/main.cpp llama/app/download.cpp \
            "$libraries"/lib{llama-common,llama.v*,ggml.v*,ggml-base}.so -Wl,-rpath,"$libraries" \
            -Wl,--allow-shlib-undefined -o llama/download
}
if [ "$(cat llama/installed 2>/dev/null)" != "$(cat "$peers/installed")" ]; then
    if build_llama >llama.log 2>&1; then
        cp "$peers/installed" llama/installed
    else
        rm -rf llama
        echo "skipped: llama.cpp's download could not be built: $(tail -n 1 llama.log)"
    fi
    rm -rf llama.git
fi
for peer in venv:$python node_modules:$javascript "llama:llama.cpp's download"; do
    [ ! -e "${peer%%:*}/installed" ] || echo "peer: ${peer#*:}"
done
