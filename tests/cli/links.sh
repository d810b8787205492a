# links: the metalinks and torrents that serve makes of a bundle's files: the right digests in a right form, the
# same on every mirror, and none of what is damaged or nobody trusted signed.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"

# CURL-ARGUMENT... PATH: the answer into $T/body, its fields into $T/head; says its status.
get() {
    rm -f "$T/body" && touch "$T/body"
    curl -sS -o "$T/body" -D "$T/head" -w '%{http_code}' --path-as-is -H "Host: ${host:-school.lan:8420}" "${@:1:$#-1}" "$url${*: -1}"
}
# Waits until PATH is no longer answered by 503; says what it is answered by.
settled() { # PATH
    local status i
    for ((i = 0; i < 1000; i++)); do
        status=$(get "$1")
        [ "$status" = 503 ] || break
        sleep 0.05
    done
    echo "$status"
}
at() { "$B/tests/cli/bencode" "$1" <"${2:-$T/body}"; } # PATH [FILE]
# The digests of a file's pieces, a line each: sha1sum|sha256sum FILE LENGTH
pieces() {
    local i size
    size=$(stat -c %s "$2")
    for ((i = 0; i * $3 < size; i++)); do dd if="$2" bs="$3" skip=$i count=1 status=none | "$1" | cut -d ' ' -f 1; done
}
well_formed() { if command -v xmllint >/dev/null; then check "$1: xmllint" xmllint --noout "$T/body"; fi; } # TEXT
# The text of the metalink's elements of this name, a line each.
element() { sed -n "s|^ *<$1[^>]*>\(.*\)</$1>\$|\1|p" "$T/body"; }

ok keygen -o lab
ok keygen -o other
evil="a & b's #1%;.gguf"
evil_url=a%20%26%20b%27s%20%231%25%3B.gguf
head -c 700000 /dev/urandom >m.gguf
head -c 262144 /dev/urandom >"$evil"
echo "a licence" >LICENSE
echo "the publisher's own" >LICENSE.torrent
long=$(printf '#%.0s' $(seq 240)) long_url=$(printf '%%23%.0s' $(seq 240))
cp LICENSE "$long"
ok pack m.gguf "$evil" LICENSE LICENSE.torrent -o repo --key lab.key --name m --version 1.0+q8 -q
ok pack m.gguf "$long" -o repo --key lab.key --name m --version 2 -q
ok pack LICENSE -o repo --key other.key --name strange --version 1 -q
# As mirror --plain makes them; of the second version there is only the second file.
mkdir -p repo/plain/m/2 repo/plain/m/1.0+q8 repo/plain/strange/1
cp m.gguf "$evil" LICENSE LICENSE.torrent repo/plain/m/1.0+q8
cp LICENSE repo/plain/strange/1
cp "$long" repo/plain/m/2
b=plain/m/1.0%2Bq8
sha256=$(sha256sum m.gguf | cut -d ' ' -f 1)

# ---- a metalink, at once and with its pieces ----

serve repo --check-every 0
same "a metalink" "$(get $b/m.gguf.meta4)" 200
same "its type" "$(field Content-Type)" application/metalink4+xml
same "it may change" "$(field Cache-Control)" no-cache
etag=$(field ETag)
well_formed "without pieces"
same "a file" "$(grep -c '<file name="m.gguf">' "$T/body")" 1
same "its size" "$(element size)" 700000
same "its digest" "$(element hash)" "$sha256"
same "where it is" "$(element url)" "http://school.lan:8420/$b/m.gguf"
check "no pieces yet" [ -z "$(grep pieces "$T/body")" ]
same "the torrent is there when the file was read" "$(settled $b/m.gguf.torrent)" 200
cp "$T/body" m.torrent
same "the metalink, then" "$(get -H "If-None-Match: $etag" $b/m.gguf.meta4)" 200
well_formed "with pieces"
same "how long a piece is" "$(grep -c '<pieces length="262144" type="sha-256">' "$T/body")" 1
same "its digests" "$(element hash)" "$(echo "$sha256" && pieces sha256sum m.gguf 262144)"
etag=$(field ETag) size=$(stat -c %s "$T/body")
cp "$T/body" m.meta4
same "again" "$(get -H "If-None-Match: $etag" $b/m.gguf.meta4)" 304
same "HEAD" "$(get -I $b/m.gguf.meta4)" 200
same "HEAD: length" "$(field Content-Length)" "$size"
same "a part" "$(get -r 100-199 $b/m.gguf.meta4)" 206
check "a part" cmp -s "$T/body" <(tail -c +101 m.meta4 | head -c 100)

# ---- a torrent ----

same "type" "$(get -I $b/m.gguf.torrent >/dev/null && field Content-Type)" application/x-bittorrent
same "length" "$(at info.length m.torrent)" i700000e
same "name" "$(at info.name m.torrent)" m.gguf
same "piece length" "$(at 'info.piece length' m.torrent)" i262144e
same "pieces" "$(at info.pieces m.torrent | od -An -v -tx1 | tr -d ' \n' | fold -w 40)" "$(pieces sha1sum m.gguf 262144)"
same "not private" "$(at info.private m.torrent)" i0e
same "where it is" "$(at url-list m.torrent)" "l$(printf %s "http://school.lan:8420/$b/m.gguf" | wc -c):http://school.lan:8420/$b/m.gguf""e"
at info m.torrent >m.info
same "by another name" "$(host=10.0.0.5 get $b/m.gguf.torrent)" 200
same "by another name: where it is" "$(at url-list.0)" "http://10.0.0.5/$b/m.gguf"
at info >info
check "by another name: the same torrent" cmp info m.info
# The same file elsewhere; known already.
same "in another version" "$(get plain/m/2/m.gguf.torrent)" 200
at info >info
check "in another version: the same torrent" cmp info m.info

# ---- names ----

same "a name with everything" "$(settled $b/$evil_url.torrent)" 200
same "a name with everything: torrent" "$(at info.name)" "$evil"
same "a name with everything: its one piece" "$(at info.pieces | od -An -v -tx1 | tr -d ' \n')" "$(pieces sha1sum "$evil" 262144)"
same "a name with everything: where it is" "$(at url-list.0)" "http://school.lan:8420/$b/$evil_url"
same "a name with everything: metalink" "$(get $b/$evil_url.meta4)" 200
well_formed "a name with everything"
contains "a name with everything: escaped" "$T/body" '<file name="a &amp; b&#39;s #1%;.gguf">'
same "a name with everything: where" "$(element url)" "http://school.lan:8420/$b/$evil_url"
same "it is there" "$(get "$b/$evil_url")" 200
check "it is there" cmp -s "$T/body" "$evil"
same "its link" "$(field Link)" "<$evil_url.meta4>; rel=describedby; type=\"application/metalink4+xml\""
hex=$(field Repr-Digest | sed 's/^sha-256=:\(.*\):$/\1/' | openssl base64 -d | od -An -v -tx1 | tr -d ' \n')
same "its digest" "$hex" "$(sha256sum "$evil" | cut -d ' ' -f 1)"
same "and as it was called before" "$(field Digest)" "SHA-256=$(field Repr-Digest | sed 's/^sha-256=:\(.*\):$/\1/')"
same "a long name" "$(get "plain/m/2/$long_url")" 200
same "a long name: its link" "$(field Link)" "<$long_url.meta4>; rel=describedby; type=\"application/metalink4+xml\""
same "a long name: metalink" "$(get "plain/m/2/$long_url.meta4")" 200
same "a long name: where it is" "$(element url)" "http://school.lan:8420/plain/m/2/$long_url"
same "a bundle's own file comes first" "$(get $b/LICENSE.torrent)" 200
check "a bundle's own file comes first" cmp -s "$T/body" LICENSE.torrent
same "and has its own link" "$(settled $b/LICENSE.torrent.torrent)" 200
same "and has its own link" "$(at info.name)" LICENSE.torrent
same "of all files" "$(get $b/.meta4)" 200
well_formed "of all files"
same "of all files" "$(element url | sed "s|http://school.lan:8420/$b/||" | tr '\n' ' ')" "m.gguf $evil_url LICENSE LICENSE.torrent "
same "of all files: digests" "$(element hash | grep -cx "$(sha256sum m.gguf | cut -d ' ' -f 1)")" 1
for p in $b/.torrent $b/meta4 $b/other.meta4 $b/m.gguf.META4 $b/m.gguf.meta4/ $b/m.gguf/.meta4 $b/m.gguf.meta4.meta4 \
    $b/m.gguf%2Fmeta4 $b/m.gguf.meta4%00 $b/%2e%2e/1.0%2Bq8/m.gguf.meta4 $b/..%2f1.0+q8%2fm.gguf.torrent \
    $b//m.gguf.meta4 plain/m/m.gguf.meta4 plain/m/3/m.gguf.torrent $b/m.gguf.torrents $b/m.gguf%2etorren%; do
    same "$p" "$(get "$p")" 404
done
for evil_host in 'Host: a"b' 'Host: a<b' "Host: a'b" 'Host: a b' 'Host: a/b' 'Host: a&b' 'Host: a:99999999' \
    'Host: [::1' 'Host;' 'Host:' "Host: $(printf 'a%.0s' $(seq 256))"; do
    for p in $b/m.gguf.meta4 $b/m.gguf.torrent; do
        same "'$evil_host'" "$(curl -sS -0 -o "$T/body" -w '%{http_code}' -H "$evil_host" "$url$p")" 400
    done
done
same "an address for a host" "$(host=[fd00::1]:80 get $b/m.gguf.meta4)" 200
same "an address for a host" "$(element url)" "http://[fd00::1]:80/$b/m.gguf"
stop

# ---- out of objects, on another server ----

serve repo --check-every 0 --trust lab.pub
same "not of what nobody trusted signed" "$(get plain/strange/1/LICENSE.meta4)" 404
same "not of what nobody trusted signed: torrent" "$(get plain/strange/1/LICENSE.torrent)" 404
same "not of what nobody trusted signed: all files" "$(get plain/strange/1/.meta4)" 404
same "it was not there yet" "$(get plain/m/2/m.gguf.torrent)" 503
case $(field Retry-After) in [1-9]*) pass ;; *) fail "no Retry-After" ;; esac
same "out of objects" "$(settled plain/m/2/m.gguf.torrent)" 200
at info >info
check "out of objects: the same torrent" cmp info m.info
stop
serve repo --check-every 0
same "nobody is trusted" "$(get plain/strange/1/LICENSE.meta4)" 200
same "nobody is trusted: all files" "$(get plain/strange/1/.meta4)" 200
stop # while it may be reading

# ---- damaged ----

printf X | dd of=repo/plain/m/1.0+q8/m.gguf bs=1 seek=500000 conv=notrunc status=none
cmp -s repo/plain/m/1.0+q8/m.gguf m.gguf && printf Y | dd of=repo/plain/m/1.0+q8/m.gguf bs=1 seek=500000 conv=notrunc status=none
serve repo --check-every 0
same "other bytes" "$(settled $b/m.gguf.torrent)" 404
same "other bytes: metalink" "$(get $b/m.gguf.meta4)" 200
check "other bytes: no pieces" [ -z "$(grep pieces "$T/body")" ]
looked
curl -sS "${url}healthz" >"$T/out"
json_is status degraded
json_is damaged_bundles.0.bundle m@1.0+q8
json_is damaged_bundles.0.fault "m.gguf: content does not match the file's digest"
get en/m/1.0+q8 >/dev/null
contains "the page knows" "$T/body" "<strong>Damaged.</strong>"
check "and does not offer it" [ -z "$(grep 'href="/plain/' "$T/body")" ]
stop
finish
