#!/bin/sh
# usage: tests/verify_by_hand.sh REPO KEY.pub
# Verifies every bundle of a repository folder by SPEC.md's section 5 alone, with openssl, sha256sum,
# zstd and awk: a second implementation, which shows that the section is complete. Prints a line a
# bundle; the exit status is 1 when anything is wrong.
# Without arguments: the test vector, then the vector spoilt, which must fail.
set -u
for tool in openssl zstd sha256sum base64 awk; do
    command -v $tool >/dev/null || { echo "skipped: no $tool" && exit 0; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# JSON to lines: PATH<tab>VALUE, strings without their quotes (escapes stay as they are).
FLATTEN='
function fail(why) { print "not JSON: " why > "/dev/stderr"; exit 1 }
function blank() { while (substr(text, pos, 1) ~ /[ \t\n\r]/) pos++ }
function string(    start) {
    if (substr(text, pos, 1) != "\"") fail("no string at " pos)
    for (start = ++pos; substr(text, pos, 1) != "\""; pos++) {
        if (pos > length(text)) fail("no end of a string")
        if (substr(text, pos, 1) == "\\") pos++
    }
    return substr(text, start, pos++ - start)
}
function value(path,    c, i, key) {
    blank()
    c = substr(text, pos, 1)
    if (c == "\"") print path "\t" string()
    else if (c == "{" || c == "[") {
        pos++
        for (i = 0; ; i++) {
            blank()
            if (substr(text, pos, 1) ~ /[]}]/) { pos++; return }
            if (i > 0) { if (substr(text, pos++, 1) != ",") fail("no comma at " pos); blank() }
            key = "[" i "]"
            if (c == "{") { key = "." string(); blank(); if (substr(text, pos++, 1) != ":") fail("no colon") }
            value(path key)
        }
    } else {
        if (!match(substr(text, pos), /^-?[0-9]+/) || substr(text, pos + RLENGTH, 1) ~ /[.eE]/)
            fail("neither string nor integer at " pos)
        print path "\t" substr(text, pos, RLENGTH)
        pos += RLENGTH
    }
}
{ text = text $0 "\n" }
END { pos = 1; value("") }
'

get() { awk -F '\t' -v path="$1" '$1 == path { print $2; found = 1 } END { exit !found }' "$2"; }
digest() { sha256sum <"$1" | cut -c -64; }
bad() { echo "  bad: $*" && return 1; }

signature() { # FOLDER
    local_id=$(digest "$key")
    awk "$FLATTEN" "$1/manifest.dsse" >"$work/envelope" || return 1
    get .payload "$work/envelope" && return 1
    [ "$(get .payloadType "$work/envelope")" = application/vnd.mzigo.manifest+json ] || return 1
    [ "$(get '.signatures[0].keyid' "$work/envelope")" = "$local_id" ] || bad "another key" || return 1
    get '.signatures[0].sig' "$work/envelope" | base64 -d >"$work/sig" || return 1
    { printf 'DSSEv1 35 application/vnd.mzigo.manifest+json %d ' "$(wc -c <"$1/manifest.json")" &&
        cat "$1/manifest.json"; } >"$work/pae"
    if openssl pkey -pubin -in "$key" -noout -text | grep -q ED25519; then
        openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/pae" -sigfile "$work/sig"
    else
        openssl dgst -sha256 -verify "$key" -signature "$work/sig" "$work/pae"
    fi >/dev/null 2>&1 || bad "the signature"
}

chunk() { # PATH OF THE CHUNK; adds its content to $work/file
    object=$(get "$1.object" "$work/m") && stored=$(get "$1.stored" "$work/m") &&
        length=$(get "$1.length" "$work/m") || return 1
    path=$repo/objects/$(echo "$object" | cut -c -2)/$object
    [ -f "$path" ] && [ "$(wc -c <"$path")" -eq "$stored" ] || bad "$1: length of $object" || return 1
    [ "$(digest "$path")" = "$object" ] || bad "$1: $object" || return 1
    case $(get "$1.codec" "$work/m") in
    none) cp "$path" "$work/content" ;;
    zstd) zstd -dqf "$path" -o "$work/content" ;;
    *) false ;;
    esac || bad "$1: cannot be decoded" || return 1
    [ "$(wc -c <"$work/content")" -eq "$length" ] || bad "$1: length" || return 1
    [ "$(digest "$work/content")" = "$(get "$1.sha256" "$work/m")" ] || bad "$1: content" || return 1
    cat "$work/content" >>"$work/file"
}

bundle() { # FOLDER
    signature "$1" || return 1
    awk "$FLATTEN" "$1/manifest.json" >"$work/m" || return 1
    [ "$(get .format "$work/m")" = mzigo.manifest/1 ] || bad format || return 1
    [ "$(get .name "$work/m")/$(get .version "$work/m")" = "${1#"$repo"/bundles/}" ] ||
        bad "name or version" || return 1
    f=0
    while name=$(get ".files[$f].path" "$work/m"); do
        : >"$work/file"
        c=0
        while get ".files[$f].chunks[$c].length" "$work/m" >/dev/null; do
            chunk ".files[$f].chunks[$c]" || return 1
            c=$((c + 1))
        done
        [ "$(wc -c <"$work/file")" -eq "$(get ".files[$f].size" "$work/m")" ] &&
            [ "$(digest "$work/file")" = "$(get ".files[$f].sha256" "$work/m")" ] || bad "$name" || return 1
        f=$((f + 1))
    done
    [ $f -gt 0 ]
}

repository() { # REPO KEY
    repo=$1 key=$2 wrong=0
    for m in "$repo"/bundles/*/*/manifest.json; do
        [ -e "$m" ] || return 1
        if bundle "${m%/manifest.json}"; then
            echo "verified: ${m#"$repo"/bundles/}"
        else
            echo "REFUSED: ${m#"$repo"/bundles/}"
            wrong=1
        fi
    done
    return $wrong
}

if [ $# -eq 2 ]; then
    repository "$1" "$2"
    exit
fi
vector=$(dirname "$0")/vectors/bundle
repository "$vector/repo" "$vector/test.pub" || exit 1
cp -R "$vector/repo" "$work/spoilt"
chmod -R u+w "$work/spoilt"
for f in $(cd "$work/spoilt" && find . -type f); do
    cp "$work/spoilt/$f" "$work/kept"
    tr '0123456789abcdef' '1023456789abcdef' <"$work/kept" | tr '\000(' '\001H' >"$work/spoilt/$f"
    cmp -s "$work/kept" "$work/spoilt/$f" ||
        ! repository "$work/spoilt" "$vector/test.pub" >/dev/null 2>&1 ||
        { echo "FAILED: $f may be changed" && exit 1; }
    cp "$work/kept" "$work/spoilt/$f"
done
echo "a change in any file is found"
