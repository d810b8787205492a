# Sourced by wire.sh: what is served to whom, and how each client fetches it, in a loop where people put it
# into one. For each PEER:
#   version_PEER   prints what it is; fails where it is not on this machine
#   make_PEER V    puts into www what it needs of version V, $files/V/m.gguf
#   fetch_PEER     fetches version $v from $url into got, in an empty folder; $old is the file of the version
#                  before, or empty; fails when it gives up
# A peer that is told what people do not usually tell it gets that here: a limit for stalls, as pull has.
patience=3
commits=(none 1111111111111111111111111111111111111111 2222222222222222222222222222222222222222)

# COMMAND until it succeeds, or the time or the patience of whoever typed it is over; counts in $tries.
try() {
    local left
    while left=$((deadline - SECONDS)) && [ $left -gt 0 ] && [ $tries -lt 60 ]; do
        tries=$((tries + 1))
        timeout -k 1 "$left" "$@" && return 0 # some do not listen to the first signal
        sleep 0.2
    done
    return 1
}
sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

# ---- ours ----

version_pull() { echo "mzigo $("$mzigo" --version | awk '{ print $2 }')"; }
make_pull() {
    "$mzigo" pack "$files/$1/m.gguf" -o www/repo --key lab.key --name m --version "$1" --quiet >/dev/null
}
fetch_pull() {
    mkdir got
    [ -z "$old" ] || cp "$old" got/m.gguf
    XDG_STATE_HOME=$PWD try "$mzigo" pull "$url/repo" "m@$v" -o got --trust "$work/lab.pub" --no-lan --quiet \
        --timeout ${patience}s --give-up 30s && mv got/m.gguf m.gguf && rmdir got && mv m.gguf got
}

# ---- the file as it is ----

version_curl() { curl --version | sed -n '1s/^\(curl [^ ]*\).*/\1/p'; }
make_curl() { cp "$files/$1/m.gguf" "www/m-$1.gguf"; }
fetch_curl() {
    try curl -sf -C - -o got --speed-time $patience --speed-limit 1 "$url/m-$v.gguf"
}

version_aria2c() { aria2c --version 2>/dev/null | sed -n '1s/^aria2 version/aria2c/p' | grep .; }
make_aria2c() { :; } # curl's
fetch_aria2c() {
    try aria2c -q -c --max-tries=0 --retry-wait=1 --timeout=$patience -o got "$url/m-$v.gguf"
}

# The same with digests of pieces, which it then checks.
version_meta4() { version_aria2c | sed 's/$/, Metalink/'; }
make_meta4() {
    local size at piece=1048576
    size=$(stat -c %s "$files/$1/m.gguf")
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\"><file name=\"got\"><size>$size</size>"
        echo "<hash type=\"sha-256\">$(sha256 "$files/$1/m.gguf")</hash><pieces length=\"$piece\" type=\"sha-256\">"
        for ((at = 0; at < size; at += piece)); do
            echo "<hash>$(tail -c "+$((at + 1))" "$files/$1/m.gguf" 2>/dev/null | head -c $piece | sha256 -)</hash>"
        done
        echo "</pieces><url>m-$1.gguf</url></file></metalink>"
    } >"www/m-$1.meta4"
}
fetch_meta4() {
    try aria2c -q -c --max-tries=0 --retry-wait=1 --timeout=$patience --follow-metalink=mem "$url/m-$v.meta4"
}

# ---- those that fetch what is not there yet ----

version_zsync() { zsync -V 2>/dev/null | sed -n '1s/^\(zsync\) v\([^ ]*\).*/\1 \2/p' | grep .; }
make_zsync() { zsyncmake -u "m-$1.gguf" -o "www/m-$1.gguf.zsync" "$files/$1/m.gguf"; }
fetch_zsync() {
    try zsync -q ${old:+-i "$old"} -o got "$url/m-$v.gguf.zsync"
}

version_zckdl() { zckdl --version 2>/dev/null | sed -n '1s/^zchunk /zckdl /p' | grep .; }
make_zckdl() { zck -o "www/m-$1.zck" "$files/$1/m.gguf"; }
fetch_zckdl() { # what it has of the old version is the old .zck
    [ -z "$old" ] || cp "$work/www/m-1.zck" old.zck
    try zckdl -q ${old:+-s old.zck} "$url/m-$v.zck" && unzck "m-$v.zck" && mv "m-$v" got
}

version_casync() { casync --version 2>/dev/null | sed -n '1s/^casync .*/&/p' | grep .; }
make_casync() { casync make --store=www/store.castr --digest=sha256 "www/m-$1.caibx" "$files/$1/m.gguf" >/dev/null; }
fetch_casync() {
    try casync extract --store="$url/store.castr" ${old:+--seed="$old"} "$url/m-$v.caibx" got
}

# ---- the hubs' own clients ----

hf=$peers/hf
version_hf() {
    [ -x "$hf/bin/hf" ] || { python3 -m venv "$hf" && "$hf/bin/pip" install -q huggingface_hub==2.4.0; } >/dev/null 2>&1
    "$hf/bin/python" -c 'import huggingface_hub as h; print("huggingface_hub", h.__version__)' 2>/dev/null
}
make_hf() {
    mkdir -p "www/lab/m/resolve/${commits[$1]}"
    cp "$files/$1/m.gguf" "www/lab/m/resolve/${commits[$1]}/m.gguf"
}
fetch_hf() {
    export HF_ENDPOINT=$url HF_HOME=$PWD/home HF_HUB_DISABLE_XET=1 HF_HUB_DOWNLOAD_TIMEOUT=$patience
    mkdir dir
    [ -z "$old" ] || cp "$old" dir/m.gguf
    try "$hf/bin/hf" download lab/m m.gguf --revision "${commits[$v]}" --local-dir dir && mv dir/m.gguf got
}

ollama=${OLLAMA:-ollama}
version_ollama() { "$ollama" --version 2>/dev/null | sed -n 's/.*version is \(.*\)/ollama \1/p' | grep .; }
make_ollama() {
    local blobs=www/elsewhere/v2/lab/m/blobs model config=$work/config
    mkdir -p "$blobs" www/v2/lab/m/manifests
    model=$(sha256 "$files/$1/m.gguf")
    cp "$files/$1/m.gguf" "$blobs/sha256:$model"
    printf '{"model_format":"gguf","model_family":"llama","file_type":"Q4_K_M","architecture":"amd64","os":"linux"}' >"$config"
    cp "$config" "$blobs/sha256:$(sha256 "$config")"
    local type=application/vnd.ollama.image.model
    printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"sha256:%s","size":%d},
        "layers":[{"mediaType":"%s","digest":"sha256:%s","size":%d}]}' \
        application/vnd.docker.distribution.manifest.v2+json application/vnd.docker.container.image.v1+json \
        "$(sha256 "$config")" "$(stat -c %s "$config")" $type "$model" "$(stat -c %s "$files/$1/m.gguf")" \
        >"www/v2/lab/m/manifests/$1"
}
# It asks a server of its own to fetch, and sends that to where the registry says the blobs are: to another
# host, or it would begin to fetch them twice.
fetch_ollama() {
    local daemon status
    rules net "v2/lab/m/blobs/* redirect http://localhost:${url##*:}/elsewhere/{} 307" "${weather[@]}"
    export OLLAMA_HOST=127.0.0.1:$((20000 + RANDOM % 10000)) OLLAMA_MODELS=$PWD/models HOME=$PWD
    "$ollama" serve >serve.log 2>&1 &
    daemon=$!
    until "$ollama" list >/dev/null 2>&1 || [ $SECONDS -ge $deadline ]; do sleep 0.1; done
    try "$ollama" pull --insecure "${url#http://}/lab/m:$v"
    status=$?
    kill $daemon
    wait $daemon 2>/dev/null
    [ $status = 0 ] && mv "models/blobs/sha256-$(sha256 "$files/$v/m.gguf")" got
}
