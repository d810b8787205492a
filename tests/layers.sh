#!/bin/sh
# layers.sh: the house's rules that a compiler does not check (arrows, banned calls, whole headers).
#
#   tests/layers.sh              prints FILE:LINE: of each violation; exit status 1 if there is any
#   tests/layers.sh --self-test  plants violations in a copy of the tree, shows that each is found
#
# What may include what:
#   tools -> formats -> formats/{eval -> model, bundle} -> formats/base, kernels/kernels.h from all
#   but base; kernels -> nothing. Files in formats/ itself are mzigo*.
# Long files, long functions and crowded folders are only reported.
set -u
cd "$(dirname "$0")/.." || exit 2
CC=${CC:-cc}
PACKAGES="libzstd libarchive libcrypto jansson yaml-0.1 libcurl libmicrohttpd"

sources() {
    find kernels formats tools -type f \( -name '*.c' -o -name '*.h' \) 2>/dev/null | LC_ALL=C sort
}

# Every awk program below starts with this: `code` is the line without comments and without what is
# inside quotes, `plain` without comments only. Comments that span lines are followed in in_comment.
STRIP='
function strip(line,    i, c, two, n, quote) {
    code = plain = ""
    quote = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; i++; code = code " "; plain = plain " " }
        } else if (quote != "") {
            plain = plain c
            if (c == "\\") { i++; plain = plain substr(line, i, 1) }
            else if (c == quote) { quote = ""; code = code c }
        } else if (two == "/*") { in_comment = 1; i++ }
        else if (two == "//") break
        else {
            if (c == "\"" || c == "\047") quote = c
            code = code c
            plain = plain c
        }
    }
}
FNR == 1 { in_comment = 0 }
{ sub(/\r$/, ""); strip($0) }
'

# ---- arrows ----

ARROWS='
function layer(path) {
    if (path ~ /^formats\/[^\/]+\//) { split(path, part, "/"); return "formats/" part[2] }
    if (path ~ /^tools\/net\//) return "tools/net"
    sub(/\/.*/, "", path)
    return path
}
function normal(path,    n, i, k, part, out) {
    n = split(path, part, "/")
    k = 0
    for (i = 1; i <= n; i++) {
        if (part[i] == "" || part[i] == ".") continue
        if (part[i] == ".." && k > 0) { k--; continue }
        stack[++k] = part[i]
    }
    out = k > 0 ? stack[1] : ""
    for (i = 2; i <= k; i++) out = out "/" stack[i]
    return out
}
# Where the compiler would find it: beside the file, then below the root, then below formats.
function found(name, quoted,    dir) {
    dir = FILENAME
    sub(/[^\/]*$/, "", dir)
    if (quoted && normal(dir name) in known) return normal(dir name)
    if (normal(name) in known) return normal(name)
    if (normal("formats/" name) in known) return normal("formats/" name)
    return ""
}
function may(from, path,    to) {
    to = layer(path)
    if (from == to) return 1
    if (path == "kernels/kernels.h") return from != "formats/base"
    return index(sees[from], " " to " ") > 0
}
function bad(why) { print FILENAME ":" FNR ": " why }
BEGIN {
    sees["formats/model"] = sees["formats/bundle"] = " formats/base "
    sees["formats/eval"] = " formats/base formats/model "
    sees["formats"] = " formats/base formats/model formats/bundle formats/eval "
    sees["tools"] = sees["formats"] "formats tools/net "
    sees["tools/net"] = sees["formats"] "formats tools "
    n = split(list, files, " ")
    for (i = 1; i <= n; i++) known[files[i]] = 1
}
FNR == 1 && layer(FILENAME) == "formats" && FILENAME !~ /^formats\/mzigo/ {
    bad("only mzigo* may stand beside formats/base, formats/model, formats/bundle and formats/eval")
}
plain ~ /^[ \t]*(#|%:)[ \t]*include/ {
    from = layer(FILENAME)
    name = plain
    sub(/^[ \t]*(#|%:)[ \t]*include(_next)?[ \t]*/, "", name)
    quoted = name ~ /^"/
    if (name !~ /^["<]/) { bad("include of a macro: its target cannot be checked"); next }
    name = substr(name, 2)
    sub(/[">].*/, "", name)
    path = found(name, quoted)
    if (path == "" && quoted)
        bad("no such file in the tree: " name)
    else if (path != "" && !may(from, path))
        bad(from " may not include " path)
    else if (path == "" && from != "tools/net" &&
             name ~ /^(sys\/socket|sys\/un|netdb|netinet\/.*|arpa\/inet|curl\/.*|microhttpd|avahi-.*)\.?/)
        bad("only tools/net opens sockets: <" name ">")
}
'

arrows() {
    # shellcheck disable=SC2046  # names in the tree hold no blanks
    awk -v list="$(sources | tr '\n' ' ')" "$STRIP$ARROWS" $(sources)
}

# ---- banned calls ----

CALLS='
# Looks for each name in `names` as a call, so that mzg_buf_printf is not printf.
function look(names, why,    n, i, name, rest, at, before) {
    n = split(names, name, " ")
    for (i = 1; i <= n; i++) {
        rest = code
        while ((at = index(rest, name[i])) > 0) {
            before = at > 1 ? substr(rest, at - 1, 1) : ""
            rest = substr(rest, at + length(name[i]))
            if (before !~ /[A-Za-z0-9_]/ && rest ~ /^[ \t]*\(/) {
                print FILENAME ":" FNR ": " name[i] ": " why
                break
            }
        }
    }
}
code !~ /\(/ { next }
{
    look("strcpy strcat sprintf vsprintf gets strtok atoi atol atof alloca rand",
         "banned everywhere")
    if (FILENAME !~ /^tools\//) {
        look("printf vprintf fprintf vfprintf dprintf puts fputs putchar perror",
             "nothing below tools/ prints")
        look("exit _exit _Exit quick_exit abort assert", "nothing below tools/ exits")
        look("getenv secure_getenv setenv putenv", "nothing below tools/ reads the environment")
    } else if (FILENAME != "tools/main.c")
        look("exit _exit _Exit quick_exit abort", "in tools/ only main exits")
    if (FILENAME !~ /^tools\/net\//)
        look("socket socketpair", "only tools/net opens sockets")
}
'

calls() {
    # shellcheck disable=SC2046
    awk "$STRIP$CALLS" $(sources)
}

# ---- headers that compile alone ----

# A header named for an instruction set: only that architecture can compile it.
foreign() {
    case $1:$($CC -dumpmachine) in
    kernels/*avx*:x86_64* | kernels/*neon*:aarch64*) return 1 ;;
    kernels/*avx* | kernels/*neon*) return 0 ;;
    *) return 1 ;;
    esac
}

headers() {
    # psabi: vectors wider than the baseline's, in functions that are always inlined.
    flags="-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wno-psabi -I. -Iformats"
    flags="$flags $(pkg-config --cflags $PACKAGES 2>/dev/null)"
    for h in $(sources | grep '\.h$'); do
        ! foreign "$h" || continue
        # shellcheck disable=SC2086
        echo "#include \"$h\"" | $CC $flags -fsyntax-only -x c - 2>&1 |
            awk -v h="$h" 'NR == 1 { print h ":1: does not compile alone" }
                           NR <= 4 { print "    " $0 }'
    done
}

# ---- limits to notice ----

LIMITS='
FNR == 1 {
    start = 0
    folder = FILENAME
    sub(/\/[^\/]*$/, "", folder)
    if (FILENAME ~ /\.c$/) rooms[folder]++
}
{ lines[FILENAME] = FNR }
# A function in this style: its name at the margin, its braces alone at the margin.
/^[A-Za-z_].*\(/ && match($0, /[A-Za-z0-9_]+\(/) {
    name = substr($0, RSTART, RLENGTH - 1)
    from = FNR
}
/^{/ { start = from }
/^}/ {
    if (start > 0 && FNR - start + 1 > 40)
        print FILENAME ":" start ": note: " name " has " FNR - start + 1 " lines"
    start = 0
}
END {
    for (f in lines) if (lines[f] > 450) print f ":1: note: " lines[f] " lines"
    for (d in rooms) if (rooms[d] > 16) print d ":0: note: " rooms[d] " rooms in one folder"
}
'

limits() {
    # shellcheck disable=SC2046
    awk "$LIMITS" $(sources) | LC_ALL=C sort
}

check() {
    wrong=$(arrows; calls; headers)
    limits
    if [ -n "$wrong" ]; then
        printf '%s\n' "$wrong"
        return 1
    fi
    echo "layers: $(sources | wc -l) files keep the rules"
}

# ---- the self-test ----

# plant FILE LINE: writes LINE as the third line of FILE in the copy; check must name it.
plant() {
    mkdir -p "$copy/$(dirname "$1")"
    printf '/* planted */\n\n%s\n' "$2" > "$copy/$1"
    expected="$expected $1:3:"
}

self_test() {
    copy=$(mktemp -d) || exit 2
    trap 'rm -rf "$copy"' EXIT
    expected=""
    mkdir "$copy/tests"
    cp tests/layers.sh "$copy/tests/"
    cp -R kernels formats tools "$copy/"
    if ! before=$(sh "$copy/tests/layers.sh"); then
        printf '%s\n' "$before" "self-test: the tree itself breaks the rules"
        return 1
    fi

    mkdir -p "$copy/formats/bundle" "$copy/formats/model"
    for h in kernels/planted formats/base/planted formats/model/planted formats/bundle/planted \
        tools/planted; do
        echo "/* nothing in it */" > "$copy/$h.h"
    done
    plant kernels/planted_up.c '#include "formats/base/planted.h"'
    plant formats/base/planted_up.c '#include "../model/planted.h"'
    plant formats/base/planted_angle.c '  #  include <model/planted.h>'
    plant formats/base/planted_kernels.c '#include "kernels/kernels.h"'
    plant formats/model/planted_sibling.c '#include "../bundle/planted.h"'
    plant formats/bundle/planted_sibling.c '/* x */ #include "./../base/../model/planted.h"'
    plant formats/model/planted_inner.c '#include "kernels/planted.h"'
    plant formats/mzigo_planted.c '#include "../tools/planted.h"'
    plant formats/model/planted_macro.c '#include PLANTED'
    plant formats/model/planted_lost.c '#include "lost.h"'
    plant tools/planted_socket.c '#include <sys/socket.h>'
    plant tools/planted_avahi.c '#include <avahi-client/client.h>'
    for f in strcpy strcat sprintf vsprintf gets strtok atoi atol atof alloca rand; do
        plant "tools/planted_$f.c" "int f(void) { return 1 + $f (0); }"
    done
    for f in printf puts fprintf exit abort getenv socket; do
        plant "formats/base/planted_$f.c" "int f(void) { return ($f(\"x\")); }"
    done
    plant tools/planted_exit.c 'void f(void) { exit(1); }'
    # Innocent: the words in a comment, in a text, and as a part of a longer name.
    printf '%s\n' '/* strcpy(a, b) */ // exit(1)' '/*' '#include "../model/planted.h"' '*/' \
        'const char *s = "printf(\"getenv(1)";' 'int mzg_buf_printf(void);' > \
        "$copy/formats/base/innocent.c"
    printf 'int *planted_alone(size_t n);\n' > "$copy/formats/base/planted_alone.h"
    expected="$expected formats/base/planted_alone.h:1:"
    {
        printf '/* long */\n\nint f(void)\n{\n'
        awk 'BEGIN { for (i = 0; i < 450; i++) print "    ;" }'
        printf '}\n'
    } > "$copy/formats/base/planted_long.c"
    expected="$expected planted_long.c:1: planted_long.c:3:"

    found=$(sh "$copy/tests/layers.sh")
    status=$?
    missed=0
    for place in $expected; do
        case "$found" in
        *"$place"*) ;;
        *) echo "self-test: not found: $place"; missed=1 ;;
        esac
    done
    case "$found" in
    *innocent.c*) echo "self-test: innocent lines were blamed"; missed=1 ;;
    esac
    if [ "$status" -ne 1 ] || [ "$missed" -ne 0 ]; then
        printf '%s\n' "$found"
        return 1
    fi
    echo "layers: self-test found all $(echo "$expected" | wc -w) planted violations"
}

if [ "${1:-}" = --self-test ]; then
    self_test
else
    check
fi
