# Sourced by selftest.sh: each thing that can go wrong with one answer.
rules s "objects/a cut 100000"
get a
same "cut: curl" "$status" 56
check "cut: exactly so much" cmp -s got <(part 0 100000)
same "cut: log" "$(last 6-7) $(last 10)" "100000 cut cut"
get b
same "cut: a shorter body gets by" "$status $(last 7) $(last 10)" "0 whole -"
get a -r 250000-
same "cut: so does a shorter part" "$status $(size got)" "0 50000"

rules s "2 objects/* truncate 12345"
get a
same "truncate" "$status $(size got) $(last 6-7)" "18 12345 12345 truncated"
check "truncate: the whole length is said" head_has "Content-Length: 300000"
get a
get a
same "COUNT: only twice" "$status $(last 10)" "0 -"

rules s "after 1 every 2 objects/a truncate 1"
ends=
for i in 1 2 3 4 5 6; do
    get b
    get a
    ends+=" $status"
done
same "after 1, every 2" "$ends" " 0 0 18 0 18 0"

rules s "* stall 5000 100"
get a
same "stall for a while" "$status $(last 7) $(last 10)" "0 whole stall"
rules s "* stall 5000"
get a -m 0.3
same "stall" "$status $(size got) $(last 6-7)" "28 5000 5000 stalled"

# changed: the offsets in objects/a whose bytes are not those got, when that begins at $1.
changed() { cmp -l got <(part "$1" 300000) 2>/dev/null | awk -v at="$1" '{ print $1 - 1 + at }'; }
rules s "* corrupt 70000"
get a
same "corrupt" "$status $(changed 0)" "0 70000"
get a -r 69999-
same "corrupt, inside a part" "$status $(changed 69999)" "0 70000"
get a -r 70001-
same "corrupt, not in this part" "$status $(changed 70001) $(last 10)" "0  -"
rules s "* corrupt-always"
get a -r 500-
same "corrupt-always" "$(changed 500)" 500

rules s "* wrong-length 300010"
get a
same "longer than it is" "$status $(size got)" "18 300000"
rules s "* wrong-length 100"
get a
same "shorter than it is" "$(size got)" 100
check "shorter than it is: said" head_has "Content-Length: 100"

rules s "* wrong-range"
get a -r 1000-1999
check "wrong-range: bytes" cmp -s got <(part 999 1000)
check "wrong-range: says what was asked" head_has "Content-Range: bytes 1000-1999/300000"
get a
same "wrong-range: needs a range" "$(last 10)" "-"
rules s "* wrong-range lie"
get a -r 1000-1999
check "wrong-range lie: bytes" cmp -s got <(part 1000 1000)
check "wrong-range lie: says others" head_has "Content-Range: bytes 999-1998/300000"
rules s "* wrong-range other"
get a -r 0-
check "wrong-range other: bytes" cmp -s got <(part 1 299999)
check "wrong-range other: says so" head_has "Content-Range: bytes 1-299999/300000"
rules s "* ignore-range"
get a -r 1000-1999
same "ignore-range" "$code $(size got)" "200 300000"

rules s "1 * status 503 7" "* status 429"
get a
same "status" "$code $(last 4)" "503 503"
check "Retry-After" head_has "Retry-After: 7"
get a
same "the next rule, when the first is used up" "$code" 429
rules s "objects/a redirect /objects/b" "objects/b redirect $url/{}?x 307"
get a
same "redirect" "$code" 302
check "redirect: where to" head_has "Location: /objects/b"
get b
same "redirect with a code" "$code" 307
check "redirect: the path in it" head_has "Location: $url/objects/b?x"
get a -L --max-redirs 5
same "redirect in a loop" "$status" 47

rules s "* portal"
get nothing
same "portal" "$code $(grep -c WiFi got)" "200 1"
check "portal: HTML" head_has "Content-Type: text/html; charset=utf-8"
rules s "* empty"
get a
same "empty" "$code $(size got)" "200 0"
rules s "* hangup"
get a
same "hangup" "$status $(last 4-7)" "52 0 0 0 truncated"
rules s "* garbage"
get a --http1.1
same "garbage: no HTTP" "$status $(last 4-6)" "1 0 0 512"

rules s "* chunked"
get a
check "chunked: body" cmp -s got www/objects/a
check "chunked: how" head_has "Transfer-Encoding: chunked"
check "chunked: no length" [ "$(grep -ci content-length head)" = 0 ]
get a -0
check "chunked for HTTP/1.0" cmp -s got www/objects/a
rules s "* gzip"
get a --compressed
same "gzip" "$status" 61
rules s "* huge-header"
get a
check "huge-header: curl gives up" [ $status != 0 ]
rules s "* huge-header 5000"
get a
same "huge-header N" "$status $(last 5)" "0 $(size head)"
check "huge-header N: at least so much" [ "$(size head)" -gt 5000 ]
rules s "* endless"
get a -m 0.3
check "endless" [ "$status:$(($(size got) > 300000))" = 28:1 ]
check "endless begins as it should" cmp -s -n 300000 got www/objects/a
rules s "* missing"
get a
same "missing" "$code" 404
rules s "objects/b other objects/a"
get b
check "other" cmp -s got www/objects/a
rules s "1 * refuse"
get a
check "refuse ($status)" grep -qx '5[26]' <<<$status
same "refuse: log" "$(last 1-7)" "- - - 0 0 0 refused"
get a
same "refused once" $status 0

rules s "objects/a header X-Repo:main" "* header X-Other:1" "objects/a cut 100000"
get a
same "header, beside another" "$status $(last 10)" "56 header+header+cut"
check "header: it is there" head_has "X-Repo:main"
check "header: so is the other" head_has "X-Other:1"
get b
check "header: not where it does not strike" [ "$(grep -c X-Repo head)" = 0 ]

# Mistakes in rules leave the old ones in force.
rules s "* missing"
get a
rules s "* mising"
get a
same "a mistake: the old rules" "$code" 404
same "a mistake: told of" "$(cat "$T/s.err")" "faulty: $T/s.rules:1: no such action"
for wrong in "*" "* cut" "* cut x" "* cut 1 2" "3 every * cut 1" "* wrong-range x"; do
    echo "$wrong" >bad.rules
    check "'$wrong' is no rule" [ "$("$B/tests/net/faulty" www --rules bad.rules 2>&1 | wc -l)" = 1 ]
done
