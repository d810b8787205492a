# Checkpoints of PyTorch: in both forms, alone and in folders.
. "$root/tests/cli/lib.sh"
refused=$root/tests/refused corpus=$root/tests/fuzz/corpus/pytorch

# Names of the tensors that the last run listed, by file and offset.
names() { "$B/tests/cli/json" tensors <"$T/out" >"$T/count"
    local i
    for ((i = 0; i < $(tr -d '[]' <"$T/count"); i++)); do json tensors.$i.name; done | xargs; }

for file in good stream; do
    ok inspect "$refused/pickle/$file.bin" --tensors --json
    json_is container PyTorch
    same "$file.bin" "$(names)" "a b"
    same "$file.bin: a's shape" "$(json tensors.0.shape.0) $(json tensors.0.shape.1)" "3 2"
done
ok inspect "$refused/zip/wide.bin" --tensors
contains "a number's type" "$T/out" BF16
ok inspect "$corpus/script.pt" --tensors
contains "TorchScript" "$T/out" l.weight
ok inspect "$corpus/wrapped.bin" --tensors --json
same "wrapped, with a prefix" "$(names)" "x y"

# The weights themselves, at the end of the file, each tensor padded to 32 bytes: 1 to 6 as floats, and 1 to 4 in
# the upper halves of floats, as raw mode leaves vectors.
values() { tail -c "$1" "$2" | od -An -v -t f4 | xargs; }
ok convert "$refused/pickle/good.bin" -o good.gguf --raw --to F32 -q
same "the values" "$(values 64 good.gguf | cut -d' ' -f1-8)" "1 2 3 4 5 6 0 0"
same "those of b" "$(tail -c 32 good.gguf | od -An -v -t x2 -N 8 | xargs)" "3f80 4000 4040 4080"
ok check good.gguf --against "$refused/pickle/good.bin"
contains "check" "$T/out" " 0 failed"
ok inspect good.gguf --json
contains "the source's digest" "$T/out" "$(sha256sum <"$refused/pickle/good.bin" | cut -d' ' -f1)"
ok convert "$refused/zip/wide.bin" -o wide.gguf --raw --to F32 -q
same "zip64: the values" "$(values 64 wide.gguf)" "$(values 64 good.gguf)"
ok convert "$corpus/wrapped_stream.bin" -o x.gguf --raw --to F32 -q
same "the older form: the values" "$(values 32 x.gguf)" "1 1 0 0 0 0 0 0"
# Views in strides, and tensors that share bytes, whose file is digested once all the same.
ok convert "$corpus/wrapped.bin" -o view.gguf --raw --to F32 -q
ok check view.gguf --against "$corpus/wrapped.bin"
ok convert "$refused/pickle/stream.bin" -o shared.gguf --raw --to F32 -q
sum=$(sha256sum <"$refused/pickle/stream.bin")
ok inspect shared.gguf --metadata
contains "the digest" "$T/out" "${sum%% *}"
no 5 "'os.system'" convert "$refused/pickle/global_system.bin" -o no.gguf --raw --to F32 -q
check "nothing is left of what is refused" [ ! -e no.gguf ]

# Folders.
folder() { rm -rf f && mkdir f; }
safetensors=$refused/safetensors/good.safetensors good=$refused/pickle/good.bin
other=$corpus/wrapped_stream.bin
is() { # TEXT NAMES
    ok inspect f --tensors --json
    same "$1" "$(names)" "$2"
}
folder
cp "$good" f/pytorch_model.bin
cp "$other" f/training_args.bin
is "pytorch_model.bin" "a b"
cp "$safetensors" f/consolidated.safetensors
is "safetensors before pickles" "a.weight b one"
cp "$corpus/script.pt" f/other.pt
mv f/consolidated.safetensors f/model-00001-of-00001.safetensors
is "a shard without an index" "a.weight b one"
folder
cp "$good" f/pytorch_model-00001-of-00002.bin
no 4 "part 2 of 2 is missing" inspect f
cp "$other" f/pytorch_model-00002-of-00002.bin
is "shards without an index" "a b x"
map='"a":"pytorch_model-00001-of-00002.bin","b":"pytorch_model-00001-of-00002.bin"'
echo "{\"weight_map\":{$map,\"x\":\"pytorch_model-00002-of-00002.bin\"}}" >f/pytorch_model.bin.index.json
is "with one" "a b x"
ok convert f -o f.gguf --raw --to F32 -q
same "the values of both" "$(values 96 f.gguf)" "$(values 64 good.gguf) $(values 32 x.gguf)"
echo "{\"weight_map\":{$map}}" >f/pytorch_model.bin.index.json
rm f/pytorch_model-00002-of-00002.bin
is "what the index names" "a b"
rm f/pytorch_model.bin.index.json
cp "$other" f/pytorch_model-00002-of-00003.bin
no 5 "'pytorch_model-00001-of-00002.bin' and 'pytorch_model-00002-of-00003.bin'" inspect f
rm f/pytorch_model-00001-of-00002.bin
no 4 "part 1 of 3 is missing" inspect f
folder
cp "$good" f/consolidated.00.pth
echo '{}' >f/params.json
is "consolidated.00.pth" "a b"
cp "$other" f/consolidated.01.pth
no 5 "consolidated.00.pth and consolidated.01.pth" inspect f
folder
cp "$other" f/any.pt
is "the only .pt" x
cp "$good" f/more.pth
no 5 "'any.pt' and 'more.pth'" inspect f
folder
cp "$safetensors" f/consolidated-00001-of-00002.safetensors
cp "$good" f/consolidated-00002-of-00002.safetensors
no 4 "tensor 'b' is there twice" inspect f
folder
echo "not a checkpoint" >f/pytorch_model.bin
no 5 "pytorch_model.bin: taken for a pickle by its name" inspect f
printf '\x80' >"$T/cut.bin"
no 4 "ends in the middle" inspect "$T/cut.bin"
{ head -c 257 /dev/zero && printf 'ustar\0' && head -c 249 /dev/zero; } >old.tar
no 5 "before 0.1.10" convert old.tar -o no.gguf --raw --to F32 -q
finish
