# page: what a browser gets from serve: two languages, what is there and who signed it, nothing that a manifest
# could do to it.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"

# CURL-ARGUMENT... PATH: the page into $T/page, its fields into $T/head; says its status.
get() {
    rm -f "$T/page" && touch "$T/page"
    curl -sS -o "$T/page" -D "$T/head" -w '%{http_code}' -H "Host: ${host:-school.lan:8420}" "${@:1:$#-1}" "$url${*: -1}"
}
has() { contains "$1" "$T/page" "$2"; } # TEXT SUBSTRING
lacks() { check "$1: '$2' is there" [ -z "$(grep -F -- "$2" "$T/page")" ]; }

# Every element ends where it should, no id is there twice, headings go down step by step.
sound() { # TEXT
    grep -o '<[^!][^>]*>' "$T/page" | awk '
        function bad(why) { print why; exit }
        { closes = /^<\//; alone = /\/>$/; name = $0; gsub(/^<\/?|[ \/>].*$/, "", name) }
        match($0, / id="[^"]*"/) { if (ids[substr($0, RSTART, RLENGTH)]++) bad("twice: " $0) }
        !closes && name ~ /^h[1-6]$/ { level = substr(name, 2); if (level > at + 1) bad("skips to " $0); at = level }
        !closes && name == "h1" { h1++ }
        closes { if (stack[n--] != name) bad("not due: " $0); next }
        !alone { stack[++n] = name }
        END { if (n) print "open: " stack[n]; if (h1 != 1) print "h1: " h1 }' >"$T/unsound"
    check "$1: $(head -n 1 "$T/unsound")" [ ! -s "$T/unsound" ]
    if command -v xmllint >/dev/null; then check "$1: xmllint" xmllint --noout "$T/page"; fi
}

ok keygen -o lab
ok keygen -o other
"$MZIGO" convert "$root/samples/shamba" -o shamba-q8_0.gguf --to Q8_0 -q >"$T/out"
echo "a licence" >LICENSE

# ---- nothing there ----

mkdir empty
serve empty --check-every 0
same "empty" "$(get en/)" 200
sound "empty"
has "empty" "There is nothing here yet"
same "empty, in Swahili" "$(get -H 'Accept-Language: sw' "")" 200
has "empty, in Swahili" "Bado hakuna kitu hapa"
stop

# ---- two languages ----

ok pack shamba-q8_0.gguf LICENSE -o repo --key lab.key --name shamba --version 1.0.0 --licence Apache-2.0 \
    --created 2026-10-02 -q
ok pack shamba-q8_0.gguf LICENSE -o repo --key lab.key --name shamba --version 1.1.0+q8 --licence Apache-2.0 \
    --created 2026-11-07 --expires 2999-06-30 -q
ok pack LICENSE -o repo --key other.key --name strange --version 1 -q
ok pack LICENSE -o repo --key lab.key --name stale --version 1 --created 2001-01-01 --expires 2002-02-03 -q
cp LICENSE parts-00001-of-00002.gguf
cp LICENSE parts-00002-of-00002.gguf
ok pack parts-*.gguf -o repo --key lab.key --name parts --version 1 -q
mkdir -p repo/plain/shamba/1.1.0+q8
cp LICENSE repo/plain/shamba/1.1.0+q8/hidden # which no manifest names
serve repo --check-every 0
for wish in ":en" "sw:sw" "sw-KE,sw;q=0.9,en;q=0.8:sw" "en,sw:en" "fr:en" "sw;q=0:en" ";q=,,:en"; do
    same "wish '$wish'" "$(get -H "Accept-Language: ${wish%:*}" "")" 200
    has "wish '$wish'" "<html lang=\"${wish##*:}\">"
    same "wish '$wish': Content-Language" "$(field Content-Language)" "${wish##*:}"
    same "wish '$wish': Vary" "$(field Vary)" Accept-Language
done
cp "$T/page" chosen
same "/en" "$(get en)" 200
check "/ is /en/" cmp -s "$T/page" chosen
same "/en/" "$(get en/)" 200
check "/en is /en/" cmp -s "$T/page" chosen
same "/en/: Vary" "$(field Vary)" ""
same "type" "$(field Content-Type)" "text/html; charset=utf-8"
same "kept, but asked about" "$(field Cache-Control)" no-cache
same "type is not guessed" "$(field X-Content-Type-Options)" nosniff
case $(field Content-Security-Policy) in "default-src 'none'; style-src 'self'; "*) pass ;; *) fail "no policy" ;; esac
lacks "no script" "<script"
lacks "nothing from elsewhere" "https:"
size=$(stat -c %s "$T/page")
[ "$size" -gt 5000 ] || fail "a page of $size bytes says little"
style=$(curl -sS "${url}style.css" | wc -c)
check "$size and $style bytes are more than 30 kB" [ $((size + style)) -lt 30000 ]
sound "list"
same "four names, a card each" "$(grep -c '<article' "$T/page")" 4
has "list" '<h2 id="m-shamba">shamba</h2>'
has "list: version" "Version 1.1.0+q8"
has "list: date" "7 November 2026"
has "list: device" "a laptop with 4"
has "list: quality" "8 bits, practically no loss (Q8_0)"
has "list: licence" "Apache-2.0"
has "list: no licence" "not stated"
has "list: nobody is trusted" "Not checked."
has "list: expired" "It was valid until 3 February 2002"
has "list: button" 'href="/plain/shamba/1.1.0%2Bq8/shamba-q8_0.gguf" download'
lacks "list: expired is not offered" "/plain/stale/"
has "list: expired" "Details<span"
has "list: its page" 'href="/en/shamba/1.1.0%2Bq8"'
has "list: the other language" 'hreflang="sw" href="/sw/"'
same "list, in Swahili" "$(get sw/)" 200
sound "list, in Swahili"
for text in "Modeli za AI kwenye seva hii" "Toleo 1.1.0+q8" "7 Novemba 2026" "biti 8, karibu hakuna kinachopotea" \
    Pakua Leseni Haijakaguliwa "Muda umekwisha" "kompyuta mpakato"; do
    has "list, in Swahili" "$text"
done
lacks "list, in Swahili" Licence

# ---- a bundle ----

same "its page" "$(get en/shamba)" 200
cp "$T/page" newest
sound "its page"
same "its page by version" "$(get en/shamba/1.1.0%2Bq8)" 200
check "no version: the newest" cmp -s "$T/page" newest
same "a plus as it is" "$(get en/shamba/1.1.0+q8)" 200
has "its page: every file" 'href="/plain/shamba/1.1.0%2Bq8/LICENSE" download'
has "its page: digest" "$(sha256sum shamba-q8_0.gguf | cut -d ' ' -f 1)"
has "its page: until" "30 June 2999"
has "its page: how to use it" "To use it, open it in a program that runs GGUF models"
has "its page: mzigo" "mzigo pull http://school.lan:8420 shamba@1.1.0+q8 -o models --trust PUBLISHER.pub"
has "its page: aria2" "aria2c -c --follow-metalink=mem &#39;http://school.lan:8420/plain/shamba/1.1.0%2Bq8/shamba-q8_0.gguf.meta4&#39;"
has "its page: Ollama" "ollama pull school.lan:8420/mzigo/shamba:1.1.0_q8 --insecure"
get sw/shamba >/dev/null
has "its page: Ollama, in Swahili" "Ollama: huiendesha kwenye kompyuta yako"
get en/strange >/dev/null
lacks "no model: no Ollama" "ollama pull"
get en/shamba >/dev/null
has "its page: llama.cpp" "<code>HF_ENDPOINT=http://school.lan:8420 llama-cli -hf mzigo/shamba</code>"
has "its page: hf" "<code>HF_ENDPOINT=http://school.lan:8420 hf download mzigo/shamba --local-dir models</code>"
get sw/shamba >/dev/null
has "its page, in Swahili: llama.cpp" "llama.cpp: hupakua modeli mara moja"
has "its page, in Swahili: hf" "hf, programu ya Hugging Face"
has "its page: aria2, in Swahili" "aria2: huendelea"
get en/parts >/dev/null
has "parts of a model: all of them by aria2" "&#39;http://school.lan:8420/plain/parts/1/.meta4&#39;"
get en/shamba/1.0.0 >/dev/null
has "not the newest: hf" "hf download mzigo/shamba --revision 1.0.0 --local-dir models</code>"
lacks "not the newest: llama.cpp" "llama-cli"
get en/shamba >/dev/null

# ---- the files themselves ----

plain=plain/shamba/1.1.0%2Bq8
same "a download" "$(get $plain/shamba-q8_0.gguf)" 200
check "the file" cmp -s "$T/page" shamba-q8_0.gguf
digest=$(sha256sum shamba-q8_0.gguf | cut -d ' ' -f 1)
same "its ETag" "$(field ETag)" "\"$digest\""
same "a part" "$(get -r 100-199 $plain/shamba-q8_0.gguf)" 206
check "the part" cmp -s "$T/page" <(tail -c +101 shamba-q8_0.gguf | head -c 100)
same "again" "$(get -H "If-None-Match: \"$digest\"" $plain/shamba-q8_0.gguf)" 304
for p in plain plain/ plain/shamba plain/shamba/1.1.0+q8 $plain/ $plain/other.gguf plain/shamba/9/LICENSE \
    plain/shamba//LICENSE $plain/..%2f..%2fLICENSE $plain/%2e%2e/1.1.0%2Bq8/LICENSE $plain/LICENSE%00 $plain/LICENSE/ \
    $plain//LICENSE plain/%2e%2e/shamba/LICENSE $plain/hidden $plain/LICENSE%; do
    same "$p" "$(get --path-as-is $p)" 404
done
get en/shamba >/dev/null
has "its page: time" '<th scope="row">64 kbit/s (2G)</th><td>9 min</td>'
has "its page: the other version" 'href="/en/shamba/1.0.0"'
has "its page: the other language" 'hreflang="sw" href="/sw/shamba/1.1.0%2Bq8"'
has "its page: where from" "mzigo.convert.to"
has "its page: how large a model" "<bdi>3.7 million</bdi>"
has "its page: how long a text" "<bdi>512 tokens"
same "an old version" "$(get sw/shamba/1.0.0)" 200
sound "an old version"
has "an old version: mzigo" "shamba@1.0.0 -o models"
for p in en/none en/shamba/9 sw/shamba/1.0.0/x en/../repo en/%2e%2e/x en/shamba%00 en//shamba sw/%3Cscript%3E; do
    same "$p" "$(get --path-as-is "$p")" 404
    case $p in sw*) has "$p" "Hakuna modeli kama hiyo" ;; *) has "$p" "There is no such model here" ;; esac
    sound "$p"
done
for p in ennn english sv/ EN/ style.css/ style.cssx; do same "$p" "$(get "$p")" 404; done

# ---- asked again ----

for p in "" en/ sw/shamba style.css; do
    get "$p" >/dev/null
    etag=$(field ETag) size=$(stat -c %s "$T/page")
    same "$p: again" "$(get -H "If-None-Match: $etag" "$p")" 304
    same "$p: again: nothing is sent" "$(stat -c %s "$T/page")" 0
    same "$p: again: ETag" "$(field ETag)" "$etag"
    same "$p: another" "$(get -H 'If-None-Match: "x"' "$p")" 200
    same "$p: If-Match" "$(get -H 'If-Match: "x"' "$p")" 412
    same "$p: a part is not to be had" "$(get -r 0-9 "$p")" 200
    same "$p: HEAD" "$(get -I "$p")" 200
    same "$p: HEAD: length" "$(field Content-Length)" "$size"
    same "$p: HEAD, again" "$(get -I -H "If-None-Match: $etag" "$p")" 304
done
get en/ >/dev/null
etag=$(field ETag)
for evil in 'a"onmouseover=x' '<script>' 'a b' 'a;reboot' '$(reboot)' 'a:99999999' '[::1'; do
    same "the host '$evil'" "$(host=$evil get en/shamba)" 400
done
same "an address for a host" "$(host=[fd00::1]:80 get en/shamba)" 200
has "an address for a host" "mzigo pull &#39;http://[fd00::1]:80&#39; "
lacks "an address for a host: Ollama takes none" "ollama pull"
same "another name for the host" "$(host=127.0.0.1 get -H "If-None-Match: $etag" en/)" 200
lacks "a phone cannot open it" "<svg class"
if grep -q MZG_HAVE_QRENCODE "$B/flags.stamp"; then
    get en/ >/dev/null
    has "a square to photograph" '<svg class="qr" role="img" aria-label="Open this page on a phone"'
    sound "a square to photograph"
else
    skip "built without libqrencode"
fi
stop

# ---- who signed, and what is damaged ----

serve repo --check-every 0 --trust lab.pub
get en/ >/dev/null
same "three are verified" "$(grep -c '<strong>Verified\.' "$T/page")" 3
same "one is not" "$(grep -c '<strong>Not verified\.</strong> No publisher' "$T/page")" 1
lacks "what is refused is not offered" "/plain/strange/"
same "nor given" "$(get plain/strange/1/LICENSE)" 404
same "what is verified is" "$(get plain/shamba/1.1.0+q8/LICENSE)" 200
get sw/shamba >/dev/null
has "verified, in Swahili" "<strong>Imethibitishwa.</strong> Imetiwa sahihi"
has "the key" "$(sha256sum lab.pub | cut -d ' ' -f 1)"
get en/strange >/dev/null
sound "refused"
has "refused: why" "What was found: "
lacks "refused: no way to get it" "mzigo pull http"
lacks "refused: nor how long that would take" '<th scope="row">'
lacks "refused: nor how to use it" "To use it"
stop
cp -r repo sick
rm "$(find sick/objects -size +100k | head -n 1)"
serve sick --check-every 0 --trust lab.pub
looked
get en/ >/dev/null
has "damaged" "<strong>Damaged.</strong> A part of it is missing or spoilt"
lacks "damaged: not offered" "/plain/shamba/"
get sw/shamba >/dev/null
sound "damaged"
lacks "damaged: not by aria2" aria2c
has "damaged, in Swahili" "<strong>Imeharibika.</strong>"
has "damaged: why" "1 are missing"
stop

# ---- several files, and names that the hub's clients do not know ----

grades() { # NAME FILE...: a bundle of empty files with these names
    local name=$1 list= f
    shift
    mkdir -p "many/plain/$name/1"
    ok pack LICENSE -o many --key lab.key --name "$name" --version 1 -q
    for f; do list+="{\"path\": \"$f\", \"size\": 0, \"sha256\": \"$(printf '%064d' 0)\", \"chunks\": []}, "; done
    sed -i "s|\"files\": \[|&$list|" "many/bundles/$name/1/manifest.json"
}
grades two a-Q4_K_M.gguf a-Q8_0.gguf
grades same a-q8_0.gguf b-q8_0.gguf
grades parts a-Q8_0-00001-of-00002.gguf a-Q8_0-00002-of-00002.gguf
grades quoted "it's.gguf" other.gguf
grades plus+plus a.gguf
grades two--signs a.gguf
grades none
serve many --check-every 0
for case in "two:llama-cli -hf mzigo/two:Q4_K_M<" "same:llama-cli -hf mzigo/same -hff a-q8_0.gguf<" \
    "parts:llama-cli -hf mzigo/parts:Q8_0<" "quoted:llama-cli -hf mzigo/quoted -hff &#39;it&#39;\\&#39;&#39;s.gguf&#39;<" \
    "none:hf download mzigo/none --local-dir models<"; do
    same "${case%%:*}" "$(get "en/${case%%:*}")" 200
    has "${case%%:*}" "${case#*:}"
done
lacks "no model" llama-cli
for name in plus+plus two--signs; do
    same "$name" "$(get en/$name)" 200
    lacks "$name" HF_ENDPOINT
done
stop

# ---- a hostile manifest (one with control bytes is not even read) ----

evil='<script>alert(1)</script>\"'"'"'&\u202egnp.\u200b<img src=x onerror=y>'
ok pack LICENSE "$root/samples/shamba/README.md" -o evil --key lab.key --name evil --version 1 --licence MIT -q
manifest=$(cat evil/bundles/evil/1/manifest.json)
manifest=${manifest/'"MIT"'/"\"$evil$(printf '<b>%.0s' $(seq 1000))\", \"accuracy\": {\"<u>a_ppm\": -7},
    \"provenance\": {\"<u>k\": \"<u>$evil\"}"}
manifest=${manifest/README.md/"it's a & b #1%.md"}
printf '%s\n' "${manifest/'"mzigo '/'"<i>'}" >evil/bundles/evil/1/manifest.json
serve evil --check-every 0
for p in en/ sw/ en/evil sw/evil; do
    same "$p: hostile" "$(get $p)" 200
    sound "$p: hostile"
    for text in "<script" "<img" "<b>" "<u>" "<i>" onerror=y\> $'\xe2\x80\xae' $'\xe2\x80\x8b'; do lacks "$p: hostile" "$text"; done
    has "$p: hostile" "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"
    check "$p: hostile: how long" [ "$(stat -c %s "$T/page")" -lt 20000 ]
done
has "a hostile file name" 'href="/plain/evil/1/it%27s%20a%20%26%20b%20%231%25.md"'
same "a hostile file name" "$(get evil/1 >/dev/null; get plain/evil/1/it%27s%20a%20%26%20b%20%231%25.md)" 200
get en/evil >/dev/null
has "a hostile file name: aria2" "/plain/evil/1/it%27s%20a%20%26%20b%20%231%25.md.meta4&#39;"
has "a hostile file name" "it&#39;s a &amp; b #1%.md"
has "a hostile key" "&lt;u&gt;k"
has "a hostile measure" "&lt;u&gt;a</bdi></dt><dd><bdi>-0.0007 %"
echo '{' >evil/bundles/evil/1/manifest.json
mkdir -p evil/bundles/evil/2 && echo '{' >evil/bundles/evil/2/manifest.json
stop
serve evil --check-every 0
get en/ >/dev/null
has "what cannot be read" "Not shown, because they cannot be read: 2."
stop
finish
