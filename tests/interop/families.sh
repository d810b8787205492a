# Sourced by what makes models of the field's families and runs them in the real llama.cpp (arch.sh, lora.sh), $1 being
# PEERS: what peers.sh sets, and
#   $models  a folder per family that was made, as make_models.py has it; good for as long as what makes it stays as it is
. "$(dirname "${BASH_SOURCE[0]}")/peers.sh"
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
