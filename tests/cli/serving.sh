# Sourced by the tests of what mzigo serve answers, behind tests/cli/lib.sh.
export no_proxy='*'

# mzigo serve OPTION... in the background: sets url, port and server. What it says is in $T/serve and $T/serve.err.
# limit: descriptors that it may have.
serve() {
    : >"$T/serve" # what the last one said is no answer
    (ulimit -n "${limit:-$(ulimit -n)}" && exec "$MZIGO" serve --bind 127.0.0.1 --port 0 "$@") \
        >"$T/serve" 2>"$T/serve.err" </dev/null &
    server=$!
    for _ in $(seq 1000); do
        url=$(grep -o 'http://[^ "]*/' "$T/serve" | head -n 1)
        [ -z "$url" ] && kill -0 $server 2>/dev/null || break
        sleep 0.05
    done
    port=${url##*:} port=${port%/}
    [ -n "$url" ] || { fail "serve $*: does not listen" && cat "$T/serve.err"; }
}
stop() {
    kill -TERM $server
    wait $server
    same "stopped by the signal" $? 143
    # A sanitizer's findings would be among it.
    check "says more than it should: $(grep -v '^mzigo: ' "$T/serve.err" | head -n 5)" \
        [ -z "$(grep -v '^mzigo: ' "$T/serve.err")" ]
}

# The value at PATH in /healthz.
health() { curl -sS "${url}healthz" | "$B/tests/cli/json" "$1"; }
# Waits until the repository has been looked through, or with `read` until every byte has been read. The thread that
# does it yields to everything else on the machine.
looked() {
    for _ in $(seq 1000); do
        [ "$(health "${1:-looked}")" = null ] || return 0
        sleep 0.05
    done
    fail "the check does not end"
}

# A field of the last answer, whose head the script's own way of asking has put into $T/head.
field() { tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"; }
