#!/bin/bash
# Plants faults in a copy of the kernels and shows that the harness finds each: a read of one byte
# too many, ties rounded another way, a kernel left out of the list.
set -euo pipefail
MAKE=${MAKE:-make}
if [ "$(uname -m)" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
    echo 'skipped: the faults are planted in AVX2 kernels, which this CPU cannot run'
    exit 0
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
passed=0 failed=0

last= # the file that a fault was planted in
fresh() { # the tree as it is; what is rebuilt is what depends on the last fault
    mkdir -p "$copy/tree"
    cp -rp Makefile VERSION kernels tests "$copy/tree"
    [ ! -d scripts ] || cp -rp scripts "$copy/tree"
    [ -z "$last" ] || touch "$copy/tree/$last"
}

harness() { # builds and runs it in the copy; its own status
    rm -f "$copy/b/tests/kernels/harness"
    $MAKE -C "$copy/tree" -s -j"$(nproc)" B="$copy/b" CFLAGS=-O1 HARNESS_ARGS=--quick kernels-test >"$copy/log" 2>&1
}

result() { # NAME GOOD
    if [ "$2" = yes ]; then
        passed=$((passed + 1))
        echo "ok: $1"
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        tail -n 20 "$copy/log"
    fi
}

plant() { # NAME FILE SED-SCRIPT WORDS: the harness must fail and say WORDS
    fresh
    local file=$copy/tree/$2 good=no
    last=$2
    sed -i "$3" "$file"
    if cmp -s "$2" "$file"; then
        : >"$copy/log"
        result "$1: the sed script no longer matches $2" no
        return
    fi
    if ! harness && [ -x "$copy/b/tests/kernels/harness" ] && grep -q "$4" "$copy/log"; then
        good=yes
    fi
    result "$1: $(grep -m 1 "$4" "$copy/log" || echo 'not found')" $good
}

fresh
if harness; then result 'nothing planted: passes' yes; else result 'nothing planted' no; fi

plant 'one byte read beyond the nibbles' kernels/avx2.h \
    's|^    __m128i both = _mm_loadu_si128.*|    (void)*(volatile const uint8_t *)(p + 16);\n&|' \
    'avx2: touched forbidden memory'
plant 'ties rounded up, not to even' kernels/q32_quantize_avx2.c \
    '/^MZG_INLINE __m256i code8/,/^}/s|_mm256_mul_ps(.*), inv)|_mm256_floor_ps(_mm256_add_ps(_mm256_mul_ps(_mm256_loadu_ps(x), inv), _mm256_set1_ps(0.5f)))|' \
    'quantize_avx2: output differs from the reference'
plant 'another order of adding' kernels/float_avx2.c \
    's|acc0 = _mm256_add_ps(acc0, _mm256_mul_ps(d, s0))|acc1 = _mm256_add_ps(acc1, _mm256_mul_ps(d, s0))|' \
    'dot_avx2: result differs from the reference'
plant 'a kernel left out of the list (built, not listed)' kernels/list.h \
    '/X(Q8_0, q8_0, dot, avx2)/d' 'built, but not in kernels/list.h'
# The harness knows by itself too, so that removing the file as well does not hide it.
if ! "$copy/b/tests/kernels/harness" --only none >"$copy/log" 2>&1 &&
    grep -q 'Q8_0 dot avx2: not in kernels/list.h' "$copy/log"; then
    result 'a kernel left out of the list (harness alone)' yes
else
    result 'a kernel left out of the list (harness alone)' no
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
