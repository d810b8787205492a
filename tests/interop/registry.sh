#!/bin/bash
# usage: registry.sh PEERS: the real ollama, oras and skopeo fetch from `mzigo serve`, and a layout for ollama is found
# without a network. Every blob is compared. OLLAMA=PROGRAM: this one instead of the version below, which is the last
# whose sources, as a registry of Go modules has them, build into something that runs models by itself.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shamba=$(realpath "$here/../../samples/shamba")
B=$(cd "${B:-build}" && pwd)
mzigo=$B/mzigo
peers=$1
mkdir -p "$peers"
peers=$(cd "$peers" && pwd)
work=$(mktemp -d)
passed=0 failed=0 skipped=0 started=()
trap 'for p in "${started[@]}"; do kill $p 2>/dev/null; done; wait; rm -rf "$work"' EXIT
home=$HOME
export no_proxy='*' NO_PROXY='*' HOME=$work
cd "$work" || exit 1

check() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@" >>log 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $text: $(tail -n 1 log)"
    fi
}
fetch_go() { # NAME PACKAGE@VERSION
    # Building ollama takes minutes, which not every run has, and oras one.
    [ "${CI:-}" != true ] || export GO_LIMIT=${GO_LIMIT:-60}
    if [ "${CI:-}" = true ] && [ "$1" = ollama ] && [ ! -x "$peers/go/ollama" ]; then
        skipped=$((skipped + 1))
        echo "skipped: ollama is only built by hand (make interop-registry)"
        return 1
    fi
    HOME=$home "$here/install_go.sh" "$peers/go" "$@" && return
    skipped=$((skipped + 1))
    return 1
}
same_blobs() { # FOLDER PREFIX: each is what it is called
    local blob n=0
    for blob in "$1"/*; do
        [ "$2$(sha256sum "$blob" | cut -d ' ' -f 1)" = "$(basename "$blob")" ] || return 1
        n=$((n + 1))
    done
    [ $n -gt 0 ]
}

# ---- what is served ----

{
    "$mzigo" keygen -o lab
    for type in Q8_0 Q4_K_M; do "$mzigo" convert "$shamba" -o "shamba-$type.gguf" --to $type -q; done
    "$mzigo" pack shamba-*.gguf "$shamba/README.md" -o repo --key lab.key --name shamba --version 1.0+two \
        --licence Apache-2.0 -q
    "$mzigo" unpack repo -o layout --layout oci --trust lab.pub -q
    "$mzigo" unpack repo -o offline --layout ollama --trust lab.pub -q
} >log 2>&1 || { cat log && echo "0 passed, 1 failed" && exit 1; }
: >served
"$mzigo" serve repo --bind 127.0.0.1 --port 0 --trust lab.pub --check-every 0 >served 2>&1 &
started+=($!)
for ((i = 0; i < 600; i++)); do
    host=$(sed -n 's|.* http://\([^/]*\)/.*|\1|p' served)
    [ -z "$host" ] || break
    sleep 0.05
done

# ---- oras, skopeo ----

if fetch_go oras oras.land/oras/cmd/oras@v1.3.6; then
    check "oras pulls" "$peers/go/oras" pull --plain-http "$host/mzigo/shamba:1.0_two" -o oras
    for f in shamba-Q8_0.gguf shamba-Q4_K_M.gguf; do check "oras has the same $f" cmp "$f" "oras/$f"; done
    check "oras has who signed it" cmp oras/mzigo/manifest.dsse repo/bundles/shamba/1.0+two/manifest.dsse
    check "oras copies" "$peers/go/oras" copy --from-plain-http "$host/mzigo/shamba:latest" --to-oci-layout copy:latest
    check "oras has the layout's blobs" diff -r layout/blobs copy/blobs
    check "oras lists" grep -qx 1.0_two <("$peers/go/oras" repo tags --plain-http "$host/mzigo/shamba")
fi
if command -v skopeo >/dev/null; then
    check "skopeo copies" skopeo copy --insecure-policy --src-tls-verify=false "docker://$host/mzigo/shamba:1.0_two" \
        oci:skopeo:1
    check "skopeo has the layout's blobs" diff -r layout/blobs skopeo/blobs
else
    skipped=$((skipped + 1))
    echo "skipped: no skopeo"
fi

# ---- ollama ----

ollama=${OLLAMA:-$peers/go/ollama}
# Its server for the models in a folder, on a free port of its own; no other host is within its reach.
start_ollama() { # FOLDER
    export OLLAMA_MODELS=$work/$1 OLLAMA_HOST
    for ((i = 0; i < 10; i++)); do
        OLLAMA_HOST=127.0.0.1:$((20000 + RANDOM % 10000))
        HTTPS_PROXY=http://127.0.0.1:9 "$ollama" serve >"$1.log" 2>&1 &
        pid=$!
        for ((j = 0; j < 600; j++)); do
            kill -0 $pid 2>/dev/null || break # the port is taken: another
            "$ollama" list >/dev/null 2>&1 && started+=($pid) && return 0
            sleep 0.05
        done
        kill $pid 2>/dev/null
    done
    return 1
}
known() { # the first question and its answer
    sed -n "s/^$1: //p" "$shamba/expected.txt" | head -n 1
}
answers() { # MODEL
    curl -sS "http://$OLLAMA_HOST/api/generate" -d "{\"model\": \"$1\", \"raw\": true, \"stream\": false,
        \"prompt\": \"$(known Q)\\n\", \"options\": {\"temperature\": 0, \"num_ctx\": 256, \"repeat_penalty\": 1}}" >answer
    grep -qF "\"response\":\"$(known A)\"" answer || { cat answer && return 1; }
}
shows() { # MODEL TYPE
    "$ollama" show "$1" >shown && grep -qw llama shown && grep -qw "$2" shown && grep -qF Apache-2.0 shown
}
# The program that answers is in its own file, or (from 2026 on) beside it.
runs() { ! grep -q 'llama-server binary not found' "$1.log"; }

if [ -n "${OLLAMA:-}" ] || fetch_go ollama github.com/ollama/ollama@v0.6.8; then
    check "ollama begins" start_ollama pulled
    here=$host/mzigo/shamba
    for tag in latest 1.0_two q4_k_m 1.0_two-q8_0; do
        check "ollama pulls $tag" "$ollama" pull "$here:$tag" --insecure
    done
    check "ollama has the same bytes" same_blobs pulled/blobs sha256-
    for type in Q8_0 Q4_K_M; do
        check "ollama has $type" cmp "shamba-$type.gguf" \
            "pulled/blobs/sha256-$(sha256sum "shamba-$type.gguf" | cut -d ' ' -f 1)"
    done
    check "ollama shows what it is" shows "$here" Q4_K_M
    check "ollama shows what it is" shows "$here:1.0_two-q8_0" Q8_0
    check "ollama refuses what is not there" bash -c "! '$ollama' pull '$here:q6_k' --insecure"
    check "the layout has what was pulled" diff -r pulled/blobs offline/blobs
    check "without a network: ollama begins" start_ollama offline
    offline=localhost/mzigo/shamba
    check "without a network: listed" grep -q "^$offline:latest " <("$ollama" list)
    check "without a network: shown" shows "$offline:1.0_two" Q4_K_M
    answers "$offline" >>log
    status=$?
    if [ $status = 0 ] || runs offline; then
        check "without a network: it answers as it should" [ $status = 0 ]
    else
        skipped=$((skipped + 1))
        echo "skipped: this ollama has nothing to run models with"
    fi
    check "what was there has stayed" diff -r pulled/blobs offline/blobs
    printf '  %-24s %s\n' ollama "${OLLAMA:-$(sed 's/.*@//' "$peers/go/ollama.version")}"
fi
printf '  %-24s %s\n' oras "$("$peers/go/oras" version 2>/dev/null | sed -n '1s/.* //p')" \
    skopeo "$(skopeo --version 2>/dev/null)"
if [ $skipped != 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ $failed = 0 ]
