#!/bin/sh
# usage: listed.sh HARNESS RUNNER OBJECT...
# Compares the kernels that are built with those the harness tests: none may be left out.
set -eu
harness=$1 runner=$2
shift 2
NM=${NM:-nm}
built=$("$NM" -g --defined-only "$@" |
    sed -nE 's/.* T (mzg_[a-z0-9_]+_(quantize|search|dequantize|dot|find_unfit)_[a-z0-9]+)$/\1/p' | sort)
listed=$($runner "$harness" --list | sort)
if [ -z "$built" ] || [ "$built" != "$listed" ]; then
    echo "built, but not in kernels/list.h (<), or listed twice (>):"
    printf '%s\n' "$built" >"$harness.built"
    printf '%s\n' "$listed" | diff "$harness.built" - || true
    exit 1
fi
