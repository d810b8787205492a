# Raw mode: what becomes of numbers that are no weights, of those that are longer than floats, and of what GGUF has no
# place for.
. "$root/tests/cli/lib.sh"

# FILE HEADER DATA: a safetensors file; DATA as printf has it.
tensors() {
    { printf "\\x$(printf %x ${#2})\\x00\\x00\\x00\\x00\\x00\\x00\\x00" && printf '%s' "$2" && printf "$3"; } >"$1"
}
# NAME: the type that the last listing has for it.
type_of() { awk -v name="$1" '$NF == name { print $1 }' "$T/out"; }
bytes() { od -An -v -t "$3" -j "$(($(stat -c %s "$1") - $2))" -N "$4" "$1" | xargs; } # FILE FROM-THE-END KIND COUNT

tensors wide.safetensors '{"w":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]},"v":{"dtype":"F64","shape":[1],"data_offsets":[32,40]}}' \
    '\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\x08\x40\0\0\0\0\0\0\xe0\xbf\x01\0\0\x10\0\0\xf0\x3f'
ok convert wide.safetensors --raw -o wide.gguf --to F16 -q
ok inspect wide.gguf --tensors
same "a matrix of F64" "$(type_of w)" F16
same "a vector of F64" "$(type_of v)" F32
same "its values" "$(bytes wide.gguf 64 x2 8)" "3c00 4000 4200 b800"
same "rounded once" "$(bytes wide.gguf 32 x4 4)" "3f800001"
ok check wide.gguf --against wide.safetensors

# A matrix of whole numbers keeps them, whatever type is asked for.
tensors whole.safetensors '{"b":{"dtype":"BOOL","shape":[1,2],"data_offsets":[0,2]},"i":{"dtype":"I32","shape":[1,2],"data_offsets":[2,10]},"u":{"dtype":"U8","shape":[1,2],"data_offsets":[10,12]}}' \
    '\x01\0\xff\xff\xff\xff\x02\0\0\0\xff\x02'
ok convert whole.safetensors --raw -o whole.gguf --to Q8_0 -q
ok inspect whole.gguf --tensors
same "types" "$(type_of b) $(type_of i) $(type_of u)" "I8 I32 I16"
same "BOOL" "$(bytes whole.gguf 96 d1 2)" "1 0"
same "I32" "$(bytes whole.gguf 64 d4 8)" "-1 2"
same "U8" "$(bytes whole.gguf 32 d2 4)" "255 2"
ok check whole.gguf --against whole.safetensors
cp whole.gguf other.gguf
printf '\x03' | dd of=other.gguf bs=1 seek=$(($(stat -c %s other.gguf) - 32)) conv=notrunc 2>/dev/null
"$MZIGO" check other.gguf --against whole.safetensors >"$T/out" 2>&1
same "another number is seen" $? 1
contains "by its tensor" "$T/out" "bytes differ"

tensors huge.safetensors '{"u":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}' '\0\0\0\0\0\0\0\x80'
no 5 "tensor 'u': one of its numbers is beyond what I64 can hold" convert huge.safetensors --raw -o no.gguf --to F16 -q
check "nothing is written" [ ! -e no.gguf ]
finish
