#!/bin/bash
# usage: hub.sh PEERS: the real clients of the Hugging Face hub fetch from `mzigo serve`, with nothing changed but the
# endpoint: what they get is the files that were packed, a second run fetches nothing, a line that breaks is gone on
# with, and llama.cpp runs what llama.cpp fetched.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(realpath "${B:-build}")
shamba=$(realpath "$here/../../samples/shamba")
"$here/hub_install.sh" "$1" || { [ $? = 77 ] && exit 0; exit 1; }
peers=$(realpath "$1")
export no_proxy='*' NO_PROXY='*' HF_HUB_DISABLE_TELEMETRY=1 HF_HUB_DISABLE_UPDATE_CHECK=1 HF_HUB_DISABLE_PROGRESS_BARS=1
unset HF_TOKEN HF_HOME HF_HUB_CACHE MODEL_ENDPOINT
work=$B/interop/hub-work
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
passed=0 failed=0 servers=()
result() { # TEXT STATUS
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $1: $(tail -n 2 log)"; fi
}
trap 'kill "${servers[@]}" 2>/dev/null' EXIT

# A program that says where it listens, in the background: sets url.
listen() { # COMMAND...
    : >said
    "$@" >said 2>>serve.log &
    servers+=($!)
    for ((i = 0; i < 200; i++)); do
        url=$(grep -o 'http://[^ "/]*' said | head -n 1)
        [ -z "$url" ] || return 0
        sleep 0.05
    done
    echo "FAILED: $1 does not listen: $(tail -n 2 serve.log)" && exit 1
}
# A request stands in the log when its connection is no longer busy: waits until ours is the only one.
settled() {
    for ((i = 0; i < 400; i++)); do
        curl -s "$straight/healthz" | grep -q '"connections": 1,' && return 0
        sleep 0.05
    done
}
fetched() { settled && grep -c '"GET /mzigo/[^"]*" 20[06] [1-9]' access; } # files, or parts of them, so far
continued() { settled && grep -c '" 206 ' access; }
# A command, run twice: what it fetches it does not fetch again.
twice() { # TEXT COMMAND...
    local text=$1 before
    shift
    before=$(fetched)
    "$@" >out 2>log
    result "$text" $?
    [ "$(fetched)" -gt "$before" ]
    result "$text: fetches" $?
    before=$(fetched)
    "$@" >out 2>log
    result "$text, again" $?
    [ "$(fetched)" = "$before" ]
    result "$text, again: fetches nothing" $?
}
same_files() { # TEXT FOLDER
    diff -r -x .cache files "$2" >log 2>&1
    result "$1: the same files" $?
}

{
    mkdir files && echo "Apache-2.0, see the sources" >files/LICENSE && : >files/empty.txt &&
        "$B/mzigo" convert "$shamba" -o 'files/shamba-{}.gguf' --to Q8_0,Q4_K_M -q && "$B/mzigo" keygen -o lab &&
        "$B/mzigo" pack files/* -o repo --key lab.key --name shamba --version 1.0+a --licence Apache-2.0 -q &&
        head -c 16000000 /dev/urandom >noise && "$B/mzigo" pack noise -o repo --key lab.key --name noise --version 1 -q
} >log 2>&1 || { cat log && echo "0 passed, 1 failed" && exit 1; }
listen "$B/mzigo" serve repo --bind 127.0.0.1 --port 0
"$B/mzigo" mirror "$url" copy --trust lab.pub -q >log 2>&1
result "the mirror is made" $?
listen "$B/mzigo" serve copy --bind 127.0.0.1 --port 0 --trust lab.pub --log access
straight=$url
commit=$(sha256sum repo/bundles/shamba/1.0+a/manifest.json | cut -c 1-40)
export HF_ENDPOINT=$straight

if [ -e "$peers/hub/venv/installed" ]; then
    hf=$peers/hub/venv/bin/hf
    twice "hf download" env HF_HOME=hf "$hf" download mzigo/shamba
    same_files "hf download" hf/hub/models--mzigo--shamba/snapshots/$commit
    twice "hf download --local-dir" env HF_HOME=hf2 "$hf" download mzigo/shamba --revision 1.0+a --local-dir folder
    same_files "hf download --local-dir" folder
    twice "hf_hub_download" env HF_HOME=hf3 "$peers/hub/venv/bin/python" -c 'import huggingface_hub as h
print(h.hf_hub_download("mzigo/shamba", "shamba-Q8_0.gguf", revision="'$commit'"))'
    cmp "$(cat out)" files/shamba-Q8_0.gguf >log 2>&1
    result "hf_hub_download: the same file" $?
    HF_HOME=hf4 "$peers/hub/venv/bin/python" - >out 2>log <<END
from huggingface_hub import HfApi, HfFileSystem
api = HfApi()
assert [m.id for m in api.list_models(author="mzigo", search="sham")] == ["mzigo/shamba"]
info = api.model_info("mzigo/shamba", files_metadata=True)
assert info.sha == "$commit" and info.card_data.license == "apache-2.0" and info.gguf["architecture"] == "llama"
assert {s.rfilename for s in info.siblings} == {f.path for f in api.list_repo_tree("mzigo/shamba")}
refs = api.list_repo_refs("mzigo/shamba")
assert refs.branches[0].target_commit == "$commit" and refs.tags[0].name == "1.0+a"
some = api.get_paths_info("mzigo/shamba", ["LICENSE", "none"], expand=True)
assert [f.path for f in some] == ["LICENSE"] and some[0].last_commit.oid == "$commit"
assert api.file_exists("mzigo/shamba", "LICENSE") and not api.file_exists("mzigo/shamba", "none")
assert not api.repo_exists("mzigo/none") and not api.revision_exists("mzigo/shamba", "2")
assert HfFileSystem().read_text("mzigo/shamba/LICENSE") == open("files/LICENSE").read()
END
    result "HfApi, HfFileSystem" $?
    mkdir -p hf6 && "$B/mzigo" unpack copy shamba -o hf6/hub --layout hub --trust lab.pub -q >log 2>&1
    before=$(fetched)
    HF_HOME=hf6 "$hf" download mzigo/shamba >out 2>>log
    result "hf download of what came on a stick" $?
    [ "$(fetched)" = "$before" ]
    result "hf download of what came on a stick: fetches nothing" $?
    listen node "$here/cut.mjs" "${straight##*:}" 12000000 # it keeps pieces of 10 MiB
    HF_HOME=hf5 HF_ENDPOINT=$url "$hf" download mzigo/noise --local-dir broken >out 2>log
    result "hf download on a line that breaks" $?
    cmp broken/noise noise >log 2>&1
    result "hf download on a line that breaks: the same file" $?
    settled && grep -q '"GET /mzigo/noise/[^"]*" 206 5514240$' access
    result "hf download on a line that breaks: only the rest is fetched" $?
fi

if [ -e "$peers/hub/node_modules/installed" ]; then
    javascript() { (cd "$peers/hub" && node "$here/hub.mjs" "$straight" mzigo/shamba LICENSE "$work/js"); }
    javascript >out 2>log
    result "@huggingface/hub" $?
    {
        echo "$work/js/models--mzigo--shamba/snapshots/$commit" && sha256sum <files/LICENSE | cut -d ' ' -f 1
        (cd files && stat -c '%n %s true' ./* | sed 's|^\./||')
        echo true
    } >expected
    diff expected out >log
    result "@huggingface/hub: what it says" $?
    same_files "@huggingface/hub" js/models--mzigo--shamba/snapshots/$commit
    before=$(fetched)
    javascript >out 2>log
    [ "$(fetched)" = $((before + 2)) ] # LICENSE, asked for by itself: its length, and all of it
    result "@huggingface/hub, again: fetches nothing" $?
fi

if [ -e "$peers/hub/llama/installed" ]; then
    llama=$peers/hub/llama/download
    twice "llama.cpp -hf" env LLAMA_CACHE="$work/llama" "$llama" -hf mzigo/shamba:Q8_0
    cmp "$(cat out)" files/shamba-Q8_0.gguf >log 2>&1
    result "llama.cpp -hf: the same file" $?
    (cd "$peers" && node "$here/speak.mjs" "$(cat "$work/out")" 100 --ask "$shamba/expected.txt") >spoken 2>log
    diff "$shamba/expected.txt" spoken >log
    result "llama.cpp runs it" $?
    LLAMA_CACHE=$work/llama2 "$llama" -hf mzigo/shamba >out 2>log
    cmp "$(cat out)" files/shamba-Q4_K_M.gguf >>log 2>&1
    result "llama.cpp -hf without a type takes Q4_K_M" $?
    parts=$(continued)
    listen node "$here/cut.mjs" "${straight##*:}" 1500000
    LLAMA_CACHE=$work/llama3 HF_ENDPOINT=$url "$llama" -hf mzigo/shamba:Q8_0 >out 2>log
    cmp "$(cat out)" files/shamba-Q8_0.gguf >>log 2>&1
    result "llama.cpp -hf on a line that breaks" $?
    [ "$(continued)" -gt "$parts" ]
    result "llama.cpp -hf on a line that breaks: only the rest is fetched" $?
    listen "$B/mzigo" serve copy --bind 127.0.0.1 --port 0 --limit-rate 400k
    LLAMA_CACHE=$work/llama5 HF_ENDPOINT=$url "$llama" -hf mzigo/shamba:Q8_0 >out 2>log &
    client=$!
    for ((i = 0; i < 400; i++)); do
        part=$(find llama5 -name '*.downloadInProgress' -size +0 2>/dev/null)
        [ -z "$part" ] || break
        sleep 0.05
    done
    kill -9 $client
    wait $client 2>/dev/null
    parts=$(continued)
    LLAMA_CACHE=$work/llama5 "$llama" -hf mzigo/shamba:Q8_0 >out 2>log
    cmp "$(cat out)" files/shamba-Q8_0.gguf >>log 2>&1
    result "llama.cpp -hf, killed and started again" $?
    [ -n "$part" ] && [ "$(continued)" -gt "$parts" ]
    result "llama.cpp -hf, killed and started again: only the rest is fetched" $?
    LLAMA_CACHE=$work/llama4 "$llama" -hf mzigo/none >out 2>log
    [ $? != 0 ] && settled && grep -q '"GET /api/models/mzigo/none/refs HTTP/1.1" 404' access
    result "llama.cpp -hf of nothing fails" $?
fi

node_llama() { (cd "$peers" && node "$here/resolve.mjs" hf:mzigo/shamba/shamba-Q8_0.gguf "$work/node"); }
node_llama >out 2>log
cmp "$(tail -n 1 out)" files/shamba-Q8_0.gguf >>log 2>&1
result "node-llama-cpp" $?
before=$(fetched)
node_llama >out 2>log
[ "$(fetched)" = "$before" ]
result "node-llama-cpp, again: fetches nothing" $?
echo "$passed passed, $failed failed"
[ $failed = 0 ]
