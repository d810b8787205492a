# A conversion whose values are made of what is stored (experts stacked, matrices transposed, an adapter merged into
# PyTorch's archives, words of four bits) is killed at several moments, goes on, and gives the bytes of an undisturbed one.
. "$root/tests/cli/lib.sh"
export ASAN_OPTIONS=verify_asan_link_order=0
made=$B/tests/cli/made_model

model() { # KIND SHARDS
    "$made" "$1" "$1" 2 128 "$2" && cp "$B"/samples/tiny/token* "$1"
}
convert() { # KIND OPTION...
    local kind=$1
    shift
    "$MZIGO" convert "$kind" -o work/m.gguf --to Q4_0 --pure --threads 3 --resume "$@" >"$T/out" 2>"$T/err" </dev/null
}
killed() { # N KIND OPTION...: false when there was no Nth change to the disk
    local n=$1
    shift
    rm -f "$T/mark"
    LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$n:kill MZG_FAULT_MARK=$T/mark convert "$@"
    [ -e "$T/mark" ]
}

resumes() { # KIND OPTION...
    local n=9 went_on=0
    ok convert "$1" -o "want-$1.gguf" --to Q4_0 --pure -q "${@:2}"
    while rm -rf work && mkdir work && killed $n "$@" 2>/dev/null; do
        { [ ! -e work/m.gguf ] || cmp -s work/m.gguf "want-$1.gguf"; } || fail "$1: half of it at $n"
        # Killed once more on the way, every other time.
        [ $((n % 2)) = 0 ] || killed 12 "$@" 2>/dev/null
        convert "$@" || fail "$1: killed at $n, does not go on"
        check "$1: killed at $n, not what it would have been" cmp -s work/m.gguf "want-$1.gguf"
        same "$1: files" "$(cd work && echo *)" m.gguf
        went_on=$((went_on + $(grep -c "going on: " "$T/err")))
        n=$((n + n / 2))
    done
    check "$1: goes on from the middle ($went_on times)" [ $went_on -gt 1 ]
}

for kind in experts gpt2 gptq; do
    model $kind 2
    resumes $kind
done
model zip 2
"$made" lora adapter 2 128 1
resumes zip --lora adapter

# What was made of other values is not gone on with: another scale of the adapter.
rm -rf work && mkdir work && killed 30 zip --lora adapter 2>/dev/null
check "there is something to go on with" [ -e work/m.gguf.mzg-journal ]
convert zip --lora adapter=0.5
contains "another scale" "$T/err" "begins anew"
"$MZIGO" convert zip -o half.gguf --to Q4_0 --pure -q --lora adapter=0.5 >"$T/out" 2>"$T/err"
check "and is what it asks for" cmp -s work/m.gguf half.gguf
finish
