#!/bin/bash
# Every header compiles alone, and twice: what it needs, it includes.
# CC, CFLAGS from the environment.
set -uo pipefail
passed=0 failed=0
for h in kernels/*.h formats/*.h formats/*/*.h tools/*.h; do
    # shellcheck disable=SC2086
    if printf '#include "%s"\n#include "%s"\nint mzg_unused;\n' "$h" "$h" |
        ${CC:-cc} $CFLAGS -fsyntax-only -x c -; then
        passed=$((passed + 1))
    else
        echo "FAILED: $h"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
