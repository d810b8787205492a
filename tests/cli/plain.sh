# plain: what serve gives to those who know nothing of bundles: files decoded while they are sent, every part of
# them right, nothing of a damaged object, in bounded memory.
. "$root/tests/cli/lib.sh"
. "$root/tests/cli/serving.sh"

get() { curl -sS -o "$T/got" -D "$T/head" -w '%{http_code}' "${@:1:$#-1}" "$url${*: -1}"; } # CURL-ARGUMENT... PATH
spoil() { printf '\377\0\377\0' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; } # FILE OFFSET
part() { tail -c +$(($1 + 1)) "$2" | head -c $(($3 - $1 + 1)); } # FIRST FILE LAST

# Three chunks: one that is stored as it is, one that shrinks, and a short one; a file in a folder; an empty one.
ok keygen -o lab
{
    head -c 4194304 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null
    yes "mzigo mzito" | head -c 4194304
    head -c 1000000 /dev/zero | openssl enc -aes-128-ctr -K 01 -iv 00 2>/dev/null
} >big.bin
mkdir docs
echo "karibu" >docs/a.txt
ok pack big.bin docs/a.txt -o repo --key lab.key --name m --version 1 -q
file=plain/m/1/big.bin
size=$(stat -c %s big.bin)
manifest=repo/bundles/m/1/manifest.json
serve repo --check-every 0

# ---- every part of it ----

same "whole" "$(get $file)" 200
check "whole" cmp -s "$T/got" big.bin
same "whole: length" "$(field Content-Length)" "$size"
same "whole: ETag" "$(field ETag)" "\"$(sha256sum big.bin | cut -d ' ' -f 1)\""
same "whole: parts are to be had" "$(field Accept-Ranges)" bytes
same "whole: kept for ever" "$(field Cache-Control)" "public, max-age=31536000, immutable"
etag=$(field ETag)
for r in 0-0 4194303-4194304 4194304-8388607 8388607-8388608 100-9000000 9388000-$((size - 1)); do
    same "part $r" "$(get -r $r $file)" 206
    check "part $r" cmp -s "$T/got" <(part "${r%-*}" big.bin "${r#*-}")
    same "part $r: where" "$(field Content-Range)" "bytes $r/$size"
done
same "the end" "$(get -r -7 $file)" 206
check "the end" cmp -s "$T/got" <(tail -c 7 big.bin)
same "beyond the end" "$(get -r $size- $file)" 416
same "goes on" "$(get -r 5000000- -H "If-Range: $etag" $file)" 206
same "another file's part" "$(get -r 5000000- -H 'If-Range: "x"' $file)" 200
same "again" "$(get -H "If-None-Match: $etag" $file)" 304
same "HEAD" "$(get -I $file)" 200
same "HEAD: length" "$(field Content-Length)" "$size"
same "in a folder of the bundle" "$(get plain/m/1/docs/a.txt)" 404
same "a small file" "$(get plain/m/1/a.txt)" 200
check "a small file" cmp -s "$T/got" docs/a.txt

# ---- many at once, each at another place ----

for i in $(seq 0 13); do
    (curl -sS -r $((i * 370000))- "$url$file" | cmp -s - <(tail -c +$((i * 370000 + 1)) big.bin)) || echo "$i" >>wrong &
    others[i]=$!
done
wait "${others[@]}"
check "14 at once: $(cat wrong 2>&1)" [ ! -e wrong ]
(curl -sS --limit-rate 100k -m 2 -o "$T/slow" "$url$file" 2>/dev/null; true) &
slow=$!
same "beside a slow one" "$(get $file)" 200
check "beside a slow one" cmp -s "$T/got" big.bin
wait $slow
check "the slow one's part" cmp -s -n "$(stat -c %s "$T/slow")" "$T/slow" big.bin

# ---- laid there: sent from there, if it can be the file ----

mkdir -p repo/plain/m/1
head -c 100 big.bin >repo/plain/m/1/big.bin
same "laid there, but short" "$(get $file)" 200
check "laid there, but short" cmp -s "$T/got" big.bin
rm -r repo/plain
stop

# ---- held back to a rate ----

serve repo --check-every 0 --limit-rate 4M
same "at a rate" "$(get $file)" 200
check "at a rate" cmp -s "$T/got" big.bin
stop

# ---- a damaged object ----

# The second object of the file: bytes of the first come, none of it do.
object=$(grep -o '"object": "sha256:[0-9a-f]*"\|"object": "[0-9a-f]*"' $manifest | grep -o '[0-9a-f]\{64\}' | sed -n 2p)
path=repo/objects/${object:0:2}/$object
cp "$path" sound
serve repo --check-every 0
spoil "$path" 10
curl -sS -o "$T/got" "$url$file" 2>"$T/err"
same "damaged: broken off" $? 18
check "damaged: what came is right" cmp -s "$T/got" <(head -c 4194304 big.bin)
contains "damaged: said" "$T/serve.err" "object $object stored bytes do not match their digest"
same "damaged: the part before it" "$(get -r 0-4194303 $file)" 206
curl -sS -o "$T/none" -r 4194304- "$url$file" 2>"$T/err"
same "damaged: its part" $? 18
check "damaged: nothing of it comes" [ ! -s "$T/none" ]
same "damaged: said once" "$(grep -c "$object" "$T/serve.err")" 1
cp sound "$path"
curl -sS -C - -o "$T/got" "$url$file"
same "mended: goes on" $? 0
check "mended" cmp -s "$T/got" big.bin
rm "$path"
same "missing, but still in memory" "$(get $file)" 200
stop
serve repo --check-every 0
curl -sS -o "$T/got" "$url$file" 2>"$T/err"
same "missing: broken off" $? 18
contains "missing: said" "$T/serve.err" "object $object is missing"
stop
finish
