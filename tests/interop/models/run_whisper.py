"""run_whisper.py MODEL.bin CASE [OTHER.bin]: what the real whisper.cpp, as pywhispercpp brings it, computes beside what is
expected, or beside what it computes from another file.

Says what tests/interop/logits.c says of a case, with the same exit status. Its cache is of halves whatever the model is,
so a whisper's tolerance is wider. Beside another file, which is what this one's blocks stand for, in halves: they differ
only by what whisper.cpp rounds before it multiplies with blocks, which are vectors, to 8 bits by 32 or 256 values. That is
0.4 to 0.6% of each product; behind a few layers 2% of the largest logit have been seen, of any type."""
import ctypes
import pathlib
import sys

import numpy


class Params(ctypes.Structure): # whisper_context_params of release 1.8.5
    _fields_ = [("gpu", ctypes.c_bool), ("flash", ctypes.c_bool), ("device", ctypes.c_int), ("dtw", ctypes.c_bool),
                ("preset", ctypes.c_int), ("n_top", ctypes.c_int), ("n_heads", ctypes.c_size_t), ("heads", ctypes.c_void_p),
                ("memory", ctypes.c_size_t)]


def library():
    folder = next(p for p in map(pathlib.Path, sys.path) if (p / "pywhispercpp.libs").is_dir()) / "pywhispercpp.libs"
    for name in ("libgomp", "libggml-base", "libggml-cpu", "libggml-", "libwhisper"): # each before who needs it
        lib = ctypes.CDLL(str(next(iter(sorted(folder.glob(name + "*"), key=lambda p: len(p.name))))), ctypes.RTLD_GLOBAL)
    lib.whisper_context_default_params.restype = Params
    lib.whisper_init_from_file_with_params.argtypes = [ctypes.c_char_p, Params]
    lib.whisper_init_from_file_with_params.restype = ctypes.c_void_p
    lib.whisper_get_logits.restype = ctypes.POINTER(ctypes.c_float)
    floats, ints = ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_int)
    lib.whisper_set_mel.argtypes = [ctypes.c_void_p, floats, ctypes.c_int, ctypes.c_int]
    lib.whisper_encode.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    lib.whisper_decode.argtypes = [ctypes.c_void_p, ints, ctypes.c_int, ctypes.c_int, ctypes.c_int]
    for name in ("whisper_get_logits", "whisper_n_vocab"):
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    return lib


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(2)


ROUNDED = 0.03

model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
case = {line.split()[0]: line.split()[1:] for line in (folder / "case.txt").read_text().splitlines()}
rows, columns = map(int, case["shape"])
n_mel, n_len = map(int, case["mel"])
mel = numpy.fromfile(folder / "input.f32", dtype=numpy.float32)
whisper = library()


def compute(path):
    params = whisper.whisper_context_default_params()
    if not (params.gpu and params.device == 0 and not params.dtw and params.n_top == -1 and params.memory == 128 << 20):
        fail("whisper_context_params has another layout than is known here")
    params.gpu = params.flash = False
    context = whisper.whisper_init_from_file_with_params(path.encode(), params)
    if not context:
        fail("it does not load")
    if whisper.whisper_n_vocab(context) != columns:
        fail(f"rows of {whisper.whisper_n_vocab(context)} where {columns} are expected")
    if whisper.whisper_set_mel(context, mel.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), n_len, n_mel) or \
            whisper.whisper_encode(context, 0, 1):
        fail("it does not encode")
    logits = numpy.empty((rows, columns), dtype=numpy.float32)
    for i, token in enumerate(map(int, case["tokens"])):
        if whisper.whisper_decode(context, ctypes.byref(ctypes.c_int(token)), 1, i, 1):
            fail("it does not decode")
        logits[i] = numpy.ctypeslib.as_array(whisper.whisper_get_logits(context), (columns,))
    return logits


computed = compute(model)
if len(sys.argv) > 3:
    expected, tolerance = compute(sys.argv[3]), ROUNDED
else:
    expected = numpy.fromfile(folder / "expected.f32", dtype=numpy.float32).reshape(rows, columns)
    tolerance = float(case["tolerance"][0])
difference, largest = numpy.nan_to_num(abs(computed - expected), nan=numpy.inf).max(), abs(expected).max()
print(f"{difference:.3g} {largest:.3g} {difference / largest:.2g}")
sys.exit(0 if difference / largest <= tolerance else 1)
