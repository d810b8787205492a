"""usage: onnx_models.py MZIGO FOLDER: models that the onnx package wrote, with values of every type in every layout, read by
mzigo. Names, types, shapes and bytes are compared by `inspect`, values by a raw conversion. Prints a line a check."""
import json
import os
import random
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from peer import check, finish, read_gguf, run

folder = sys.argv[2]
rng = np.random.default_rng(5)
random.seed(5)
BITS = {"UINT4": 4, "INT4": 4, "FLOAT4E2M1": 4, "UINT2": 2, "INT2": 2}
CONVERTED = [T.FLOAT, T.FLOAT16, T.BFLOAT16, T.INT8, T.INT16, T.INT32, T.INT64]
TYPES = [T.FLOAT, T.UINT8, T.INT8, T.UINT16, T.INT16, T.INT32, T.INT64, T.BOOL, T.FLOAT16, T.DOUBLE, T.UINT32,
         T.UINT64, T.COMPLEX64, T.COMPLEX128, T.BFLOAT16, T.FLOAT8E4M3FN, T.FLOAT8E4M3FNUZ, T.FLOAT8E5M2,
         T.FLOAT8E5M2FNUZ, T.UINT4, T.INT4, T.FLOAT4E2M1]


def values(kind, shape):
    """Random values that the type holds."""
    if kind == T.BOOL:
        return rng.integers(0, 2, shape).astype(bool)
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    if kind in (T.COMPLEX64, T.COMPLEX128):
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    if kind in (T.UINT4, T.INT4):
        return rng.integers(0 if kind == T.UINT4 else -8, 8, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def unpacked(tensor):
    """The same with each value under a tag of its own, which this package reads but does not write."""
    wires = {4: (5, "<f"), 5: (0, None), 7: (0, None), 10: (1, "<d"), 11: (0, None)}
    fields = {4: "float_data", 5: "int32_data", 7: "int64_data", 10: "double_data", 11: "uint64_data"}
    out = b""
    for number, name in fields.items():
        for value in getattr(tensor, name):
            out += varint(number << 3 | wires[number][0])
            out += struct.pack(wires[number][1], value) if wires[number][1] else varint(value % (1 << 64))
        tensor.ClearField(name)
    return out + tensor.SerializeToString()


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def external(tensor, files):
    name = random.choice(["w.bin", "sub/w.bin", "x.data"])
    data = files.setdefault(name, bytearray())
    data += bytes(random.randrange(3) * 64)
    raw = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = T.EXTERNAL
    entries = {"location": name, "offset": str(len(data)), "length": str(len(raw))}
    for key in random.sample(list(entries), 3):
        tensor.external_data.add(key=key, value=entries[key])
    data += raw


def make_tensor(name, kind, layout, files):
    """A TensorProto, and its values."""
    shape = [random.randrange(1, 7) for _ in range(random.randrange(1, 5))]
    x = values(kind, shape)
    if layout == "raw" or layout == "external":
        tensor = numpy_helper.from_array(x, name)
        if layout == "external":
            external(tensor, files)
        return tensor.SerializeToString(), x
    flat = x.astype(np.float32) if kind in (T.FLOAT16, T.BFLOAT16) or "FLOAT8" in T.DataType.Name(kind) else x
    tensor = helper.make_tensor(name, kind, shape, flat.ravel())
    return unpacked(tensor) if layout == "unpacked" else tensor.SerializeToString(), x


def make_model(where, kinds):
    """Writes where/m.onnx and the files beside it; returns names and values."""
    files, known, initializers = {}, {}, b""
    for i, kind in enumerate(kinds):
        layout = random.choice(["raw", "values", "unpacked", "external"])
        name = f"{T.DataType.Name(kind)}.{layout}.{i}"
        text, known[name] = make_tensor(name, kind, layout, files)
        initializers += b"\x2a" + varint(len(text)) + text  # parsing and writing them would pack the values
    x = known["FLOAT.branch"] = values(T.FLOAT, [3, 2])
    branch = onnx.GraphProto(name="b", node=[
        helper.make_node("Constant", [], ["FLOAT.branch"], value=numpy_helper.from_array(x)),
        helper.make_node("Constant", [], ["axis"], value=numpy_helper.from_array(np.int64([1])))])
    graph = onnx.GraphProto(name="g", node=[helper.make_node("If", ["c"], ["y"], name="If_0", then_branch=branch)])
    body = graph.SerializeToString() + initializers
    os.makedirs(where + "/sub", exist_ok=True)
    with open(where + "/m.onnx", "wb") as f:
        f.write(b"\x08\x08\x12\x01p\x3a" + varint(len(body)) + body)
    onnx.load(where + "/m.onnx", load_external_data=False)  # it is one
    for name, data in files.items():
        with open(f"{where}/{name}", "wb") as f:
            f.write(data)
    return known


def compare_listing(where, known):
    listing = {t["name"]: t for t in json.loads(run("inspect", where, "--tensors", "--json"))["tensors"]}
    check(where, set(listing) == set(known), f"{sorted(set(listing) ^ set(known))[:4]}")
    for name, x in known.items():
        got = listing.get(name)
        kind = name.split(".")[0]
        size = (x.size * BITS[kind] + 7) // 8 if kind in BITS else x.nbytes
        check(name, got and got["type"] == kind and got["shape"] == list(x.shape[::-1]) and got["bytes"] == size,
              f"{got}, not {kind} {x.shape} {size}")


def compare_values(where, known):
    run("convert", "--raw", "--quiet", where + "/m.onnx", "-o", where + "/m.gguf", "--to", "F32")
    got = read_gguf(where + "/m.gguf")
    for name, x in known.items():
        y = got.get(name)
        whole = np.issubdtype(x.dtype, np.integer)
        same = y is not None and np.array_equal(y.ravel(), x.ravel() if whole else x.ravel().astype(np.float32))
        check(name, same, f"{y} is not {x}")


for i in range(12):
    at = f"{folder}/all{i}"
    compare_listing(at, make_model(at, TYPES))
    at = f"{folder}/some{i}"
    compare_values(at, make_model(at, [random.choice(CONVERTED) for _ in range(12)]))
finish(f"onnx {onnx.__version__}")
