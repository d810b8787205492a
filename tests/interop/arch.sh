#!/bin/bash
# usage: tests/interop/arch.sh PEERS [NAME...]: each family of models (only those named), as the field's own libraries
# write it, converted to F32 (a whisper to F16) by mzigo and run by the real llama.cpp (a whisper by whisper.cpp), whose
# logits must be those of transformers.
# For one family after a change: make && tests/interop/arch.sh build/interop qwen3
#
# A family's files are made once and stay in build/interop/arch/NAME: model/, case.txt, expected.f32, out.gguf (of a
# whisper out.bin). Prints a line a family: its container, what became of it, the largest difference of a logit, the
# same by the largest logit. A whisper's further lines are types that whisper.cpp computes with, each beside the F16 file of
# what its blocks stand for. What mzigo says it does not support is told, and counts as a failure only with STRICT=1.
# UPSTREAM=1: llama.cpp's own converter in mzigo's place, to see whether a difference is this harness's or llama.cpp's.
set -uo pipefail
. "$(dirname "$0")/families.sh"
work=$models
shift
names=$*
if [ -z "$names" ]; then
    names=$("$python" "$here/make_models.py" --list) || exit 1
fi
passed=0 failed=0 skipped=0
# shellcheck disable=SC2086
make_models $names

source_of() { # NAME: a folder, but of OpenAI's whisper, which is a file
    if [ -e "$work/$1/model/whisper.pt" ]; then echo "$work/$1/model/whisper.pt"; else echo "$work/$1/model"; fi
}
is_whisper() { grep -qx 'mode whisper' "$work/$1/case.txt"; } # NAME
convert() { # NAME
    local type=F32 out=out.gguf
    ! is_whisper "$1" || type=F16 out=out.bin
    if [ -n "${UPSTREAM:-}" ]; then
        [ -e "$work/$1/out.gguf" ]
    else
        "$B/mzigo" convert "$(source_of "$1")" -o "$work/$1/$out" --to $type --quiet
    fi
}

# What the runtime computes beside what is expected: whisper.cpp reads a form of its own.
compute() { # NAME
    if is_whisper "$1"; then
        "$python" "$here/models/run_whisper.py" "$work/$1/out.bin" "$work/$1"
    else
        "$B/tests/interop/logits" "$libraries" "$work/$1/out.gguf" "$work/$1"
    fi
}

line() { # NAME WHAT [DIFFERENCE LARGEST RATIO]
    printf '%-24s %-14s %-22s %10s %10s\n' "$1" "$(cat "$work/$1/container.txt" 2>/dev/null)" "$2" "${3:-}" "${5:-}"
}

# What a type's blocks are to whisper.cpp is what they are to us.
whisper_type() { # NAME TYPE
    local numbers
    if ! { "$B/mzigo" convert "$(source_of "$1")" -o "$work/$1/out.type.bin" --to "$2" -q &&
        "$B/mzigo" check "$work/$1/out.type.bin" --against "$(source_of "$1")" -q &&
        "$B/mzigo" convert "$work/$1/out.type.bin" -o "$work/$1/out.halves.bin" -q; } >"$work/$1/log" 2>&1; then
        failed=$((failed + 1)) && line "$1 $2" "DOES NOT CONVERT" && tail -n 2 "$work/$1/log" && return
    fi
    if numbers=$("$python" "$here/models/run_whisper.py" "$work/$1/out.type.bin" "$work/$1" "$work/$1/out.halves.bin" 2>"$work/$1/log")
    then
        passed=$((passed + 1)) && line "$1 $2" "equal but for rounding" $numbers
    else
        failed=$((failed + 1)) && line "$1 $2" "DIFFERS" $numbers
    fi
}

whisper_types() { # NAME
    local type
    for type in Q8_0 Q6_K Q5_K_S Q5_1 Q5_0 Q4_K_S Q4_1 Q4_0 Q3_K_S Q2_K; do
        whisper_type "$1" $type
    done
    # That it can fail: blocks of two bits beside the weights that they were made of.
    if "$python" "$here/models/run_whisper.py" "$work/$1/out.type.bin" "$work/$1" "$work/$1/out.bin" >"$work/log" 2>&1; then
        failed=$((failed + 1)) && echo "FAILED: blocks of two bits are taken for their source"
    else
        passed=$((passed + 1))
    fi
}

run_family() { # NAME
    local numbers status
    if [ ! -e "$work/$1/expected.f32" ]; then
        failed=$((failed + 1)) && line "$1" "NOT MADE" && return
    fi
    convert "$1" >"$work/$1/log" 2>&1
    status=$?
    case $status in
    0) ;;
    5)
        if [ "${STRICT:-}" = 1 ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
        line "$1" "not supported" && sed "s|$work/$1/model: ||; s/^mzigo: /    /; 1q" "$work/$1/log" && return
        ;;
    *) failed=$((failed + 1)) && line "$1" "DOES NOT CONVERT" && tail -n 2 "$work/$1/log" && return ;;
    esac
    numbers=$(compute "$1" 2>"$work/$1/log")
    case $? in
    0) passed=$((passed + 1)) && line "$1" "equal" $numbers
        [ "$1" != whisper ] || [ -n "${UPSTREAM:-}" ] || whisper_types "$1" ;;
    1) failed=$((failed + 1)) && line "$1" "DIFFERS" $numbers ;;
    *) failed=$((failed + 1)) && line "$1" "DOES NOT RUN" && tail -n 4 "$work/$1/log" ;;
    esac
}

# shellcheck disable=SC2086
(cd "$work" && for name in $names; do rm -f "$name"/out.*; done)
# shellcheck disable=SC2086
[ -z "${UPSTREAM:-}" ] || (cd "$work" && "$python" "$here/models/upstream.py" "$peers" $names 2>&1 | grep -E '^[a-z0-9.-]+: ')
printf '%-24s %-14s %-22s %10s %10s\n' family container llama.cpp difference relative
for name in $names; do
    run_family "$name"
done
# That it can fail: one model beside what another computes.
if [ -e "$work/llama/out.gguf" ] && [ -e "$work/mistral/expected.f32" ]; then
    "$B/tests/interop/logits" "$libraries" "$work/llama/out.gguf" "$work/mistral" >"$work/log" 2>&1
    if [ $? = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: another model's logits are taken"; fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
