# Sourced by selftest.sh: what happens to all connections, and how fast things go.
ms() { date +%s%3N; }
took() { echo $(($(ms) - began)); }
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; } # VALUE LEAST MOST: in a busy machine

rules s
serve s www --rate 200000
began=$(ms)
get a -r 0-99999
check "--rate: 100 kB at 200 kB/s ($(took) ms)" between "$(took)" 420 1200
began=$(ms)
curl -s -o got "$url/objects/a" -r 0-49999 &
curl -s -o got2 "$url/objects/a" -r 0-49999
wait $!
check "--rate is shared by connections ($(took) ms)" between "$(took)" 420 1200
rules s "* rate 0" "* latency 100"
began=$(ms)
curl -s -o got -o got2 "$url/objects/b" "$url/objects/b"
check "latency: the first twice ($(took) ms)" between "$(took)" 300 900
rules s "* rate 0" "* slow 50000"
began=$(ms)
get a -r 0-19999
check "slow ($(took) ms)" between "$(took)" 340 1000
rules s "* rate 0" "* drip"
get b -m 0.45 -H 'Accept: x'
check "drip: the head drips too" between "$(last 5)" 2 8
rules s "* rate 0" "* delay 150" "* truncate 3"
began=$(ms)
get b
check "delay ($(took) ms)" between "$(took)" 150 700
same "delay and another" "$status $(last 10)" "18 delay+truncate"

# The weather changes while a body is on its way.
rules s "* rate 20000"
(sleep 0.2 && rules s "* rate 0") &
began=$(ms)
get a
check "a change is noticed ($(took) ms)" between "$(took)" 150 2000

# Cut every so many bytes, a client that goes on gets everything, and each byte once.
serve s www --cut-every 70000
: >got2
for i in 1 2 3 4 5; do
    curl -s "$url/objects/a" -r "$(size got2)-" >>got2
done
check "cut-every: all of it" cmp -s got2 www/objects/a
sleep 0.05
same "cut-every: log" "$(cut -d ' ' -f 6,7,10 "$T/s.log" | paste -sd ,)" \
    "70000 cut cut-every,70000 cut cut-every,70000 cut cut-every,70000 cut cut-every,20000 whole -"
same "bytes on the wire" "$(awk '{ n += $6 } END { print n }' "$T/s.log")" 300000
rules s "* cut-every 0" "* cut-every-ms 100" "* rate 100000"
sleep 0.05
began=$(ms)
get a
check "cut-every-ms ($(took) ms)" between "$(took)" 20 600
same "cut-every-ms: curl" "$status $(last 10)" "56 cut-every-ms"
same "cut-every-ms: what came is what was counted" "$(last 6)" "$(size got)"

# What waits in the server's own buffer when the line breaks was never sent.
rules s "* cut-every 0" "* cut-every-ms 250"
sleep 0.05
exec 3<>"/dev/tcp/127.0.0.1/${url##*:}"
printf 'GET /objects/a HTTP/1.1\r\n\r\n' >&3
sleep 0.4
cat <&3 >got 2>/dev/null
exec 3>&-
check "a client that does not read ($(size got) bytes)" between "$(size got)" 10000 290000
same "what waited is not counted" "$(tail -n 1 "$T/s.log" | awk '{ print $5 + $6, $7 }')" "$(size got) cut"

# A client that goes away is seen to, and so is the server's end.
rules s "* cut-every 0" "* rate 50000"
get a -m 0.3
check "the client left" between "$(last 6)" "$(size got)" $(($(size got) + 8000))
same "the client left: log" "$(last 7)" left
curl -s -o got "$url/objects/a" &
sleep 0.2
unserve s
wait $!
same "stopped: what came is what was counted" "$(last 6-7)" "$(size got) stopped"
