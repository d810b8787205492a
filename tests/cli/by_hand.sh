# What we pack, a second implementation verifies that knows only SPEC.md.
. "$root/tests/cli/lib.sh"

check "the test vector, by hand" "$root/tests/verify_by_hand.sh"
ok convert "$SAMPLE" -o m.gguf --to Q8_0 -q
for type in p256 ed25519; do
    ok keygen -o $type --type $type -q
    ok pack m.gguf -o repo-$type --key $type.key --name m --version 1 -q
    check "$type, by hand" "$root/tests/verify_by_hand.sh" repo-$type $type.pub
done
check "another key is refused by hand" sh -c "! '$root/tests/verify_by_hand.sh' repo-p256 ed25519.pub"
finish
