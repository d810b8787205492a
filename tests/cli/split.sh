# Models in several GGUF files: written, read, resumed, packed, and told apart from what is none.
. "$root/tests/cli/lib.sh"

"$MZIGO" convert "$SAMPLE" -o one.gguf --to Q8_0 -q >/dev/null
size() { stat -c %s "$1"; }
# Bytes of FILE from OFFSET on, as hex.
hex() { od -An -v -tx1 -j "$2" -N "$3" "$1" | tr -d ' \n'; }
parts() { (shopt -s nullglob && echo $1-*-of-*.gguf); }

# ---- written ----

ok convert "$SAMPLE" -o s.gguf --to Q8_0 --split-max-size 400k --json
json_is out s-00001-of-00005.gguf
same "all parts are told of" "$(json parts) $(json parts.4)" "[5] s-00005-of-00005.gguf"
same "and there" "$(parts s | wc -w)" 5
check "nothing is there under the plain name" [ ! -e s.gguf ]
sum=0
for f in s-*.gguf; do
    check "$f is no larger than asked for" [ "$(size $f)" -le 400000 ]
    same "$f is a GGUF file" "$(head -c 4 $f)" GGUF
    sum=$((sum + $(size $f)))
done
json_is output_bytes $sum
check "parts other than the first have few keys" [ "$(hex s-00003-of-00005.gguf 16 8)" = 0400000000000000 ]
contains "which part it is" s-00003-of-00005.gguf "split.no"
contains "of what" s-00003-of-00005.gguf "mzigo.record.sha256"

# The same bytes whatever does the work, and whatever else is made on the way.
mkdir again
ok convert "$SAMPLE" -o again/s.gguf --to Q8_0 --split-max-size 400k --threads 5 --cpu ref
for f in s-*.gguf; do check "$f is the same again" cmp -s $f again/$f; done
rm -r again
ok convert "$SAMPLE" -o 'm-{}.gguf' --to Q8_0,F16 --split-max-size 600k
contains "several are told of" "$T/out" "m-F16-00001-of-"
same "each has its own number of parts" "$(parts m-Q8_0 | wc -w) $(parts m-F16 | wc -w)" "3 6"
ok check m-F16-00001-of-00006.gguf --against "$SAMPLE"
mkdir alone
ok convert "$SAMPLE" -o alone/m-Q8_0.gguf --to Q8_0 --split-max-size 600k
for f in alone/*; do check "${f#*/} of several is what it is alone" cmp -s $f "${f#*/}"; done
rm -r alone m-*.gguf

# By number of tensors; all in one part still is a part.
ok convert "$SAMPLE" -o n.gguf --to Q8_0 --split-max-tensors 10
same "21 tensors by 10" "$(parts n)" "n-00001-of-00003.gguf n-00002-of-00003.gguf n-00003-of-00003.gguf"
same "in the last" "$(hex n-00003-of-00003.gguf 8 8)" 0100000000000000
rm n-*.gguf
ok convert "$SAMPLE" -o n.gguf --to Q8_0 --split-max-size 4000M
contains "one part" "$T/out" "n-00001-of-00001.gguf: 21 tensors"
same "its name" "$(parts n)" n-00001-of-00001.gguf
ok check n-00001-of-00001.gguf --against "$SAMPLE"
rm n-*.gguf
# Where metadata leave no room, the first part has nothing else.
ok convert "$SAMPLE" -o n.gguf --to F16 --split-max-size 330k
same "no tensor in the first" "$(hex n-00001-of-*.gguf 8 8)" 0000000000000000
ok check n-00001-of-*.gguf --against "$SAMPLE"
rm n-*.gguf

# Only told of.
before=$(listing)
ok convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size 400k --dry-run
contains "how many" "$T/out" "in 5 parts, the largest of "
ok convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size 400k --dry-run --json
json_is outputs.0.parts 5
json_is outputs.0.output_bytes $sum

# What cannot be, or is no size, leaves nothing behind.
no 7 "tensor 'token_embd.weight' takes a part of " convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size 100k
no 7 "the metadata alone" convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size 1k
no 2 "takes a size (2G, 500M), not 'big'" convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size big
no 2 "not '0'" convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-size 0
no 2 "split-max-tensors" convert "$SAMPLE" -o d.gguf --to Q8_0 --split-max-tensors 0
no 2 "two outputs would be 'd-Q8_0-00001-of-00005.gguf'" convert "$SAMPLE" -o 'd-{}.gguf' --to Q8_0,Q8_0 --split-max-size 400k
same "nothing was left" "$(listing)" "$before"

# ---- read ----

# Any part stands for all, and so does their folder; joined it has the same tensors.
ok convert one.gguf -o want.gguf --to Q8_0
mkdir dir && mv s-*.gguf dir
ok inspect dir
contains "all of it" "$T/out" "1.53 MiB in 21 tensors, 5 files"
for source in dir/s-00001-of-00005.gguf dir/s-00004-of-00005.gguf dir; do
    ok inspect $source --json
    json_is tensor_count 21
    json_is files '[5]'
    contains "$source: metadata" "$T/out" '"tokenizer.ggml.model": "gpt2"'
    ok check $source --against "$SAMPLE" --json
    json_is failed 0
    json_is tensors.1.repeated true
    ok convert $source -o joined.gguf --to Q8_0
    ok check joined.gguf --against $source
    # But for the record of what it was made from.
    check "$source gives the same weights" cmp -s <(tail -c 1500000 joined.gguf) <(tail -c 1500000 want.gguf)
    same "the keys of parts stay behind" "$(grep -c 'split\.no' joined.gguf)" 0
done
ok convert dir -o parted.gguf --to Q8_0 --split-max-tensors 7
ok check parted-00002-of-00003.gguf --against dir
rm parted-*.gguf joined.gguf

# ---- what does not belong together ----

cd dir
mv s-00002-of-00005.gguf away
no 3 "part 2 of 5: cannot open './s-00002-of-00005.gguf'" inspect ./s-00004-of-00005.gguf
cp s-00003-of-00005.gguf s-00002-of-00005.gguf
no 4 "s-00002-of-00005.gguf: metadata key 'split.no' is 2, where 1 is due" inspect s-00001-of-00005.gguf
"$MZIGO" convert "$SAMPLE" -o other.gguf --to Q8_0 --effort best --split-max-size 400k -q >/dev/null
cp other-00002-of-00005.gguf s-00002-of-00005.gguf
no 4 "s-00002-of-00005.gguf: metadata key 'mzigo.record.sha256': the first part was made by another" \
    convert s-00001-of-00005.gguf -o ../no.gguf --to F16
no 5 "several models, 'other-00001-of-00005.gguf' and 's-00001-of-00005.gguf'" inspect .
rm other-* && mv away s-00002-of-00005.gguf
cp s-00001-of-00005.gguf x.gguf
no 5 "x.gguf: metadata key 'split.count': part 1 of 5 of a model; its name should end in" inspect x.gguf
rm x.gguf
cd ..

no 5 "importance data in 5 parts" convert "$SAMPLE" -o no.gguf --to Q4_0 --imatrix dir/s-00001-of-00005.gguf

# ---- version 2, and what is refused by its version ----

version() { cp one.gguf v.gguf && printf "$1" | dd of=v.gguf bs=1 seek=4 conv=notrunc status=none; }
version '\x02\x00\x00\x00'
ok check v.gguf --against "$SAMPLE"
ok convert v.gguf -o v2.gguf --to Q8_0
check "version 2 gives the same weights" cmp -s <(tail -c 1500000 v2.gguf) <(tail -c 1500000 want.gguf)
version '\x01\x00\x00\x00'
no 5 "GGUF version 1 (byte 4)" convert v.gguf -o no.gguf --to F16
version '\x00\x00\x00\x03'
no 5 "big-endian GGUF (byte 4)" convert v.gguf -o no.gguf --to F16
rm v.gguf v2.gguf

# ---- packed ----

"$MZIGO" keygen -o lab >/dev/null
pack() { ok pack "$@" -o repo --key lab.key --name m -q; }
pack dir/s-*.gguf --version 1
ok verify repo m@1 --trust lab.pub --deep
ok unpack repo m@1 -o out --trust lab.pub
for f in dir/s-*.gguf; do check "${f#*/} is unpacked" cmp -s $f out/${f#*/}; done
ok check out/s-00001-of-00005.gguf --against "$SAMPLE"
manifest=repo/bundles/m/1/manifest.json
contains "the first part speaks for all" $manifest '"s-00001-of-00005.gguf: model.parameters": "1508608"'
same "no other does" "$(grep -c '"s-0000[2-5].*: model\.' $manifest)" 0
contains "each is tied to the first" $manifest '"s-00005-of-00005.gguf: mzigo.record.sha256"'
no 2 "'s-00001-of-00005.gguf' is a part of a model, and 's-00002-of-00005.gguf' is not among the files" \
    pack dir/s-00001-of-00005.gguf dir/s-0000[345]* -o repo --key lab.key --name m --version 2
rm -r repo out

# ---- struck, and gone on with ----

export ASAN_OPTIONS=verify_asan_link_order=0
convert() { "$MZIGO" convert "$SAMPLE" -o 'work/{}.gguf' --to Q8_0,F16 --split-max-size 600k --threads 1 "$@"; }
mkdir work && convert -q >/dev/null && mv work whole
struck() { # N HOW OPTION...
    local n=$1 how=$2
    shift 2
    rm -f "$T/mark"
    LD_PRELOAD=$B/tests/cli/fault.so MZG_FAULT=$n:$how MZG_FAULT_MARK=$T/mark convert "$@" \
        >"$T/out" 2>"$T/err" </dev/null
    status=$?
    [ -e "$T/mark" ]
}
# No first part without all the others, and each what it should be.
whole() {
    local f
    for f in work/*.gguf; do
        [ ! -e "$f" ] || cmp -s $f whole/${f#*/} || return 1
    done
    for f in Q8_0-00001-of-00003 F16-00001-of-00006; do
        [ ! -e work/$f.gguf ] ||
            [ "$(ls work | grep -c "^${f%%-*}-.*gguf$")" = "${f##*-0000}" ] || return 1
    done
}
went_on=0 renames=0
for how in kill eio; do
    n=1
    while rm -rf work && mkdir work && struck $n $how --resume; do
        before=$failed
        cp "$T/mark" "$T/mark.first"
        whole || fail "struck at $n ($(cat "$T/mark")) by $how: half done"
        convert --resume >"$T/out" 2>"$T/err" </dev/null || fail "struck at $n by $how: does not go on"
        diff -r work whole >"$T/out" || fail "struck at $n by $how: not what it would have been"
        went_on=$((went_on + $(grep -c "going on: " "$T/err")))
        [ $failed != $before ] || pass
        case $(cat "$T/mark.first") in renameat) renames=$((renames + 1)) ;; esac
        step=$((2 + n / 2))
        n=$((n + ${STRIDE:-$((step < 10 || n < 100 ? step : 10))}))
    done
    check "struck more than once by $how" [ $n -gt 20 ]
done
check "struck among the renames, too ($renames)" [ $renames -gt 1 ]
check "some went on from the middle ($went_on)" [ $went_on -gt 2 ]
# Without --resume a failure leaves nothing at all.
for n in 3 20 60; do
    rm -rf work && mkdir work
    struck $n eio && same "struck at $n: nothing is left" "$(ls -A work)" ""
done
finish
