#!/bin/bash
# usage: tests/interop/pytorch.sh: checkpoints that the real torch writes, read by us (see pytorch.py).
set -uo pipefail
cd "$(dirname "$0")/../.."
B=$(cd "${B:-build}" && pwd)
python=/usr/bin/python3 # Debian's, which has Debian's torch
if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "skipped: no torch (Debian: python3-torch)"
    exit 0
fi
work=$B/interop/pytorch
rm -rf "$work"
mkdir -p "$work"
"$python" tests/interop/pytorch.py "$B/mzigo" "$B/tests/interop/pytorch_values" "$work" "$@"
