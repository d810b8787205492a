# Sourced by what makes models of the field's families and runs them in the real llama.cpp (arch.sh, lora.sh), $1 being
# PEERS: installs what it takes, and sets
#   $here    this folder        $B  the build        $python  with torch and transformers
#   $peers, $libraries          where the peers lie, and llama.cpp's libraries among them
#   $models  a folder per family that was made, as make_models.py has it; good for as long as what makes it stays as it is
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
B=$(realpath "${B:-build}")
mkdir -p "$1"
for install in install.sh install_python.sh; do
    "$here/$install" "$1" || { [ $? = 77 ] && exit 0; exit 1; }
done
peers=$(realpath "$1")
python=$peers/python/venv/bin/python
libraries=$peers/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
models=$B/interop/arch

made=$({ cat "$peers/python/venv/installed" "$here/make_models.py" "$here"/models/*.py; } | sha256sum)
if [ "$(cat "$models/made" 2>/dev/null)" != "$made" ]; then
    rm -rf "$models"
    mkdir -p "$models"
    echo "$made" >"$models/made"
fi

make_models() { # NAME...: those that are not there; what could not be made is told, and lacks its expected.f32
    local name missing=()
    for name in "$@"; do
        [ -e "$models/$name/expected.f32" ] || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] || "$python" "$here/make_models.py" "$models" "${missing[@]}" 2>"$models/log" || cat "$models/log"
}
