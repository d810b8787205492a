# A conversion that is struck at any moment goes on when it is asked for again, and gives what it would
# have given in one go. fault.c strikes at the Nth thing that the program does to the disk; STRIDE=1 tries
# every moment (make test-long).
. "$root/tests/cli/lib.sh"
export ASAN_OPTIONS=verify_asan_link_order=0

ok convert "$SAMPLE" -o 'want-{}.gguf' --to Q8_0,BF16
convert() { # THREADS
    "$MZIGO" convert "$SAMPLE" -o 'work/{}.gguf' --to Q8_0,BF16 --threads "$1" --resume
}

# Struck at change $1 by $2; false when there was no such change.
struck() { # N HOW THREADS
    rm -f "$T/mark"
    LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$1:$2 MZG_FAULT_MARK=$T/mark convert "$3" \
        >"$T/out" 2>"$T/err" </dev/null
    status=$?
    [ -e "$T/mark" ]
}

whole() { # TYPE: what is there under the final name
    [ ! -e work/$1.gguf ] || cmp -s work/$1.gguf want-$1.gguf
}

went_on=0
for threads in 1 3; do
    for how in kill term full eio; do
        n=1
        while rm -rf work && mkdir work && struck $n $how $threads; do
            at="struck at $n ($(cat "$T/mark")) by $how, $threads threads"
            before=$failed
            { whole Q8_0 && whole BF16; } || fail "$at: half done"
            # Struck once more on the way, but for what did not stop it.
            [ $((n % 3)) != 0 ] || struck 9 $how $threads
            convert $threads >"$T/out" 2>"$T/err" </dev/null || fail "$at: does not go on"
            { cmp -s work/Q8_0.gguf want-Q8_0.gguf && cmp -s work/BF16.gguf want-BF16.gguf; } ||
                fail "$at: not what it would have been"
            same "$at: files" "$(cd work && echo *)" "BF16.gguf Q8_0.gguf"
            went_on=$((went_on + $(grep -c "going on: " "$T/err")))
            n=$((n + ${STRIDE:-1 + n / 4}))
        done
        check "struck more than once by $how" [ $n -gt 2 ]
    done
done
check "some went on from the middle ($went_on)" [ $went_on -gt 8 ]

# Asked for something else, it says so and begins anew; without --resume what was kept goes away.
rm -rf work && mkdir work
struck 60 kill 1
contains "the journal is there" <(cd work && echo *) "Q8_0.gguf.mzg-journal"
ok convert "$SAMPLE" -o 'work/{}.gguf' --to Q8_0,BF16 --resume --effort fast
contains "other options" "$T/err" "begins anew"
struck 60 kill 1
ok convert "$SAMPLE" -o 'work/{}.gguf' --to Q8_0,BF16
same "nothing is kept" "$(cd work && echo *)" "BF16.gguf Q8_0.gguf"
finish
