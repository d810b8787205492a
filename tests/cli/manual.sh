# A command's help and its manual page say the same words.
. "$root/tests/cli/lib.sh"

# Roff without its dress, a word a line.
undress() {
    sed -e 's/^\.SH //' -e '/^\.[a-zA-Z]/d' -e 's/\\&//g' -e 's/\\f[BIR]//g' -e 's/\\-/-/g' \
        -e "s/\\\\(aq/'/g" -e 's/\\(ga/`/g' -e 's/\\e/\\/g' | tr -s ' \n' '\n\n' | sed '/^$/d'
}

for c in "" $("$MZIGO" --commands); do
    "$MZIGO" help $c | tr -s ' \n' '\n\n' | sed '/^$/d' >"$T/help"
    "$MZIGO" --man $c | undress >"$T/man"
    check "help and manual of '$c' differ" diff "$T/help" "$T/man"
    check "help of '$c' is empty" [ "$(wc -l <"$T/help")" -gt 50 ]
    # Examples are given as typed, however long; all else fits a terminal.
    check "help of '$c' is wider than 80" \
        [ -z "$("$MZIGO" help $c | grep -v '^    mzigo ' | awk 'length > 80')" ]
    check "an example of '$c' is not of this program" \
        [ -z "$("$MZIGO" help $c | sed -n '/^EXAMPLES/,/^$/p' | sed 1d | grep . | grep -v '^    mzigo ')" ]
done
finish
