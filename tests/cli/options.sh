# The program itself, and what all commands share: help, versions, usage errors.
. "$root/tests/cli/lib.sh"

ok --version
same "version" "$(cat "$T/out")" "mzigo $(cat "$root/VERSION")"
for words in --help -h help; do
    ok $words
    contains "mzigo $words" "$T/out" "COMMANDS"
done
"$MZIGO" >"$T/out" 2>"$T/err"
same "no command: status" "$?" 2
contains "no command" "$T/err" "COMMANDS"
no 2 "unknown command 'frob'" frob
no 2 "unknown command 'frob'" help frob
no 2 "unknown command '\\x1b[2J'" $'\x1b[2J'

for c in $("$MZIGO" --commands); do
    ok "$c" --help
    contains "$c --help" "$T/out" "mzigo-$c"
    contains "$c --help" "$T/out" "EXAMPLES"
    contains "$c --help" "$T/out" "mzigo $c"
    contains "$c --help" "$T/out" "EXIT STATUS"
    cp "$T/out" "$T/help"
    ok help "$c"
    check "mzigo help $c is mzigo $c --help" cmp -s "$T/out" "$T/help"
    no 2 "unknown option --frob" "$c" --frob
    no 2 "mzigo $c --help" "$c" --frob
    # With --json the fault is on stdout too.
    "$MZIGO" "$c" --json --frob >"$T/out" 2>"$T/err"
    same "$c --json --frob: status" $? 2
    json_is error.status 2
    json_is error.code "wrong usage"
    json_is error.offset none
done

no 2 "option --threads takes a whole number from 1 to 64, not '0'" \
    convert a -o b --to F16 --threads 0
no 2 "option --cpu: unknown feature 'abacus'" convert a -o b --to F16 --cpu ref,abacus
no 2 "option --cpu: unknown feature ''" convert a -o b --to F16 --cpu ""
no 2 "option --cpu: unknown feature ''" convert a -o b --to F16 --cpu ref,
same "nothing was written" "$(listing)" ""
finish
