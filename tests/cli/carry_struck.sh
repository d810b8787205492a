# mzigo carry killed, interrupted, out of space or without power at any moment, in both directions: the repository
# holds whole bundles only, and the same command goes on. A stick that does not keep what it is given. STRIDE=1 tries
# every moment (make test-long).
. "$root/tests/cli/lib.sh"
. "$root/tests/net/lib.sh"
. "$root/tests/net/pulling.sh"
export ASAN_OPTIONS=verify_asan_link_order=0
"$MZIGO" keygen -o lab >/dev/null
make_bundle m 3 29000
"$MZIGO" pack m.files/* -o both --key lab.key --name m --version 1 -q >/dev/null
"$MZIGO" pack m.files/m1.bin -o both --key lab.key --name s --version 1 -q >/dev/null

out() { "$MZIGO" carry out both stick --part-size 64Ki -q; }
in_() { "$MZIGO" carry in stick far --trust lab.pub -q; }
# Runs out or in_ under VARIABLES, once: status; false when it was never struck.
struck_once() { # COMMAND VARIABLE=VALUE...
    local command=$1
    shift
    rm -f "$T/mark"
    (export "$@" && $command) >"$T/out" 2>"$T/err" </dev/null
    status=$?
    [ -s "$T/mark" ]
}
# Whatever has a name is whole.
named_whole() {
    [ ! -e far/bundles ] || [ -z "$(find far/bundles -name manifest.json)" ] ||
        "$MZIGO" verify far --trust lab.pub -q >"$T/out" 2>"$T/err"
}
whole() { diff -r both far >/dev/null && [ ! -e far/.mzg-carry ]; }

may_end() { # HOW STATUS: when room gives out, out is full and in fails
    case $1$2 in
    kill137 | term143 | term0 | full7 | full3 | full0 | eio3 | eio0 | eio6) ;;
    *) return 1 ;;
    esac
}

# At every moment N of COMMAND: the other direction still works on what is there, and COMMAND goes on.
strike() { # COMMAND HOW VARIABLE... ({} is N:HOW)
    local command=$1 how=$2 n=1 at before expected
    shift 2
    while rm -rf stick far && mkdir stick && { [ "$command" = out ] || out >"$T/out" 2>"$T/err"; } &&
        struck_once "$command" "${@//"{}"/$n:$how}" MZG_FAULT_MARK="$T/mark" MZG_POWER_MARK="$T/mark"; do
        at="$command struck at $n ($(cat "$T/mark")) by $how, status $status"
        before=$failed
        case $how in kill | term | full | eio) may_end "$how" "$status" ;; *) [ "$status" = 137 ] ;; esac ||
            fail "$at: not how it may end"
        named_whole || fail "$at: half a bundle has a name"
        if [ "$command" = out ]; then
            in_ >"$T/out" 2>"$T/err" </dev/null
            expected=$?
            # Of a part that the power has torn, the objects that are damaged are named, and the others taken.
            [ $expected = 0 ] || [ $expected = 3 ] ||
                { [ $how.$expected = torn.6 ] && grep -q 'mzg-part: objects/.* is damaged at byte' "$T/err"; } ||
                fail "$at: what is on the stick is not taken"
            named_whole || fail "$at: half a bundle was taken"
            rm -f stick/mzigo-carry/want.json # which asks for the halves only
            out >"$T/out" 2>"$T/err" </dev/null || fail "$at: does not go on"
        fi
        in_ >"$T/out" 2>"$T/err" </dev/null || fail "$at: cannot be taken"
        whole || fail "$at: not all came"
        [ $failed != $before ] || pass
        n=$((n + ${STRIDE:-1 + n / 2}))
    done
    check "$command was struck more than once by $how" [ $n -gt 4 ]
}
faults=(LD_PRELOAD="$B/tests/cli/fault.so" MZG_FAULT={})
for how in kill term full eio; do
    aside strike out $how "${faults[@]}"
    aside strike in_ $how "${faults[@]}"
done
for how in all torn; do
    aside eval 'strike out '$how' LD_PRELOAD="$B/tests/net/power.so" MZG_POWER_DIR="$PWD" MZG_POWER={}'
    aside eval 'strike in_ '$how' LD_PRELOAD="$B/tests/net/power.so" MZG_POWER_DIR="$PWD" MZG_POWER={}'
done

# Killed behind the first object: what is on the stick is not written again.
again() {
    mkdir stick
    struck_once out LD_PRELOAD="$B/tests/cli/fault.so" MZG_FAULT=16:kill MZG_FAULT_MARK="$T/mark"
    same "killed: status" "$status" 137
    ok carry out both stick --part-size 64Ki --json
    check "what was there is counted" [ "$(json there_objects)" -ge 3 ]
    same "and the rest is written" "$(($(json there_objects) + $(json moved_objects)))" 7
}
aside again

# Flash that lies: what it did not keep is found and written again; what it never keeps is named.
lies() {
    local n mended=0
    for n in 8 9 10 11; do
        rm -rf stick far && mkdir stick
        (LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$n:lie MZG_FAULT_MARK=$T/mark exec "$MZIGO" carry out both stick --json -q) \
            >"$T/out" 2>"$T/err"
        same "a lie at $n: status" "$?" 0
        mended=$((mended + $(json mended_objects)))
        in_ >"$T/out" 2>"$T/err"
        check "a lie at $n: all came, or is told" [ $? != 3 ]
    done
    check "lies were found" [ $mended -ge 1 ]
    rm -rf stick && mkdir stick
    (LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=8:worn MZG_FAULT_MARK=$T/mark exec "$MZIGO" carry out both stick -q) \
        >"$T/out" 2>"$T/err"
    same "a worn stick: status" "$?" 3
    same "a worn stick: one line" "$(wc -l <"$T/err")" 1
    check "it names part, object and byte" grep -q 'mzigo-carry/part0001.tar: .*: the stick does not keep what is written at byte [0-9]*$' "$T/err"
}
aside lies
join
finish
