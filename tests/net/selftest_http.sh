# Sourced by selftest.sh: without rules, faulty is a good server. Leaves www/objects/a of 300000 bytes
# that do not repeat, b of 10, and the helpers.
seq 100000 160000 | head -c 300000 >www/objects/a
printf 'bbbbbbbbbb' >www/objects/b
: >www/objects/none

# curl for objects/NAME of server s: sets status (curl's own) and code (HTTP's); body in got, head in
# head.
get() { # NAME [OPTION]...
    local name=$1
    shift
    rm -f got head
    code=$(curl -s -m 10 -D head -o got -w '%{http_code}' "$@" "$url/objects/$name")
    status=$?
    [ -e got ] || : >got
}
size() { stat -c %s "$1"; }
head_has() { tr -d '\r' <head | grep -qixF -- "$1"; }
# A column of the log's last line, once it has as many lines as there were requests.
last() { # COLUMN
    sleep 0.05
    tail -n 1 "$T/s.log" | cut -d ' ' -f "$1"
}
part() { tail -c "+$(($1 + 1))" www/objects/a | head -c "$2"; } # OFFSET LENGTH

rules s
serve s www
get a
same "plain: status" "$code" 200
check "plain: body" cmp -s got www/objects/a
check "plain: its length is said" head_has "Content-Length: 300000"
same "plain: log" "$(last 1-4) $(last 6-7) $(last 9-10)" "GET /objects/a - 200 300000 whole 1 -"
same "plain: bytes of the head" "$(last 5)" "$(size head)"
etag=$(tr -d '\r' <head | awk 'tolower($1) == "etag:" { print $2 }')
modified=$(tr -d '\r' <head | sed -n 's/^Last-Modified: //p')

get a -r 1000-1999
same "range" "$code $(last 3) $(last 6)" "206 bytes=1000-1999 1000"
check "range: bytes" cmp -s got <(part 1000 1000)
check "range: Content-Range" head_has "Content-Range: bytes 1000-1999/300000"
get a -r 299990-
check "range to the end" cmp -s got <(part 299990 10)
get a -r -7
check "the last bytes" cmp -s got <(part 299993 7)
get a -r 299990-400000
same "range beyond the end" "$code $(size got)" "206 10"
get a -r 300000-
same "range behind the end" "$code" 416
check "range behind the end: size" head_has "Content-Range: bytes */300000"
get a -H "Range: bytes=5-4"
same "no range: the whole" "$code $(size got)" "200 300000"
# Several parts, until they are more than the file.
gap() { printf '\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes %s/300000\r\n\r\n' "$1" "$2"; }
get a -r 5-9,299000-299999,-7
same "several parts" "$code" 206
mark=$(tr -d '\r' <head | sed -n 's|^Content-Type: multipart/byteranges; boundary=||p')
{
    gap "$mark" 5-9
    part 5 5
    gap "$mark" 299000-299999
    part 299000 1000
    gap "$mark" 299993-299999
    part 299993 7
    printf '\r\n--%s--\r\n' "$mark"
} >parts
check "several parts: body" cmp -s got parts
check "several parts: length" head_has "Content-Length: $(size parts)"
check "several parts: no Content-Range" [ "$(grep -ci '^content-range' head)" = 0 ]
for r in 0-299999,0-0 5-9,300000- 5-9,9-5 5-9,; do
    get a -H "Range: bytes=$r"
    same "no parts to be had ($r): the whole" "$code $(size got)" "200 300000"
done
get a -H "Range: bytes=0-0$(printf ',%d-%d' $(seq 2 1001))"
same "many parts" "$code $(grep -ac '^Content-Range' got)" "206 501"
get a -r 1-2 -H "If-Range: $etag"
same "If-Range, tag" "$code" 206
get a -r 1-2 -H "If-Range: $modified"
same "If-Range, date" "$code" 206
get a -r 1-2 -H 'If-Range: "other"'
same "If-Range, another file" "$code $(size got)" "200 300000"
get a -H "If-None-Match: $etag"
same "If-None-Match" "$code $(size got)" "304 0"
get a -I
same "HEAD" "$code $(last 1) $(last 6)" "200 HEAD 0"
check "HEAD: length" head_has "Content-Length: 300000"
get none
same "an empty file" "$code $(size got)" "200 0"
get nothing
same "not there" "$code" 404
get ../../../rules --path-as-is
same "out of the folder" "$code" 400
get %61?query
check "escapes and a query" cmp -s got www/objects/a
get a -X POST -d abc
same "POST" "$code" 405

# One connection for several requests, unless it is to be closed.
curl -s "$url/objects/a" "$url/objects/b" "$url/objects/nothing" >/dev/null
sleep 0.05
same "kept alive: connections" "$(tail -n 3 "$T/s.log" | cut -d ' ' -f 9 | sort -u | wc -l)" 1
curl -s -H 'Connection: close' "$url/objects/b" "$url/objects/b" >/dev/null
sleep 0.05
same "Connection: close" "$(tail -n 2 "$T/s.log" | cut -d ' ' -f 9 | sort -u | wc -l)" 2
curl -s -0 "$url/objects/b" >got
same "HTTP/1.0" "$(cat got)" bbbbbbbbbb

# Request bytes are those of the request, and two requests at once are two.
exec 3<>"/dev/tcp/127.0.0.1/${url##*:}"
printf 'GET /objects/b HTTP/1.1\r\nHost: x\r\n\r\nGET /objects/b HTTP/1.1\r\nConnection: close\r\n\r\n' >&3
same "pipelined" "$(grep -c bbbbbbbbbb <&3)" 2
exec 3>&-
same "request bytes" "$(tail -n 2 "$T/s.log" | cut -d ' ' -f 8 | paste -sd ' ')" "36 46"

before=$(ls "/proc/${served[s]}/fd" | wc -l)
for i in 1 2 3 4 5; do
    curl -s "$url/objects/a" | head -c 1 >/dev/null
done
sleep 0.1
same "no descriptor stays" "$(ls "/proc/${served[s]}/fd" | wc -l)" "$before"
