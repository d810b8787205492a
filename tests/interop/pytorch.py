"""usage: pytorch.py MZIGO PYTORCH_VALUES WORK [COUNT]
Random checkpoints by the real torch (views, shared weights, all types, wrappers, both forms): what we read of
each is what torch has, bit for bit. And what raw mode makes of it as F32, where it can."""
import collections
import random
import struct
import subprocess
import sys

import torch

mzigo, reader, work = sys.argv[1:4]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 60
names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
         torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
         torch.uint8: "U8", torch.bool: "BOOL"}
gguf_types = {0: "F32", 1: "F16", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 30: "BF16"}
sizes = {"F32": 4, "F16": 2, "I8": 1, "I16": 2, "I32": 4, "I64": 8, "F64": 8, "BF16": 2}
passed = failed = 0


def check(good, text):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED:", text)


def raw(t):
    """A tensor's elements, row by row."""
    t = t.detach().contiguous()
    if t.dtype == torch.bfloat16:
        t = t.view(torch.int16)
    return t.numpy().tobytes()


def make(r, dtype, base):
    """A tensor that may be a view, or a part of what another has."""
    shape = [r.randint(0 if r.random() < 0.03 else 1, 7) for _ in range(r.choice([0, 1, 1, 2, 2, 2, 3, 4, 5]))]
    t = base if base is not None and r.random() < 0.3 else torch.randn(shape) * 100
    if t is not base:
        t = (t > 0) if dtype == torch.bool else t.to(dtype)
    for _ in range(r.choice([0, 0, 0, 1, 2])):
        way = r.randrange(6)
        if way == 0 and t.dim() >= 2:
            t = t.transpose(0, -1)
        elif way == 1 and t.dim() >= 1:
            t = t[::2]
        elif way == 2 and t.dim() >= 1 and t.shape[0] > 1:
            t = t[1:]
        elif way == 3 and t.dim() <= 4:
            t = t.unsqueeze(0).expand(3, *t.shape)
        elif way == 4 and t.dim() >= 1 and t.shape[-1] > 0:
            t = t.select(-1, t.shape[-1] - 1)
        elif way == 5 and t.dim() >= 2:
            t = t.diagonal()
    if t.dtype.is_floating_point and r.random() < 0.3:
        t = torch.nn.Parameter(t, requires_grad=r.random() < 0.5)
    return t


def wrap(r, state):
    """What stands around the weights, and the numbers that can be asked for."""
    way = r.randrange(6)
    if way == 1:
        return {"epoch": 3, "state_dict": state, "optimizer": {"state": {0: {"exp": torch.ones(3)}}}}, ["epoch = 3"]
    if way == 2:
        return {"dims": {"n_mels": 80, "n_vocab": 51865}, "model_state_dict": state}, \
            ["dims.n_mels = 80", "dims.n_vocab = 51865"]
    if way == 3:
        return {"model": state, "args": None, "loss": 0.25, "names": ["a", ("b", b"c", {1, 2})]}, []
    if way == 4:
        return {"module": {"state_dict": state}, "rng": torch.get_rng_state(), "size": torch.Size([2])}, []
    return state, []


def read_values(path):
    """name -> type, shape, bytes; and the lines of numbers."""
    data, at, found, numbers = open(path, "rb").read(), 0, {}, []
    while at < len(data):
        end = data.index(b"\n", at)
        words = data[at:end].decode().split(" ")
        at = end + 1
        if words[1] == "=":
            numbers.append(" ".join(words))
            continue
        shape = [int(w) for w in words[2:]][::-1]
        n = {**sizes, "U8": 1, "BOOL": 1}[words[1]]
        for s in shape:
            n *= s
        found[words[0]] = (words[1], shape, data[at:at + n])
        at += n
    return found, numbers


def read_gguf(path):
    """name -> type, shape, bytes, of the files that raw mode writes."""
    data = open(path, "rb").read()
    _, _, tensors, pairs = struct.unpack_from("<4sIQQ", data)
    at, align, found = 24, 32, {}

    def text():
        nonlocal at
        n, = struct.unpack_from("<Q", data, at)
        at += 8 + n
        return data[at - n:at].decode()

    def skip(kind):
        nonlocal at
        if kind == 8:
            text()
        elif kind == 9:
            of, n = struct.unpack_from("<IQ", data, at)
            at += 12
            for _ in range(n):
                skip(of)
        else:
            at += {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}[kind]

    for _ in range(pairs):
        text()
        at += 4
        skip(struct.unpack_from("<I", data, at - 4)[0])
    infos = []
    for _ in range(tensors):
        name = text()
        dims, = struct.unpack_from("<I", data, at)
        shape = struct.unpack_from("<%dQ" % dims, data, at + 4)
        kind, offset = struct.unpack_from("<IQ", data, at + 4 + 8 * dims)
        at += 16 + 8 * dims
        infos.append((name, gguf_types[kind], list(shape)[::-1], offset))
    start = (at + align - 1) // align * align
    for name, kind, shape, offset in infos:
        n = sizes[kind]
        for s in shape:
            n *= s
        found[name] = (kind, shape, data[start + offset:start + offset + n])
    return found


def expected_in_gguf(t):
    """Whole numbers stay so, in the narrowest type of GGUF's that holds theirs; F64 becomes F32."""
    other = {torch.bool: torch.int8, torch.uint8: torch.int16, torch.float64: torch.float32}
    if t.dim() == 2 and t.dtype.is_floating_point:
        other = {t.dtype: torch.float32}
    t = t.to(other.get(t.dtype, t.dtype))
    return names[t.dtype], list(t.shape) or [1], raw(t)


def check_converted(i, path, state):
    """As F32: all that is 4-dimensional at most and has elements; views, shared bytes, and types that GGUF lacks, too."""
    out = f"{work}/{i}.gguf"
    fits = all(t.dim() <= 4 and t.numel() > 0 for t in state.values())
    said = subprocess.run([mzigo, "convert", path, "-o", out, "--raw", "--to", "F32", "-q"], capture_output=True,
                          text=True)
    if not fits:
        check(said.returncode == 5, f"{path}: converted, or refused otherwise: {said.stderr}")
    elif said.returncode != 0:
        check(False, f"{path}: {said.stderr}")
    else:
        got = read_gguf(out)
        for name, t in state.items():
            check(got.get(name) == expected_in_gguf(t), f"{path}: {name} as {got.get(name, [None])[0]}")


def main():
    for i in range(count):
        r = random.Random(i)
        torch.manual_seed(i)
        plain = r.random() < 0.5  # only what can be converted now
        kinds = list(names) if r.random() < 0.3 else [k for k in names if k not in (torch.uint8, torch.bool)]
        state, prefix = collections.OrderedDict(), "module." if r.random() < 0.2 else ""
        for k in range(r.randint(1, 12)):
            dtype = r.choice(kinds)
            same = [t for t in state.values() if t.dtype == dtype and not plain]
            t = make(r, dtype, r.choice(same) if same else None)
            if plain:
                t = t.detach().clone(memory_format=torch.contiguous_format)
                t = t.reshape(-1)[:64] if t.dim() > 4 else t
                t = t.clone() if t.numel() else torch.ones(3, dtype=dtype)
            state[f"{prefix}layer.{k}.weight"] = t
        if r.random() < 0.3:
            state._metadata = collections.OrderedDict({"": {"version": 1}})
        top, numbers = wrap(r, state)
        path = f"{work}/{i}.bin"
        torch.save(top, path, _use_new_zipfile_serialization=r.random() < 0.5, pickle_protocol=r.choice([2, 2, 3, 4]))
        said = subprocess.run([reader, path, f"{work}/{i}.values"], capture_output=True, text=True)
        check(said.returncode == 0, f"{path}: {said.stderr}")
        if said.returncode:
            continue
        state = {name[len(prefix):]: t for name, t in state.items()}
        got, got_numbers = read_values(f"{work}/{i}.values")
        check(set(got) == set(state) and got_numbers == numbers, f"{path}: {sorted(got)}, {got_numbers}")
        for name, t in state.items():
            check(got.get(name) == (names[t.dtype], list(t.shape), raw(t)),
                  f"{path}: {name}: {t.dtype} {list(t.shape)} {t.stride()}")
        check_converted(i, path, state)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
