# Key pairs: what is written, with what rights, and what is never overwritten.
. "$root/tests/cli/lib.sh"

ok keygen -o lab
same "files" "$(listing)" "$(printf './lab.key\n./lab.pub')"
same "mode of the secret key" "$(stat -c %a lab.key)" 600
contains "public key" lab.pub "BEGIN PUBLIC KEY"
contains "secret key" lab.key "PRIVATE KEY"
contains "what was made" "$T/out" "lab.pub"
cp lab.key "$T/key"
cp lab.pub "$T/pub"
no 3 "lab.key" keygen -o lab
rm lab.key
no 3 "lab.pub" keygen -o lab
check "the public key is as it was" cmp -s lab.pub "$T/pub"
check "no secret key appeared" [ ! -e lab.key ]
rm lab.pub
(umask 077 && "$MZIGO" keygen -o closed >/dev/null)
same "mode of a public key under umask 077" "$(stat -c %a closed.pub)" 600
rm closed.*

ok keygen -o ed --type ed25519 --json
json_is secret_key ed.key
json_is public_key ed.pub
no 2 "option --type takes p256 or ed25519, not 'rsa'" keygen -o other --type rsa
no 2 "option --out NAME is missing" keygen
no 3 "nowhere" keygen -o nowhere/lab
no 2 "unexpected argument 'extra'" keygen -o other extra

# Passphrases.
printf 'open sesame\nsecond line\n' >pass
printf '\n' >empty
ok keygen -o locked --passphrase-file pass
contains "encrypted key" locked.key "ENCRYPTED"
check "OpenSSL opens it by the first line" \
    openssl pkey -in locked.key -passin pass:"open sesame" -noout
printf 'open sesame' | "$MZIGO" keygen -o piped --passphrase-file - >"$T/out" 2>"$T/err"
same "a passphrase from a pipe: status" $? 0
check "OpenSSL opens it" openssl pkey -in piped.key -passin pass:"open sesame" -noout
no 2 "the passphrase is empty" keygen -o other --passphrase-file empty
no 3 "nosuch" keygen -o other --passphrase-file nosuch
# Without a terminal there is nobody to ask.
setsid -w "$MZIGO" keygen -o other --passphrase >"$T/out" 2>"$T/err" </dev/null
same "no terminal: status" $? 2
contains "no terminal" "$T/err" "give --passphrase-file"
# With one, it is asked twice, unseen.
pty() { "$B/tests/cli/pty" "$@" >"$T/out" 2>"$T/err"; }
pty "new passphrase: " "open sesame" "the same again: " "open sesame" \
    -- "$MZIGO" keygen -o asked --passphrase
same "asked: status" $? 0
check "OpenSSL opens it by what was typed" openssl pkey -in asked.key -passin pass:"open sesame" -noout
check "what was typed was not shown" [ "$(grep -c sesame "$T/out")" = 0 ]
pty "new passphrase: " "open sesame" "the same again: " "open says me" \
    -- "$MZIGO" keygen -o other --passphrase
same "two that differ: status" $? 2
contains "two that differ" "$T/out" "the two passphrases differ"
pty "new passphrase: " "^C" -- "$MZIGO" keygen -o other --passphrase
same "interrupted: status" $? 130
# OpenSSL's own keys are keys.
check "the pair belongs together" \
    [ "$(openssl pkey -in ed.key -pubout)" = "$(cat ed.pub)" ]
same "nothing else was written" "$(listing | tr '\n' ' ')" \
    "./asked.key ./asked.pub ./ed.key ./ed.pub ./empty ./locked.key ./locked.pub ./pass ./piped.key ./piped.pub "
finish
