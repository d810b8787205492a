#!/bin/bash
# Every refused file in tests/refused/ fails as its line in an EXPECT file there says, and the file it
# was made from passes. Tab-separated, '#' begins a comment:
#   path    the refused file or folder, in tests/refused/
#   base    what it is a one-field mutation of (in tests/refused/), or '-': that passes
#   status  exit status
#   item    what the message names, or '-'
#   offset  the byte that the message names, or '-' for none
#   command mzigo's arguments; {} is the path, {out} an output that must not appear, {dir}
#           tests/refused. Short: "inspect" is inspect {}, "convert" is convert {} -o {out} --to F16;
#           "imatrix" quantizes a sample with {} as its importance data, "recipe" by the recipe {}, "adapter"
#           merges {} into it;
#           "overlay SAMPLE": the path is a folder whose files are laid over a copy of that sample,
#           which is converted; "bare SAMPLE": the copy is without the sample's own tokenizer
# A message is one line on stderr; nothing is written. B from the environment.
set -uo pipefail
cd "$(dirname "$0")/.."
B=$(cd "${B:-build}" && pwd)
here=$PWD/tests/refused
work=$B/tests/refused
passed=0 failed=0

fail() { # TEXT
    failed=$((failed + 1))
    echo "FAILED: $path: $1"
    sed 's/^/    /' "$work/err" | head -n 5
}

# mzigo's arguments with the placeholders filled in, run in an empty folder.
run() { # PATH COMMAND
    local words=() word
    rm -rf "$work/out"
    mkdir -p "$work/out"
    case $2 in
    inspect) set -- "$1" "inspect {}" ;;
    convert) set -- "$1" "convert {} -o {out} --to F16" ;;
    recipe) set -- "$1" "convert $B/samples/tiny -o {out} --recipe {}" ;;
    adapter) set -- "$1" "convert $B/samples/tiny -o {out} --to F16 --lora {}" ;;
    imatrix) set -- "$1" "convert $B/samples/tiny -o {out} --to Q4_0 --pure --imatrix {}" ;;
    "overlay "* | "bare "*)
        rm -rf "$work/model"
        cp -r "$B/samples/${2#* }" "$work/model"
        [[ $2 != "bare "* ]] || rm "$work/model"/tokenizer*
        cp "$here/$1"/* "$work/model"
        set -- "$1" "convert $work/model -o {out} --to F16"
        ;;
    esac
    # shellcheck disable=SC2086
    for word in $2; do
        word=${word//"{}"/$here/$1}
        word=${word//"{out}"/$work/out/output}
        words+=("${word//"{dir}"/$here}")
    done
    (cd "$work/out" && "$B/mzigo" "${words[@]}") >"$work/stdout" 2>"$work/err" </dev/null
}

refused() { # PATH STATUS ITEM OFFSET COMMAND
    local status named
    run "$1" "$5"
    status=$?
    named=$(grep -oE "byte $4(\$|[^0-9])" "$work/err" | head -n 1 | tr -cd 0-9)
    [ "$4" != - ] || named=$(sed -n 's/.* (byte \([0-9]*\))$/\1/p' "$work/err")
    if [ "$status" != "$2" ]; then
        fail "status $status, not $2"
    elif [ "$(wc -l <"$work/err")" != 1 ] || ! grep -q '^mzigo: ' "$work/err"; then
        fail "not one line on stderr"
    elif [ "$3" != - ] && ! grep -qF -- "$3" "$work/err"; then
        fail "does not name '$3'"
    elif [ "${named:--}" != "$4" ]; then
        fail "names byte ${named:--}, not $4"
    elif [ -n "$(ls -A "$work/out")" ]; then
        fail "something was written: $(ls -A "$work/out")"
    else
        passed=$((passed + 1))
    fi
}

mkdir -p "$work"
for list in "$here"/EXPECT*; do
    [ -e "$list" ] || { echo "skipped: no lists yet" && exit 0; }
    # The readers are there (and tested) before the option that leads to them.
    option=--$(sed -n 's/.*\t\(imatrix\|recipe\)$/\1/p;q' "$list")
    if [ "$option" != -- ] && [[ $("$B/mzigo" convert --help) != *"$option"* ]]; then
        echo "skipped: ${list##*/} waits for convert $option"
        continue
    fi
    while IFS=$'\t' read -r path base status item offset command; do
        [[ -n $path && $path != "#"* ]] || continue
        [ -e "$here/$path" ] || { : >"$work/err" && fail "is missing" && continue; }
        refused "$path" "$status" "$item" "$offset" "$command"
        [ "$base" = - ] || run "$base" "$command" || fail "its base $base does not pass"
    done <"$list"
done
# A file in no list would be a test that nobody runs.
unlisted=$(cd "$here" && find . -type f ! -name 'EXPECT*' -printf '%P\n' | awk -F '\t' '
    FILENAME != "-" { listed[$1]; listed[$2]; next }
    {
        for (path = $0; path != ""; path = path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "")
            if (path in listed || (path "/") in listed)
                next
        print
    }' EXPECT* -)
[ -z "$unlisted" ] || { echo "FAILED: in no list:" $unlisted && failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ $failed = 0 ]
