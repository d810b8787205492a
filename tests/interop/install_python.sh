#!/bin/bash
# usage: install_python.sh PEERS: puts a Python of its own into PEERS/python, with what writes and runs models in the
# field: torch, transformers, tokenizers, sentencepiece and safetensors, and whisper.cpp's library, at fixed versions, and
# says so. A registry that does not answer: says "skipped: ..." and exits with 77.
#
# torch's package wants 2 GB of CUDA libraries beside it. Here nothing is computed but on the CPU, so of them only the
# small one is fetched that says that there is no device. In place of the others stand libraries made here, which have
# the names that torch's loader looks for, as functions that nothing calls.
set -euo pipefail
mkdir -p "$1/python"
cd "$1/python"
# All of them, so that a later release of one is not taken: pip is told to look for nothing else.
packages="torch==2.15.0 transformers==5.24.0 safetensors==0.8.0 sentencepiece==0.2.3 tokenizers==0.23.3 numpy==2.4.6
    annotated-doc==0.0.7 anyio==4.16.0 click==8.5.1 einops==0.8.2 filelock==4.3.1 fsspec==2026.9.0 h11==0.16.0
    httpcore2==2.16.2 httpx2==2.16.2 huggingface_hub==2.4.0 idna==3.20 jinja2==3.1.6 markdown-it-py==4.3.0
    MarkupSafe==3.0.4 mdurl==0.1.2 mpmath==1.3.0 networkx==3.6.1 nvidia-cuda-runtime==13.2.86 packaging==26.4
    protobuf==7.36.2 Pygments==2.21.0 pywhispercpp==1.5.1 PyYAML==6.0.4 regex==2026.11.19 rich==15.0.0 shellingham==1.5.4
    sympy==1.14.0 tqdm==4.70.1 truststore==0.10.5 typer==0.29.2 typing_extensions==4.16.0"
packages=$(echo $packages)

# Names that these libraries leave to others, each as NAME@VERSION or NAME.
wanted() { # LIBRARY...
    readelf -W --dyn-syms "$@" | awk '$5 == "GLOBAL" && $7 == "UND" { print $8 }' | LC_ALL=C sort -u
}

# A library that has the names of standard input: as a function that gives no result, or in C++ refers to an empty
# room; as a constructor, which gives an object functions that do nothing; as a class's own data, read at start.
stub() { # FILE VERSION
    local version=
    [ -z "$2" ] || { echo "$2 { global: *; };" >stub.map && version=-Wl,--version-script=stub.map; }
    awk '
        function kind(name, is) { print ".globl " name "\n.type " name ", @" is "\n" name ":" }
        BEGIN { print ".data\n.balign 16\nroom: .zero 4096\nclass: .quad 0, 0\n.rept 62\n.quad nothing\n.endr\n.text\nnothing: ret" }
        /^_ZTI/ { print ".data\n.balign 8"; kind($1, "object"); print ".quad 0, 1f\n1: .asciz \"" substr($1, 5) "\"\n.text"; next }
        /^_ZTV/ { print ".data\n.balign 8"; kind($1, "object"); print ".zero 512\n.text"; next }
        { kind($1, "function") }
        /^_ZN.*C1E/ { print "lea class+16(%rip), %rax\nmov %rax, (%rdi)\nret"; next }
        /^_Z/ { print "lea room(%rip), %rax\nret"; next }
        { print "xor %eax, %eax\nret" }
        END { print ".section .note.GNU-stack,\"\",@progbits" }' |
        gcc -shared -nostdlib -x assembler - -Wl,-soname="$1" $version -o "$1"
}

stubs() {
    local lib
    cd venv/lib/python3*/site-packages/torch/lib
    # The first thing that torch does is to put other functions in place of some of its CUDA ones.
    sed -i 's/^\( *\)registry._register_all_overrides()/\1pass/' ../_native/__init__.py
    rm -f libtorch_cuda.so libtorch_cuda_linalg.so libtorch_nvshmem.so libcaffe2_nvrtc.so
    wanted libtorch_python.so libtorch_cpu.so libc10_cuda.so >wanted.txt
    for lib in libcupti.so.13 libcudnn.so.9; do
        sed -n "s/@$lib$//p" wanted.txt | stub $lib $lib
    done
    grep '^cuFile' wanted.txt | stub libcufile.so.0 ''
    readelf -W --dyn-syms lib{c10,c10_cuda,torch_cpu,torch_python}.so | awk '$7 != "UND" { print $8 }' |
        LC_ALL=C sort -u >defined.txt
    LC_ALL=C comm -23 wanted.txt defined.txt | grep -E '^_Z(TI|TV)?NK?(2at|3sdp|4c10d|5torch)' | stub libtorch_cuda.so ''
    rm -f wanted.txt defined.txt stub.map
}

if [ "$(cat venv/installed 2>/dev/null)" != "$packages" ]; then
    rm -rf venv
    if ! { python3 -m venv venv && venv/bin/pip install -q --no-input --no-deps --no-compile $packages; } >pip.log 2>&1; then
        echo "skipped: torch and transformers could not be installed: $(tail -n 1 pip.log)"
        rm -rf venv
        exit 77
    fi
    (stubs)
    venv/bin/python -c 'import torch, transformers; assert torch.ones(2, 2).mm(torch.ones(2, 2)).sum() == 8'
    echo "$packages" >venv/installed
fi
echo "peers: $(echo $packages | cut -d ' ' -f 1-5)"
