# What was printed must have arrived.
. "$root/tests/cli/lib.sh"

for words in --version "help pack" "inspect $SAMPLE" "inspect $SAMPLE --json"; do
    if [ -c /dev/full ]; then
        "$MZIGO" $words >/dev/full 2>"$T/err"
        same "mzigo $words > /dev/full: status" $? 3
        contains "mzigo $words > /dev/full" "$T/err" "cannot write to standard output"
    else
        skip "no /dev/full here"
    fi
    "$MZIGO" $words >&- 2>"$T/err"
    same "mzigo $words with stdout closed: status" $? 3
    # A reader who has left is told nothing. (The FIFO's reader is gone for sure: it has been waited for.)
    rm -f "$T/fifo"
    mkfifo "$T/fifo"
    : <"$T/fifo" &
    exec 5>"$T/fifo"
    wait $!
    "$MZIGO" $words >&5 2>"$T/err"
    same "mzigo $words into a closed pipe: status" $? 3
    exec 5>&-
    check "mzigo $words into a closed pipe is quiet" [ ! -s "$T/err" ]
done

# A closed stdin or stderr must not become a file's descriptor.
"$MZIGO" convert "$SAMPLE" -o a.gguf --to F16 -q >"$T/out" 2>&- <&-
same "convert without stdin and stderr" $? 0
ok convert "$SAMPLE" -o b.gguf --to F16 -q
check "it wrote the same file" cmp -s a.gguf b.gguf
finish
