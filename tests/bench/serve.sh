#!/bin/bash
# `mzigo serve` beside nginx, as samples/nginx/mzigo.conf sets it up, over loopback under wrk: a small file, a
# big one, parts of it, with 1, 40 and 400 connections. The two take turns, ROUNDS (3) times a second each;
# medians, least to most, and the ratio of the medians. wrk shares the machine with them. Fails only when one
# of them does not answer as it should.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
B=$(cd "${B:-build}" && pwd)
rounds=${ROUNDS:-3}
for tool in wrk nginx; do
    command -v $tool >/dev/null || { echo "skipped: no $tool" && exit 0; }
done
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

# Waits until it answers.
answers() { # URL
    local i
    for ((i = 0; i < 200; i++)); do
        curl -sf -o "$work/probe" "$1" && return 0
        sleep 0.05
    done
    echo "FAILED: $1 does not answer: $(cat "$work"/*.err)" && exit 1
}

start_serve() {
    "$B/mzigo" serve repo --bind 127.0.0.1 --port 0 --per-client 1000 --max-connections 1000 --check-every 0 \
        >serve.out 2>serve.err &
    pids+=($!)
    for _ in $(seq 200); do
        serve_url=$(grep -o 'http://[^ ]*/' serve.out) && break
        sleep 0.05
    done
}

# The sample's limit is one of connections from one address, which are all that there are here.
start_nginx() {
    local port=$((20000 + RANDOM % 10000))
    {
        [ "$(id -u)" != 0 ] || echo "user root;"
        echo "daemon off; pid $work/nginx.pid; worker_processes auto; error_log $work/nginx.err;"
        echo "events { worker_connections 1024; } http { access_log off;"
        for temp in client_body proxy fastcgi uwsgi scgi; do echo "${temp}_temp_path $work/$temp;"; done
        sed "s|listen 80;|listen 127.0.0.1:$port;|; /listen \[::\]:80;/d; /limit_conn mzigo_clients/d
            s|root /srv.*|root $work/repo;|" "$here/../../samples/nginx/mzigo.conf"
        echo "}"
    } >nginx.conf
    nginx -c "$work/nginx.conf" 2>>nginx.err &
    pids+=($!)
    nginx_url=http://127.0.0.1:$port/
}

# Appends what wrk measured of it to serve.FIGURES or nginx.FIGURES: requests a second, or MB.
one() { # NAME UNIT CONNECTIONS PATH [WRK-OPTION]...
    local name=$1 unit=$2 url=${1}_url
    wrk -t 1 -c "$3" -d 1s "${@:5}" "${!url}$4" >wrk.out 2>&1
    if grep -qE 'Non-2xx|unable' wrk.out || ! grep -q '^Requests/sec' wrk.out; then
        echo "FAILED: $name, $3 connections: $(grep -E 'Non-2xx|unable' wrk.out)"
        failed=1
    fi
    awk -v unit="$unit" '
        $1 == "Requests/sec:" && unit == "requests/s" { print $2 }
        $1 == "Transfer/sec:" && unit == "MB/s" {
            scale = $2 ~ /GB/ ? 1073.741824 : $2 ~ /MB/ ? 1.048576 : $2 ~ /KB/ ? 0.001024 : 1e-6
            print $2 * scale
        }' wrk.out >>"$name.figures"
}

median_of() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[1], v[NR] }'; }

compare() { # TITLE UNIT PATH [WRK-OPTION]...
    local title=$1 unit=$2 connections
    printf '\n%s, %s\n  connections             serve                       nginx             ratio\n' "$title" "$unit"
    for connections in 1 40 400; do
        rm -f ./*.figures
        for _ in $(seq "$rounds"); do
            one serve "$unit" "$connections" "${@:3}"
            one nginx "$unit" "$connections" "${@:3}"
        done
        echo "$connections $(median_of serve.figures) $(median_of nginx.figures)" | awk '{
            printf "  %11d %8.0f (%6.0f..%6.0f)   %8.0f (%6.0f..%6.0f)   %6.2f\n", $1, $2, $3, $4, $5, $6, $7, $2 / $5 }'
    done
}

head -c 16777216 /dev/urandom >m.bin
"$B/mzigo" keygen -o lab --quiet >/dev/null && "$B/mzigo" pack m.bin -o repo --key lab.key --name m --version 1 \
    --quiet >/dev/null || exit 1
big=$(cd repo && ls -S objects/*/* | head -n 1)
manifest=bundles/m/1/manifest.json
start_serve
start_nginx
for url in "$serve_url" "$nginx_url"; do
    answers "$url$manifest" && cmp -s probe repo/$manifest || { echo "FAILED: $url: other bytes" && exit 1; }
done
nginx -v 2>&1 | sed 's|.*nginx/|nginx |; s/$/, beside mzigo serve/'
compare "a manifest of $(stat -c %s repo/$manifest) bytes" requests/s $manifest
compare "an object of $(stat -c %s "repo/$big") bytes" MB/s "$big"
compare "64 KiB out of it" requests/s "$big" -H "Range: bytes=1048576-1114111"
exit $failed
