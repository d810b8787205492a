#!/bin/bash
# usage: tests/interop/fetch.sh
# The programs that people have (curl, wget, aria2) fetch a file of a bundle as it is, from `mzigo serve` and from
# nginx with the shipped configuration: whole, in parts, broken off and continued, by metalink and by torrent; and
# a mirror that lies is found out.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
B=$(cd "${B:-build}" && pwd)
. tests/net/nginx.sh
export no_proxy='*'
work=$B/interop/fetch
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
size=12000000
passed=0 failed=0 skipped=0
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait' EXIT

result() { # STATUS TEXT: in this order, since a $(...) in the text changes $?
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $2"; fi
}
skip() { skipped=$((skipped + 1)) && echo "  skipped: $1"; } # REASON
has() { command -v "$1" >/dev/null; }

# mzigo serve NAME in the background, with a log of its requests: sets url.
serve() { # NAME [OPTION]...
    rm -f "$1.out"
    "$B/mzigo" serve "$@" --bind 127.0.0.1 --port 0 --per-client 100 --check-every 0 --log "$1.log" >"$1.out" 2>"$1.err" &
    pids+=($!)
    for ((i = 0; i < 1000; i++)); do
        url=$(grep -so 'http://[^ "]*/' "$1.out") && return
        sleep 0.05
    done
    cat "$1.err" && echo "0 passed, 1 failed" && exit 1
}

# ---- what is served: a mirror with plain files, its like behind nginx, and one with other bytes ----

head -c $size /dev/urandom >m.gguf
{
    "$B/mzigo" keygen -o lab && "$B/mzigo" pack m.gguf -o upstream --key lab.key --name m --version 1.0+q8 -q
} >log 2>&1 || { cat log && echo "0 passed, 1 failed" && exit 1; }
serve upstream
"$B/mzigo" mirror "$url" mirror m --trust lab.pub --plain -q >log 2>&1
result $? "mirror --plain: $(tail -n 1 log)"
cmp m.gguf mirror/plain/m/1.0+q8/m.gguf
result $? "the mirror has the file"
serve mirror
path=plain/m/1.0%2Bq8/m.gguf
declare -A from=([serve]=$url$path) slowly=()
# At a rate, so that there is time to break a download off.
serve mirror --limit-rate 6M
slowly[serve]=$url$path
cp -r mirror liar
for ((at = 77; at < size; at += 262144)); do # wherever it is asked, its bytes are wrong
    printf 'other bytes' | dd of=liar/plain/m/1.0+q8/m.gguf bs=1 seek=$at conv=notrunc status=none
done
serve liar
liar=${url/127.0.0.1/localhost}$path # aria2 counts connections by the host's name

if [ -n "$nginx" ]; then
    port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 20000) }')
    nginx_configure "$work/nginx" "$work/mirror" "$port"
    sed -i 's|# limit_rate 256k;|limit_rate 2m;|' nginx/mzigo.conf # of each connection
    "$nginx" -p "$work/nginx" -c nginx.conf >nginx.log 2>&1 &
    pids+=($!)
    for ((i = 0; i < 200; i++)); do
        curl -sfI "http://127.0.0.1:$port/$path" >/dev/null && from[nginx]=http://127.0.0.1:$port/$path && break
        sleep 0.05
    done
    slowly[nginx]=${from[nginx]:-}
    result $((${#from[@]} != 2)) "nginx serves: $(tail -n 1 nginx.log)"
    # The sample just as it is shipped, which wants a port that not everybody may have.
    nginx_around "$root/samples/nginx/mzigo.conf" "$work/nginx" >nginx/shipped.conf
    if "$nginx" -t -p "$work/nginx" -c shipped.conf >nginx.log 2>&1; then
        result 0 "nginx -t of the sample"
    elif grep -qE 'bind\(\) .*(Permission denied|Address already in use)|Address family not supported' nginx.log; then
        skip "nginx -t of the sample: $(grep -m 1 emerg nginx.log)"
    else
        result 1 "nginx -t of the sample: $(tail -n 2 nginx.log)"
    fi
else
    skip "no nginx"
fi

# ---- fetching: each in a folder of its own, side by side ----

aria() { aria2c --no-conf -q --enable-dht=false --enable-dht6=false --disable-ipv6=true --bt-enable-lpd=false --seed-time=0 "$@"; }
whole_curl() { curl -sS -O "$1"; }
whole_wget() { wget -q "$1"; }
whole_aria2c() { aria "$1"; }
whole_aria2c_x4() { aria -x 4 -s 4 -k 1M "$1"; }
begin_curl() { exec curl -sS -O "$1"; }
begin_wget() { exec wget -q "$1"; }
begin_aria2c() { exec aria2c --no-conf -q -x 2 -s 2 -k 1M --file-allocation=none "$1"; }
# With the answers' heads in the log.
on_curl() { curl -sS -D - -C - -O "$1"; }
on_wget() { wget -nv -S -c "$1"; }
on_aria2c() { aria -c -x 2 -s 2 -k 1M --log=- --log-level=info "$1"; }

# Broken off in the second half, where aria2 too has begun, then continued: the whole is not fetched again.
broken() { # CLIENT URL
    local pid i
    "begin_$1" "$2" &
    pid=$!
    for ((i = 0; i < 2000; i++)); do
        [ "$(stat -c %s m.gguf 2>/dev/null || echo 0)" -lt $((size / 2 + 1000000)) ] || break
        sleep 0.01
    done
    kill -TERM $pid && ! wait $pid || { echo "was not broken off" && return 1; }
    "on_$1" "$2" >heads 2>&1 && grep -q 'HTTP/1.1 206' heads
}

started=()
# Runs COMMAND in the folder NAME; `settle` looks what came of all.
start() { # NAME COMMAND...
    local name=$1
    shift
    mkdir -p "$name"
    (cd "$name" && "$@" >log 2>&1; echo $? >status) &
    started+=("$name" $!)
}
settle() {
    local i name
    for ((i = 0; i < ${#started[@]}; i += 2)); do
        name=${started[i]}
        wait "${started[i + 1]}"
        cmp -s "$name/m.gguf" m.gguf && [ "$(cat "$name/status")" = 0 ]
        result $? "$name: status $(cat "$name/status"), $(stat -c %s "$name/m.gguf" 2>&1) bytes: $(tail -n 1 "$name/log")"
    done
    started=()
}

for client in curl wget aria2c; do
    has $client || { skip "no $client" && continue; }
    for server in "${!from[@]}"; do
        start "$client.$server" "whole_$client" "${from[$server]}"
        start "$client.$server.broken" broken $client "${slowly[$server]}"
        [ $client != aria2c ] || start "aria2c-x4.$server" whole_aria2c_x4 "${from[$server]}"
    done
done
settle
# ---- with digests ----

if has aria2c; then
    curl -sS --retry 100 --retry-delay 1 -o m.torrent "${from[serve]}.torrent"
    result $? "a torrent"
    curl -sS -o m.meta4 "${from[serve]}.meta4"
    # The digest of the info dictionary as another program finds it, which begins behind "d4:info".
    ends=$(($(stat -c %s m.torrent) - $(grep -abo '8:url-listl' m.torrent | tail -n 1 | cut -d : -f 1)))
    info=$(tail -c +8 m.torrent | head -c -$ends | sha1sum | cut -d ' ' -f 1)
    aria2c --no-conf -S m.torrent | grep -qi "info hash: $info"
    result $? "the info-hash is not $info: $(aria2c --no-conf -S m.torrent | grep -i 'info hash')"
    grep -q '<pieces' m.meta4
    result $? "a metalink with pieces"
    sed "s|<url>\(.*\)</url>|<url>$liar</url><url>\1</url>|" m.meta4 >liar.meta4
    start aria2c.metalink aria -c --follow-metalink=mem "${from[serve]}.meta4"
    start aria2c.torrent aria "${from[serve]}.torrent"
    start aria2c.all aria -c --follow-metalink=mem "${from[serve]%/*}/.meta4"
    start aria2c.liar aria -s 2 -k 1M --max-overall-download-limit=6M --log=aria2.log --log-level=info -M "$work/liar.meta4"
    settle
    grep -q 'Invalid checksum' aria2c.liar/aria2.log && grep -q " 206 \| 200 " liar.log
    result $? "the liar was asked, and found out"
    # Without the pieces there is still the digest that goes with the file.
    mkdir -p aria2c.digest
    (cd aria2c.digest && ! aria "$liar" >log 2>&1)
    result $? "one wrong copy and its digest: $(tail -n 1 aria2c.digest/log)"
fi
for tool in curl wget aria2c; do
    ! has $tool || printf '  %s\n' "$($tool --version | head -n 1)"
done
[ -z "$nginx" ] || "$nginx" -v 2>&1 | sed 's|.*nginx/|  nginx |'
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
