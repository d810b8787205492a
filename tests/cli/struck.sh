# Killed, interrupted, out of space or failing at any moment: no half file under a final name, and but
# for a kill no temporary either. fault.c strikes at the Nth thing that the program does to the disk.
# STRIDE=1 tries every moment (make test-long); otherwise they lie wider apart the further it goes.
. "$root/tests/cli/lib.sh"
# fault.so comes before a sanitizer's library, which is fine with it for these calls.
export ASAN_OPTIONS=verify_asan_link_order=0

"$MZIGO" keygen -o lab >/dev/null
"$MZIGO" convert "$SAMPLE" -o m.gguf --to Q8_0 -q >/dev/null
"$MZIGO" pack m.gguf -o source --key lab.key --name m --version 1 -q >/dev/null

# The command in struck_run, struck at change $1 by $2: sets status; false when N was beyond the end.
struck() {
    rm -f "$T/mark"
    LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$1:$2 MZG_FAULT_MARK=$T/mark struck_run \
        >"$T/out" 2>"$T/err" </dev/null
    status=$?
    [ -e "$T/mark" ]
}

# How it may end. Out of space, what comes after the last write may get through. With one thing failing
# by EIO, it may do without a reservation of space, giving it back, the sync of a new folder, and a lock that says
# who holds it.
may_end() { # HOW STATUS
    case $1$2 in
    kill137 | term143 | term0 | full3 | full7 | full0 | eio3) ;;
    eio0) case $(cat "$T/mark") in *fallocate | ftruncate | 'fsync of a folder' | 'pwrite of a lock'*) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
    esac
}

# Strikes NAME's command by each kind of blow, at N = 1, 2, ... until it gets through, and asks
# struck_whole after each: outputs must be whole or absent.
strike() { # NAME
    local name=$1 how n at before
    for how in kill term full eio; do
        n=1
        while rm -rf work && mkdir work && struck $n $how; do
            at="$name struck at $n ($(cat "$T/mark")) by $how, status $status"
            before=$failed
            may_end $how $status || fail "$at: not how it may end"
            struck_whole $status || fail "$at: half done"
            [ $how = kill ] || [ -z "$(find work -name '*mzg-*')" ] || fail "$at: left a temporary"
            [ $status = 0 ] || [ $status = 137 ] || [ "$(grep -c '^mzigo: ' "$T/err")" = 1 ] ||
                fail "$at: not one line that says so"
            # What was left behind is in nobody's way.
            LD_PRELOAD=$B/tests/cli/fault.so struck_run >"$T/out" 2>"$T/err" </dev/null || fail "$at: cannot be repeated"
            struck_whole 0 || fail "$at: not whole when repeated"
            [ $failed != $before ] || pass
            n=$((n + ${STRIDE:-1 + n / 4}))
        done
        same "$name, never struck: status" "$status" 0
        check "$name was struck more than once by $how" [ $n -gt 2 ]
    done
}

struck_run() { "$MZIGO" convert "$SAMPLE" -o work/m.gguf --to Q8_0 -q; }
struck_whole() { if [ $1 = 0 ] || [ -e work/m.gguf ]; then cmp -s work/m.gguf m.gguf; fi; }
strike convert

struck_run() { "$MZIGO" unpack source -o work/out --trust lab.pub -q; }
struck_whole() { if [ $1 = 0 ] || [ -e work/out/m.gguf ]; then cmp -s work/out/m.gguf m.gguf; fi; }
strike unpack

struck_run() { "$MZIGO" pack m.gguf -o work/m.mzb --key lab.key --name m --version 1 -q; }
struck_whole() {
    if [ $1 = 0 ] || [ -e work/m.mzb ]; then
        "$MZIGO" verify work/m.mzb --trust lab.pub --deep >/dev/null 2>&1
    fi
}
strike "pack to one file"

struck_run() { "$MZIGO" pack m.gguf -o work/repo --key lab.key --name m --version 1 -q; }
# A bundle is there when its manifest is, which comes last.
struck_whole() {
    if [ $1 = 0 ] || [ -e work/repo/bundles/m/1/manifest.json ]; then
        "$MZIGO" verify work/repo --trust lab.pub --deep >/dev/null 2>&1
    fi
}
strike "pack to a repository"
finish
