# Killed, interrupted, out of space or failing at any moment: no half file under a final name, and but
# for a kill no temporary either. fault.c strikes at the Nth thing that the program does to the disk.
# STRIDE=1 tries every moment (make test-long); otherwise they lie wider apart the further it goes.
. "$root/tests/cli/lib.sh"
if [ -n "${SAN:-}" ]; then
    skip "a preloaded library and a sanitizer do not go together"
    finish
    exit
fi

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

# Strikes NAME's command by each kind of blow, at N = 1, 2, ... until it gets through, and asks
# struck_whole after each, whose outputs must be whole or absent.
strike() { # NAME
    local name=$1 how n temps
    for how in kill term full eio; do
        n=1
        while rm -rf work && mkdir work && struck $n $how; do
            case $how$status in
            kill137 | term143 | term0 | full3 | full7 | eio3) ;;
            *) fail "$name struck at $n by $how: status $status" ;;
            esac
            [ $how != term ] || [ $status = 143 ] || [ $status = 0 ] || fail "$name: no end by signal"
            struck_whole $status || fail "$name struck at $n by $how (status $status): half done"
            temps=$(find work -name '*mzg-*')
            [ $how = kill ] || [ -z "$temps" ] || fail "$name struck at $n by $how left $temps"
            [ $how = kill ] || [ $how = term ] || [ "$(grep -c '^mzigo: ' "$T/err")" = 1 ] ||
                fail "$name struck at $n by $how does not say so"
            # What a kill left behind is in nobody's way.
            [ $n != 3 ] || struck_run >/dev/null 2>&1 || fail "$name cannot be repeated after $how"
            pass
            n=$((n + ${STRIDE:-1 + n / 6}))
        done
        same "$name, never struck: status" "$status" 0
        check "$name was struck more than once by $how" [ $n -gt 2 ]
    done
}

struck_run() { "$MZIGO" convert "$SAMPLE" -o work/m.gguf --to Q8_0; }
struck_whole() { if [ $1 = 0 ] || [ -e work/m.gguf ]; then cmp -s work/m.gguf m.gguf; fi; }
strike convert

struck_run() { "$MZIGO" unpack source -o work/out --trust lab.pub; }
struck_whole() { if [ $1 = 0 ] || [ -e work/out/m.gguf ]; then cmp -s work/out/m.gguf m.gguf; fi; }
strike unpack

struck_run() { "$MZIGO" pack m.gguf -o work/m.mzb --key lab.key --name m --version 1; }
struck_whole() {
    if [ $1 = 0 ] || [ -e work/m.mzb ]; then
        "$MZIGO" verify work/m.mzb --trust lab.pub --deep >/dev/null 2>&1
    fi
}
strike "pack to one file"

struck_run() { "$MZIGO" pack m.gguf -o work/repo --key lab.key --name m --version 1; }
# A bundle is there when its signature is; what it names is there by then.
struck_whole() {
    if [ $1 = 0 ] || [ -e work/repo/bundles/m/1/manifest.dsse ]; then
        "$MZIGO" verify work/repo --trust lab.pub --deep >/dev/null 2>&1
    fi
}
strike "pack to a repository"
finish
