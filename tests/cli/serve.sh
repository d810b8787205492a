# serve: what a repository holds over HTTP, to any client; and nothing else, whatever is tried.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"
raw=$B/tests/net/raw

# The repository in $repo, with these options besides.
serve_repo() {
    serve "${repo:-repo}" "$@"
    descriptors=$(ls /proc/$server/fd | wc -l)
}
# What clients had must be free again when they have gone.
given_back() {
    for _ in $(seq 60); do
        [ "$(health connections)" != 1 ] || break
        sleep 0.05
    done
    same "connections are given back" "$(health connections)" 1
    local n=$(ls /proc/$server/fd | wc -l)
    check "$n descriptors after $descriptors" [ $n -le $((descriptors + 3)) ] # the check has some open
}
# The status of a request: CURL-ARGUMENT... PATH
code() { rm -f "$T/body" && touch "$T/body" && curl -sS -o "$T/body" -D "$T/head" -w '%{http_code}' --path-as-is "${@:1:$#-1}" "$url${*: -1}"; }
# What comes back for bytes sent as they are: printf FORMAT
first() { printf "$@" | "$raw" send $port | head -n 1 | tr -d '\r'; }

ok keygen -o lab
ok keygen -o other
head -c 9000000 /dev/urandom >big.bin
echo "a licence" >LICENSE
ok pack big.bin LICENSE -o repo --key lab.key --name m --version 1.0.0+q8 -q
ok pack LICENSE -o repo --key lab.key --name old --version 1 --created 2001-01-01 --expires 2999-01-01 -q
mkdir -p repo/metadata/roles
echo '{"here": 1}' >repo/index.json
echo '{"root": 1}' >repo/metadata/1.root.json
echo '{"lab": 1}' >repo/metadata/roles/lab.json
big=$(cd repo && find objects -type f -size +3000k | sort | head -n 1)
hex=$(basename "$big")
size=$(stat -c %s "repo/$big")

# ---- every file, by every client, as it lies there ----

six=
grep -q '^0*01 .* lo$' /proc/net/if_inet6 2>/dev/null && six="--bind ::1" || skip "no IPv6"
serve_repo $six --log access.log
same "one line" "$(wc -l <"$T/serve")" 1
contains "it says where" "$T/serve" "serving repo at http://127.0.0.1:$port/"
served=0
for f in $(cd repo && find . -type f | sed 's|^\./||'); do
    same "$f" "$(code "$f")" 200
    check "$f: other bytes" cmp -s "$T/body" "repo/$f"
    same "$f: length" "$(field Content-Length)" "$(stat -c %s "repo/$f")"
    same "$f: HEAD" "$(code -I "$f")" 200
    same "$f: HEAD, length" "$(field Content-Length)" "$(stat -c %s "repo/$f")"
    served=$((served + 1))
done
check "there was much to serve" [ $served -gt 8 ]
[ -z "$six" ] || contains "it says where" "$T/serve" " http://[::1]:$port/"
[ -z "$six" ] || check "by IPv6" cmp -s "repo/$big" <(curl -sS "http://[::1]:$port/$big")
check "HTTP/1.0" cmp -s "repo/$big" <(curl -sS -0 "$url$big")
check "+ in a version, encoded" curl -sSf -o /dev/null "${url}bundles/m/1.0.0%2Bq8/manifest.json"
same "host in the request line" "$(first 'GET http://a/index.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')" \
    "HTTP/1.1 200 OK"
for client in wget aria2c; do
    command -v $client >/dev/null || { skip "no $client" && continue; }
    case $client in
    wget) head -c 1000000 "repo/$big" >got && wget -q -c -O got "$url$big" ;;
    aria2c) aria2c -q -x 8 -s 8 -k 1M --allow-overwrite=true -o got "$url$big" ;;
    esac
    check "$client" cmp -s got "repo/$big"
    rm -f got
done

code "$big" >/dev/null
same "type of an object" "$(field Content-Type)" application/octet-stream
same "ETag of an object" "$(field ETag)" "\"$hex\""
same "an object never changes" "$(field Cache-Control)" "public, max-age=31536000, immutable"
same "Accept-Ranges" "$(field Accept-Ranges)" bytes
same "type is not guessed" "$(field X-Content-Type-Options)" nosniff
code bundles/m/1.0.0+q8/manifest.json >/dev/null
same "a manifest never changes" "$(field Cache-Control)" "public, max-age=31536000, immutable"
for f in index.json metadata/1.root.json bundles/m/1.0.0+q8/manifest.dsse; do
    code $f >/dev/null
    same "$f changes" "$(field Cache-Control)" no-cache
    same "type of $f" "$(field Content-Type)" application/json
done

# ---- parts, and what the client has already ----

part() { # TEXT RANGE FIRST-BYTE LENGTH
    same "$1: status" "$(code -H "Range: $2" "$big")" 206
    same "$1: Content-Range" "$(field Content-Range)" "bytes $3-$(($3 + $4 - 1))/$size"
    check "$1: other bytes" cmp -s "$T/body" <(tail -c +$(($3 + 1)) "repo/$big" | head -c "$4")
}
part "first bytes" bytes=0-9 0 10
part "in the middle" bytes=1000000-2999999 1000000 2000000
part "the end" bytes=-7 $((size - 7)) 7
part "from there on" bytes=2000000- 2000000 $((size - 2000000))
same "behind the end" "$(code -r "$size-" "$big")" 416
same "behind the end: Content-Range" "$(field Content-Range)" "bytes */$size"
bomb=bytes=0-0$(for i in $(seq 500); do printf ',%d-' $i; done)
for r in "$bomb" "bytes=0-1,5-6" "bytes=9-1" "bytes=x" "lines=0-1" "bytes=0-1;"; do
    same "not one range: ${r:0:20}" "$(code -H "Range: $r" "$big")" 200
    same "not one range: ${r:0:20}: whole" "$(stat -c %s "$T/body")" "$size"
done
same "two Range fields" "$(code -H "Range: bytes=0-1" -H "Range: bytes=4-5" "$big")" 200
same "a Range of HEAD" "$(code -I -r 0-9 "$big")" 200
same "not modified" "$(code -H "If-None-Match: \"x\", W/\"$hex\"" "$big")" 304
same "not modified: nothing sent" "$(stat -c %s "$T/body")" 0
same "modified" "$(code -H 'If-None-Match: "x"' "$big")" 200
same "If-Match" "$(code -H 'If-Match: "x"' "$big")" 412
same "If-Range, the same" "$(code -r 5- -H "If-Range: \"$hex\"" "$big")" 206
same "If-Range, another" "$(code -r 5- -H 'If-Range: "x"' "$big")" 200
code index.json >/dev/null
etag=$(field ETag)
same "index.json is as it was" "$(code -H "If-None-Match: $etag" index.json)" 304
echo '{"here": 2}' >repo/new && mv repo/new repo/index.json
same "index.json has changed" "$(code -H "If-None-Match: $etag" index.json)" 200
same "and gets no part of the old" "$(code -r 3- -H "If-Range: $etag" index.json)" 200

# ---- nothing else ----

echo secret >secret
cp lab.key repo/lab.key
cp LICENSE "repo/objects/${hex:0:2}/.$hex.mzg-abcdefghijkl"
cp LICENSE repo/bundles/m/1.0.0+q8/.manifest.json.mzg-abcdefghijkl
cp LICENSE repo/.hidden
zeros=$(printf '0%.0s' $(seq 64))
mkdir -p repo/objects/00
ln -s ../../../secret "repo/objects/00/$zeros"
ln -s ../../secret repo/metadata/link.json
ln -s .. repo/metadata/up
ln -s m repo/bundles/link
mkfifo repo/metadata/fifo.json
mkdir repo/metadata/folder.json
for p in objects objects/ "objects/${hex:0:2}" bundles/ bundles/m/ metadata/ \
    ../secret ../../secret objects/../../secret "objects/${hex:0:2}/../../../secret" \
    %2e%2e/secret ..%2fsecret ..%2Fsecret %2e%2e%2fsecret %252e%252e%252fsecret ..%5csecret '..\secret' \
    ..%c0%afsecret %c0%ae%c0%ae/secret ..%00/secret .../secret ./index.json /index.json "$PWD/secret" \
    metadata/../../secret metadata/%2e%2e/%2e%2e/secret metadata/up/secret metadata/up/up/secret \
    metadata/link.json "objects/00/$zeros" bundles/link/1.0.0+q8/manifest.json \
    metadata/fifo.json metadata/folder.json lab.key .hidden "objects/${hex:0:2}/.$hex.mzg-abcdefghijkl" \
    bundles/m/1.0.0+q8/.manifest.json.mzg-abcdefghijkl index.json%00 index.json%00.html index.json/ \
    "objects/${hex:0:2}/$hex/" "objects/${hex:0:2}/${hex^^}" "objects/${hex:0:2}//$hex"; do
    same "'$p' is served" "$(code "$p")" 404
done
for p in '/../secret' '..' '/..;/secret' '/\x2e\x2e/secret' '/..\\secret' '//../secret' '*' 'http://a/../secret' \
    'file:///etc/passwd' '/..\xc0\xafsecret' '/index.json#/../secret'; do
    case $(first "GET $p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") in
    "HTTP/1.1 404 Not Found" | "HTTP/1.1 400 Bad Request") pass ;;
    *) fail "'$p' is served" ;;
    esac
done
rm -r repo/lab.key repo/.hidden "repo/objects/00/$zeros" repo/metadata/*link* repo/metadata/up \
    repo/bundles/link repo/metadata/f*.json
for method in POST PUT DELETE OPTIONS PATCH TRACE FROB; do
    same "$method" "$(code -X $method -d x "$big")" 405
    same "$method: Allow" "$(field Allow)" "GET, HEAD"
done
same "a body" "$(code -X GET -d x "$big")" 413
same "a body in chunks" "$(code -X GET -H 'Transfer-Encoding: chunked' -d x "$big")" 413
same "a body that does not come" "$(first "GET /$big HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")" \
    "HTTP/1.1 413 Content Too Large"
long=$(printf 'a%.0s' $(seq 40000))
case $(code -H "X-Long: $long" "$big") in 431 | 413 | 400) pass ;; *) fail "a huge header" ;; esac
case $(first "GET /$long HTTP/1.1\r\nHost: a\r\n\r\n") in
*414* | *400* | *431*) pass ;; *) fail "a huge path" ;; esac
case $(first "GET / HTTP/1.1\r\nHost: a\r\n$(printf 'X-%d: a\\r\\n' $(seq 2000))\r\n") in
*431* | *413* | *400*) pass ;; *) fail "many fields" ;; esac
for junk in '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' '\0\0\0\0' 'GET\r\n\r\n' '\r\n\r\n\r\n' \
    'GET /index.json HTTP/9.9\r\n\r\n' 'GET /index\0.json HTTP/1.1\r\nHost: a\r\n\r\n' '%%n%%n%%n\r\n\r\n' \
    'GET /index.json HTTP/1.1\r\nContent-Length: -1\r\n\r\n'; do
    case $(printf "$junk" | timeout 0.5 "$raw" send $port | head -n 1) in
    *" 200 "*) fail "junk is served: $junk" ;;
    *) pass ;;
    esac
done
same "three requests at once" "$(printf 'GET /index.json HTTP/1.1\r\nHost: a\r\n%b\r\n' '' '' \
    'Connection: close\r\n' | "$raw" send $port | grep -c '^HTTP/1.1 200 OK')" 3
same "no more than one connection" "$(curl -sS -o "$T/1" -o "$T/2" -w '%{num_connects}' "${url}index.json" "${url}nothing")" 10

# ---- aborted transfers leave nothing behind ----

"$raw" abort $port "/$big" 200
same "still serving" "$(code "$big")" 200
given_back

# ---- the log ----

stop
contains "the log" access.log "127.0.0.1 - - ["
contains "the log" access.log "\"GET /$big HTTP/1.1\" 206 2000000"
[ -z "$six" ] || contains "the log: IPv6" access.log "::1 - - ["
contains "the log: escaped" access.log '"GET /..\x5csecret HTTP/1.1" 404'
check "the log: no bytes of a terminal's" [ -z "$(tr -d '\n -~' <access.log)" ]
check "a line is a request" [ -z "$(grep -Evn '^[0-9a-f.:]+ - - \[[^]]+\] "[^"]*" [0-9]{3} ([0-9]+|-)$' access.log)" ]
same "nothing was said besides" "$(wc -l <"$T/serve")" 1

# ---- who is slow ----

serve_repo --timeout 1 --check-every 0
n=$("$raw" drip $port)
check "a header byte by byte was taken for $n tenths of a second" [ "$n" -lt 30 ]
"$raw" stall $port "/$big" 4000 >"$T/stalled" &
n=$(printf 'GET /index.json HTTP/1.1\r\nHost: a\r\n\r\n' | { time "$raw" send $port >/dev/null; } 2>&1 |
    sed -n 's/^real.*m\([0-9]*\)\..*/\1/p')
check "an idle connection stays for $n seconds" [ "$n" -lt 3 ]
wait %2 2>/dev/null || wait $!
check "a reader who takes nothing gets all" [ "$(cat "$T/stalled")" -lt "$size" ]
same "others are served" "$(code "$big")" 200
same "and the slow have gone" "$(health connections)" 1
stop

# ---- a thousand connections ----

serve_repo --check-every 0
hold() { # N SPREAD
    coproc HOLD { exec "$raw" hold $port "$@"; }
    read -r said <&"${HOLD[0]}"
    same "$1 connections of $2 addresses" "$said" held
}
let_go() { # sets n: how many were still there
    local pid=$HOLD_PID
    eval "exec ${HOLD[1]}>&-"
    read -r n <&"${HOLD[0]}"
    wait "$pid"
}
hold 1000 1
same "one address holds a thousand: others are served" "$(code "$big")" 200
let_go
check "one address keeps $n connections" [ "$n" -le 16 ]
hold 1000 1000
sleep 1.1
for _ in 1 2 3; do
    same "a thousand addresses: a new one is served" "$(code "$big")" 200
done
check "more connections than there may be" [ "$(health connections)" -le 576 ]
let_go
check "of a thousand $n are kept" [ "$n" -le 512 ]
same "when they have gone" "$(code "$big")" 200
stop
limit=300 serve_repo --check-every 0
contains "few files" "$T/serve.err" "only 300 files may be open at once"
hold 400 400
sleep 1.1
same "few files, all taken: a new one is served" "$(code "$big")" 200
let_go
stop

# ---- the rate, in equal parts ----

serve_repo --limit-rate 2M --check-every 0
small=$(cd repo && find objects -type f -size -3000k -size +100k | head -n 1)
check "the same bytes at a rate" cmp -s "repo/$small" <(curl -sS "$url$small")
"$raw" race $port "/$big" 8 1 1500 >"$T/race"
read -r a b <"$T/race"
check "eight connections got $a, one got $b" [ $((2 * a)) -le $((3 * b)) ]
check "one connection got $b, eight got $a" [ $((2 * b)) -le $((3 * a)) ]
check "together $((a + b)): above the rate" [ $((a + b)) -le 4500000 ]
check "together $((a + b)): far below the rate" [ $((a + b)) -ge 1200000 ]
"$raw" abort $port "/$big" 100
given_back
stop

# ---- the end ----

# A transfer of about a second is finished, one of a minute is not.
serve_repo --limit-rate 4M --check-every 0
curl -sS -o got "$url$big" &
client=$!
sleep 0.3
stop
wait $client
check "a transfer ends before the server" cmp -s got "repo/$big"
serve_repo --limit-rate 64k --check-every 0
for _ in 1 2 3; do
    curl -sS -o /dev/null "$url$big" 2>/dev/null &
    client=$!
done
sleep 0.2
before=$SECONDS
stop
check "the end takes $((SECONDS - before)) s" [ $((SECONDS - before)) -le 5 ]
wait $client
same "a transfer that is cut is known to be" $? 18
timeout --foreground --preserve-status -s INT 0.5 "$MZIGO" serve repo --bind 127.0.0.1 --port 0 >"$T/out" 2>"$T/err"
same "an interrupt" $? 130
same "is said in a line" "$(cat "$T/err")" "mzigo: serve: stopped by request"

# ---- health ----

serve_repo --trust lab.pub
looked read
same "sound: status" "$(health status)" ok
same "sound: bundles" "$(health bundles)" 2
stop
cp -r repo sick
repo=sick
printf X | dd of="sick/$big" bs=1 seek=500 conv=notrunc status=none
serve_repo
looked read
same "damaged: status" "$(health status)" degraded
same "damaged: the object" "$(health damaged_objects.0.object)" "$hex"
same "damaged: the bundle" "$(health damaged_bundles.0.bundle)" m@1.0.0+q8
stop
truncate -s 1000 "sick/$big"
serve_repo --check-every 0
looked
curl -sS "${url}healthz" >"$T/out"
contains "cut short" "$T/out" "1 have a wrong length"
stop
rm "sick/$big"
serve_repo --check-every 0
looked
curl -sS "${url}healthz" >"$T/out"
contains "missing" "$T/out" "1 are missing"
check "where the folder lies is nobody's business" [ -z "$(grep -F "$PWD" "$T/out")" ]
stop
cp "repo/$big" "sick/$big"
ok pack LICENSE -o sick --key lab.key --name gone --version 1 --created 2001-01-01 --expires 2002-02-02 -q
serve_repo --check-every 0
looked
same "expired" "$(health expired.0)" gone@1
same "expired: status" "$(health status)" degraded
stop
sed -i 's/1.0.0/1.0.1/' sick/bundles/m/1.0.0+q8/manifest.json
serve_repo --trust lab.pub --check-every 0
looked
same "a changed manifest" "$(health damaged_bundles.0.bundle)" m@1.0.0+q8
stop
repo=repo
serve_repo --trust other.pub --check-every 0
looked
contains "nobody trusted signed it" <(curl -sS "${url}healthz") "not trusted"
stop

# ---- the same folder behind nginx ----

. "$root/tests/net/nginx.sh"
[ -n "$nginx" ] || skip "no nginx"
if [ -n "$nginx" ]; then
    serve_repo --check-every 0
    free=$port # what the system gave a moment ago
    stop
    nginx_configure "$PWD/nginx" "$PWD/repo" "$free"
    "$nginx" -t -p "$PWD/nginx" -c nginx.conf >"$T/out" 2>"$T/err"
    same "nginx -t" $? 0
    "$nginx" -p "$PWD/nginx" -c nginx.conf >"$T/out" 2>"$T/err" &
    nginx_pid=$!
    serve_repo --check-every 0
    ours=$url theirs=http://127.0.0.1:$free/
    for _ in $(seq 100); do
        curl -sS -o /dev/null "$theirs" 2>/dev/null && break
        sleep 0.05
    done
    cp LICENSE "repo/objects/${hex:0:2}/.$hex.mzg-abcdefghijkl"
    cp lab.key repo/lab.key
    ln -s ../../secret repo/metadata/link.json
    for f in $(cd repo && find . -type f ! -name 'lab.key' ! -name '.*' | sed 's|^\./||'); do
        for range in "" 0-99 50- -10; do
            for from in ours theirs; do
                url=${!from} code ${range:+-r $range} "$f" >"$T/code.$from"
                mv "$T/body" "$T/body.$from"
                for h in Content-Length Content-Range Content-Type Cache-Control Accept-Ranges \
                    X-Content-Type-Options; do
                    [ $h.$(cat "$T/code.$from") = Accept-Ranges.206 ] || echo "$h: $(field $h)"
                done >"$T/head.$from"
            done
            same "nginx: $f $range: status" "$(cat "$T/code.theirs")" "$(cat "$T/code.ours")"
            [ "$(cat "$T/code.ours")" != 416 ] || continue # an error's page is its server's own
            check "nginx: $f $range: other bytes" cmp -s "$T/body.ours" "$T/body.theirs"
            check "nginx: $f $range: other fields" diff "$T/head.ours" "$T/head.theirs"
        done
    done
    url=$theirs
    for p in "" objects/ lab.key metadata/link.json "objects/${hex:0:2}/.$hex.mzg-abcdefghijkl" ../secret \
        %2e%2e/secret metadata/../../secret bundles/m/1.0.0+q8/; do
        case $(code "$p") in 403 | 404 | 400) pass ;; *) fail "nginx: '$p' is served" ;; esac
    done
    case $(code -X POST -d x "$big") in 403 | 405) pass ;; *) fail "nginx: POST" ;; esac
    code "$big" >/dev/null
    etag=$(field ETag)
    same "nginx: not modified" "$(code -H "If-None-Match: $etag" "$big")" 304
    kill -QUIT $nginx_pid
    wait $nginx_pid
    rm "repo/objects/${hex:0:2}/.$hex.mzg-abcdefghijkl" repo/lab.key repo/metadata/link.json
    stop
fi

# ---- usage ----

serve_repo --json
same "json: one line" "$(wc -l <"$T/serve")" 1
same "json" "$(head -n 1 "$T/serve" | "$B/tests/cli/json" urls.0)" "$url"
no 8 "cannot listen on 127.0.0.1, port $port" serve repo --bind 127.0.0.1 --port $port
code index.json >/dev/null
stop
same "json at the end" "$(tail -n +2 "$T/serve" | "$B/tests/cli/json" requests)" 1
no 3 "nosuch" serve nosuch --port 0
no 3 "LICENSE" serve LICENSE --port 0
no 3 "nosuch.pub" serve repo --port 0 --trust nosuch.pub
no 3 "nosuch" serve repo --port 0 --log nosuch/log
no 2 "no address to listen on: 'nosuch.invalid'" serve repo --bind nosuch.invalid
no 2 "option --port" serve repo --port 65536
for rate in 0 64q k -1 1.5.2M 1kk 99999999999999999999 99999G; do
    no 2 "option --limit-rate" serve repo --limit-rate "$rate"
done
same "--json --log -: status" "$("$MZIGO" serve repo --json --log - >"$T/out" 2>"$T/err"; echo $?)" 2
(ulimit -n 64 && exec "$MZIGO" serve repo --port 0) >"$T/out" 2>"$T/err"
same "too few files: status" $? 7
finish
