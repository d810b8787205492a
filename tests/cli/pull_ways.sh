# pull by the ways that the world has besides a plain connection: HTTP/2 over TLS, keep-alive, proxies, and clocks
# that jump. nginx is the server and the proxy.
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export XDG_STATE_HOME=$T/state ASAN_OPTIONS=verify_asan_link_order=0
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE SSL_CERT_FILE
"$MZIGO" keygen -o lab >/dev/null
make_bundle m 20 60000

write_configuration() {
    cat >nginx/nginx.conf <<END
worker_processes 1;
daemon off;
pid $PWD/nginx/pid;
error_log $PWD/nginx/logs/error.log;
$([ "$(id -u)" != 0 ] || echo "user root;")
events { worker_connections 256; }
http {
    log_format ways '\$server_protocol \$connection \$status \$uri';
    client_body_temp_path $PWD/nginx/body;
    proxy_temp_path $PWD/nginx/proxy;
    fastcgi_temp_path $PWD/nginx/fastcgi;
    uwsgi_temp_path $PWD/nginx/uwsgi;
    scgi_temp_path $PWD/nginx/scgi;
    server {
        listen 127.0.0.1:$tls ssl http2;
        ssl_certificate $PWD/nginx/tls.pem;
        ssl_certificate_key $PWD/nginx/tls.key;
        access_log $PWD/nginx/tls.log ways;
        root $PWD/m;
    }
    server {
        listen 127.0.0.1:$clear;
        access_log $PWD/nginx/clear.log ways;
        root $PWD/m;
    }
    server {
        listen 127.0.0.1:$proxy;
        access_log $PWD/nginx/proxy.log ways;
        location / { proxy_pass http://127.0.0.1:$clear; }
    }
}
END
}

# Starts it on three ports that nobody has; where somebody has one, on others.
start_nginx() {
    local i j
    for i in $(seq 20); do
        tls=$((20000 + RANDOM % 12000)) clear=$((tls + 1)) proxy=$((tls + 2))
        write_configuration
        rm -f nginx/pid
        "$nginx" -p "$PWD/nginx" -c nginx.conf >"$T/nginx" 2>&1 &
        nginx_pid=$!
        for j in $(seq 200); do
            [ ! -s nginx/pid ] || return 0 # written when it listens
            kill -0 $nginx_pid 2>/dev/null || break
            sleep 0.05
        done
        wait $nginx_pid
    done
    fail "nginx does not listen" && cat "$T/nginx"
}

# A field of nginx's log lines "PROTOCOL CONNECTION STATUS URI": its distinct values.
logged() { # LOG FIELD
    awk -v f="$2" '$4 ~ /objects/ { print $f }' "nginx/$1.log" | sort -u
}

nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)
if [ -z "$nginx" ]; then
    skip "no nginx"
else
    mkdir -p nginx/logs
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout nginx/tls.key -out nginx/tls.pem \
        -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
    start_nginx

    # ---- HTTP/2, and whom TLS believes ----

    url=https://localhost:$tls
    no 8 "certificate" pull "$url" m -o out --trust lab.pub --give-up 1s -q
    check "an unknown authority: nothing comes" [ -z "$(ls -A out 2>/dev/null)" ]
    for name in CURL_CA_BUNDLE SSL_CERT_FILE; do
        rm -rf out
        : >nginx/tls.log
        export $name=$PWD/nginx/tls.pem
        pull m
        unset $name
        same "TLS by $name: status" "$status" 0
        check "TLS by $name: it arrives" arrived m
        same "TLS by $name: protocol" "$(logged tls 1)" HTTP/2.0
        same "TLS by $name: one connection" "$(logged tls 2 | wc -l)" 1
        same "TLS by $name: an object each" "$(grep -c objects nginx/tls.log)" 20
    done

    # ---- keep-alive ----

    rm -rf out
    url=http://127.0.0.1:$clear
    pull m
    same "HTTP/1.1: status" "$status" 0
    check "HTTP/1.1: it arrives" arrived m
    same "HTTP/1.1: protocol" "$(logged clear 1)" HTTP/1.1
    n=$(logged clear 2 | wc -l)
    check "HTTP/1.1: $n connections for 20 objects" [ "$n" -le 8 ]

    # ---- proxies: the name is only known to the proxy ----

    rm -rf out
    export http_proxy=http://127.0.0.1:$proxy
    url=http://models.invalid/
    pull m
    same "by a proxy: status" "$status" 0
    check "by a proxy: it arrives" arrived m
    same "by a proxy: all of it" "$(grep -c objects nginx/proxy.log)" 20
    rm -rf out
    url=http://127.0.0.1:$clear no_proxy=127.0.0.1 pull m
    same "not by the proxy: status" "$status" 0
    same "not by the proxy: nothing" "$(grep -c objects nginx/proxy.log)" 20
    rm -rf out
    http_proxy=http://127.0.0.1:9 no 8 "" pull http://models.invalid/ m -o out --trust lab.pub --give-up 1s -q
    unset http_proxy
    kill -QUIT $nginx_pid
    wait $nginx_pid
fi

# ---- a wall clock that jumps ----

# By days, each time it is asked, on a line that breaks: what is kept of time (the rate, the budget's days, how long
# nothing came) must neither stop the pull nor make it fetch anything twice.
rm -rf out
serve net m
rules net 'x cut-every 150000'
preloaded() { LD_PRELOAD=$B/tests/cli/clock.so "$MZIGO" "$@"; }
preloaded pull "$url" m -o out --trust lab.pub --budget 1G/day --limit-rate 20M >"$T/out" 2>"$T/err" </dev/null
same "the clock jumps: status" $? 0
check "the clock jumps: it arrives" arrived m
cheap "the clock jumps" m $((8 * 65536))
check "the clock jumps for others too" [ "$(LD_PRELOAD=$B/tests/cli/clock.so date +%s)" != "$(date +%s)" ]
unserve_all
finish
