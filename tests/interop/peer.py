"""What the scripts that set mzigo beside Python packages share: checks that are counted, runs of mzigo, its GGUF files
as numpy has them. mzigo is the script's first argument."""
import struct
import subprocess
import sys

import numpy as np

counts = {"passed": 0, "failed": 0}


def check(name, right, why=""):
    counts["passed" if right else "failed"] += 1
    if not right:
        print(f"FAILED  {name}: {why}")


def run(*arguments):
    done = subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True)
    check(" ".join(arguments[:2]), done.returncode == 0, done.stderr)
    return done.stdout


def finish(name):
    print(f"{name}: {counts['passed']} passed, {counts['failed']} failed")
    sys.exit(counts["failed"] != 0)


def read_gguf(path):
    """The tensors of a GGUF file, as numpy has them."""
    raw = open(path, "rb").read()
    at = 24
    tensors, items = struct.unpack_from("<QQ", raw, 8)

    def text():
        nonlocal at
        n, = struct.unpack_from("<Q", raw, at)
        at += 8 + n
        return raw[at - n:at].decode()

    def value(kind):
        nonlocal at
        if kind == 8:
            return text()
        if kind == 9:
            inner, n = struct.unpack_from("<IQ", raw, at)
            at += 12
            return [value(inner) for _ in range(n)]
        size = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][kind]
        at += size
        return int.from_bytes(raw[at - size:at], "little")

    metadata = {}
    for _ in range(items):
        key = text()
        kind, = struct.unpack_from("<I", raw, at)
        at += 4
        metadata[key] = value(kind)
    infos = []
    for _ in range(tensors):
        name = text()
        n, = struct.unpack_from("<I", raw, at)
        shape = struct.unpack_from(f"<{n}Q", raw, at + 4)
        kind, offset = struct.unpack_from("<IQ", raw, at + 4 + 8 * n)
        at += 16 + 8 * n
        infos.append((name, shape[::-1], kind, offset))
    align = metadata.get("general.alignment", 32)
    start = (at + align - 1) // align * align
    types = {0: "<f4", 1: "<f2", 24: "<i1", 25: "<i2", 26: "<i4", 27: "<i8", 28: "<f8", 30: "bf16"}
    out = {}
    for name, shape, kind, offset in infos:
        if types[kind] == "bf16":
            x = np.frombuffer(raw, "<u2", int(np.prod(shape)), start + offset).astype("<u4") << 16
            x = x.view("<f4")
        else:
            x = np.frombuffer(raw, types[kind], int(np.prod(shape)), start + offset)
        out[name] = x.reshape(shape)
    return out
