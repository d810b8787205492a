# What we pack, a second implementation verifies that knows only SPEC.md.
. "$root/tests/cli/lib.sh"

by_hand() { "$root/tests/verify_by_hand.sh" "$@" >"$T/out"; }
check "the test vector, by hand" by_hand
ok convert "$SAMPLE" -o m.gguf --to Q8_0 -q
for type in p256 ed25519; do
    ok keygen -o $type --type $type -q
    ok pack m.gguf -o repo-$type --key $type.key --name m --version 1 -q
    check "$type, by hand" by_hand repo-$type $type.pub
done
by_hand repo-p256 ed25519.pub
same "another key is refused by hand" $? 1
finish
