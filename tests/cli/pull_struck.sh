# pull killed, out of space, or without power at any moment: no half file under a final name, and the same
# call goes on without fetching again what was there. STRIDE=1 tries every moment (make test-long).
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export ASAN_OPTIONS=verify_asan_link_order=0
"$MZIGO" keygen -o lab >/dev/null
make_bundle m 4 60000

# A function, so that bash's own words on a killed program go where the program's do.
run_pull() { # VARIABLE=VALUE...
    env "$@" "$MZIGO" pull "$url" m -o out --trust lab.pub -q --give-up 9s
}

# One run under a preloaded tool, then one without; at most EXTRA bytes more than a pull that is left alone.
struck_once() { # TEXT EXTRA VARIABLE=VALUE...
    local text=$1 extra=$2 before=$failed marked
    shift 2
    rm -rf out
    rm -f "$T/mark"
    : >"$T/net.log"
    run_pull "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
    marked=$([ -e "$T/mark" ] && cat "$T/mark")
    [ -n "$marked" ] || return 1
    text="$text ($marked), status $status"
    nothing_half m || fail "$text: a half file"
    run_pull >"$T/out" 2>"$T/err" </dev/null || fail "$text: does not go on"
    arrived m || fail "$text: the files are not right, or more is there than they"
    cheap "$text" m "$extra"
    [ $failed != "$before" ] || pass
}

serve net m
for how in kill term full eio; do
    n=1
    # The documents once more, and all that a fast server had sent and nobody had read: two objects.
    while struck_once "struck at $n by $how" 140000 LD_PRELOAD="$B/tests/cli/fault.so" \
        MZG_FAULT="$n:$how" MZG_FAULT_MARK="$T/mark"; do
        case $how$status in
        kill137 | term143 | term0 | full3 | full0 | eio3 | eio0) ;;
        *) fail "struck at $n by $how: status $status" ;;
        esac
        n=$((n + ${STRIDE:-1 + n / 3}))
    done
    check "struck more than once by $how" [ "$n" -gt 4 ]
done

# Without power, what came since the last sync is lost: here all of it, at most, since no pull takes 5 s.
for how in all data names torn; do
    n=1
    while struck_once "without power at $n, $how lost" 250000 LD_PRELOAD="$B/tests/net/power.so" \
        MZG_POWER_DIR="$PWD" MZG_POWER="$n:$how" MZG_POWER_MARK="$T/mark"; do
        same "without power: status" "$status" 137
        n=$((n + ${STRIDE:-1 + n / 3}))
    done
    check "without power more than once, $how" [ "$n" -gt 4 ]
done

# At less than 1 Mbit/s, 64 KiB are what a kill may cost.
rules net 'x rate 100000'
: >"$T/net.log"
rm -rf out
for wait in 0.6 0.9 0.7; do
    "$MZIGO" pull "$url" m -o out --trust lab.pub -q >"$T/out" 2>"$T/err" &
    sleep $wait
    kill -KILL $!
    wait $! 2>/dev/null
    same "killed: status" "$?" 137
    check "killed: nothing half" nothing_half m
done
run_pull >"$T/out" 2>"$T/err"
same "killed three times: it goes on" "$?" 0
check "killed three times: the files arrive" arrived m
cheap "killed three times on a slow line" m $((3 * (65536 + 3000)))

# On a slow line, 5 s of traffic are what it may cost.
rules net 'x rate 20000'
: >"$T/net.log"
rm -rf out
run_pull LD_PRELOAD="$B/tests/net/power.so" MZG_POWER_DIR="$PWD" MZG_POWER=90:all MZG_POWER_MARK="$T/mark" \
    >"$T/out" 2>"$T/err"
same "without power on a slow line: status" "$?" 137
run_pull >"$T/out" 2>"$T/err"
same "it goes on" "$?" 0
check "the files arrive" arrived m
cheap "without power on a slow line" m 100000
finish
