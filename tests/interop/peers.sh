# Sourced by what compares with llama.cpp and with Python's libraries, $1 being PEERS: installs what it takes, and sets
#   $here    this folder        $B  the build        $python  with torch and transformers
#   $peers, $libraries          where the peers lie, and llama.cpp's libraries among them
# Where they cannot be had, it says so, and the caller ends well.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
B=$(realpath "${B:-build}")
mkdir -p "$1"
for install in install.sh install_python.sh; do
    "$here/$install" "$1" || { [ $? = 77 ] && exit 0; exit 1; }
done
peers=$(realpath "$1")
# shellcheck disable=SC2034
python=$peers/python/venv/bin/python
# shellcheck disable=SC2034
libraries=$peers/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
