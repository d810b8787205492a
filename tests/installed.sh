#!/bin/bash
# What `make install` puts down is enough to build a program: the one header, both libraries, mzigo.pc.
# MAKE, CC, B, SAN from the environment.
set -euo pipefail
if [ -n "${SAN:-}" ]; then
    echo "skipped: a sanitizer's build is not for installing"
    exit 0
fi
root=$(cd "$B" && pwd)/installed
rm -rf "$root"
$MAKE --no-print-directory install PREFIX="$root/usr" >/dev/null
cat >"$root/program.c" <<'C'
#include <mzigo.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    struct mzg_run run;
    struct mzg_err e;
    mzg_run_init(&run);
    printf("%s\n", mzg_version());
    return mzg_convert("no such model", "no.gguf", &(struct mzg_convert_options){.to = "F16"}, &run,
                       NULL, &e) == MZG_IO ? 0 : 1;
}
C
export PKG_CONFIG_PATH=$root/usr/lib/pkgconfig
# shellcheck disable=SC2046
$CC -Wall -Wextra -Werror "$root/program.c" $(pkg-config --cflags --libs mzigo) -o "$root/shared"
# The library within the program, and what it needs as everywhere.
# shellcheck disable=SC2046
$CC "$root/program.c" $(pkg-config --cflags mzigo) "$root/usr/lib/libmzigo.a" \
    $(pkg-config --libs $(pkg-config --print-requires-private mzigo)) -lpthread -lm \
    -o "$root/static"
version=$(cat VERSION)
[ "$(LD_LIBRARY_PATH=$root/usr/lib "$root/shared")" = "$version" ]
[ "$("$root/static")" = "$version" ]
[ "$("$root/usr/bin/mzigo" --version)" = "mzigo $version" ]

# The samples, built as their own comments say, do what they are for.
export LD_LIBRARY_PATH=$root/usr/lib
for sample in inspect_model unpack_bundle; do
    # shellcheck disable=SC2046
    $CC -Wall -Wextra -Werror samples/$sample.c $(pkg-config --cflags --libs mzigo) -o "$root/$sample"
done
model=$B/samples/tiny
(
    cd "$root"
    mzigo=usr/bin/mzigo
    ./inspect_model "$OLDPWD/$model" | grep -q '^safetensors, 21 tensors$'
    $mzigo convert "$OLDPWD/$model" -o m.gguf --to Q8_0 -q >/dev/null
    ./inspect_model m.gguf | grep -q 'mzigo.convert.to = Q8_0'
    $mzigo keygen -o lab >/dev/null
    $mzigo keygen -o other >/dev/null
    $mzigo pack m.gguf -o m.mzb --key lab.key --name m --version 1 -q >/dev/null
    ./unpack_bundle m.mzb lab.pub out 2>/dev/null | grep -q '^m 1: 1 files'
    cmp out/m.gguf m.gguf
    status=0
    ./unpack_bundle m.mzb other.pub stolen 2>/dev/null >/dev/null || status=$?
    [ $status = 6 ] && [ ! -e stolen/m.gguf ]
)
unset LD_LIBRARY_PATH

# Nothing but the header's functions is to be seen from outside.
nm -D --defined-only "$root/usr/lib/libmzigo.so" | awk '$2 == "T" {print $3}' | sort >"$root/seen"
grep -o '\bmzg_[a-z0-9_]*(' "$root/usr/include/mzigo.h" | tr -d '(' | sort -u >"$root/declared"
diff "$root/seen" "$root/declared"

# C++ takes the header too.
if command -v clang >/dev/null; then
    echo '#include <mzigo.h>' | clang -x c++ -std=c++11 -Wall -Werror -fsyntax-only \
        -I"$root/usr/include" -
fi
if command -v groff >/dev/null; then
    for page in "$root"/usr/share/man/man1/*.1; do
        groff -man -ww -Tutf8 "$page" 2>&1 >/dev/null | tee "$root/man-warnings"
        [ ! -s "$root/man-warnings" ]
    done
fi
$MAKE --no-print-directory uninstall PREFIX="$root/usr" >/dev/null
[ -z "$(find "$root/usr" ! -type d)" ]
