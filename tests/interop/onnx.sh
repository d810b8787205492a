#!/bin/bash
# usage: onnx.sh PEERS: models that the real onnx package and onnxruntime's quantizer wrote, read by mzigo: names, types,
# shapes and values (onnx_models.py, onnx_real.py). The packages go into a Python of their own in PEERS/onnx, at fixed
# versions; where they cannot be had, it says so.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mzigo=$(realpath "${B:-build}")/mzigo
data=$(realpath -q ../shared/data || true)
packages="onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 onnxruntime==1.32.0 onnx_ir==1.1.0"
mkdir -p "$1/onnx"
cd "$1/onnx" || exit 1

if [ "$(cat venv/installed 2>/dev/null)" != "$packages" ]; then
    # shellcheck disable=SC2086
    if python3 -m venv venv >pip.log 2>&1 && venv/bin/pip install -q --no-input $packages >>pip.log 2>&1; then
        echo "$packages" >venv/installed
    else
        rm -rf venv
        echo "skipped: $packages could not be installed: $(tail -n 1 pip.log)"
        exit 0
    fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
export PYTHONDONTWRITEBYTECODE=1
venv/bin/python "$here/onnx_models.py" "$mzigo" "$work" || status=1
venv/bin/python "$here/onnx_real.py" "$mzigo" "$work" "$data" || status=1
exit $status
