"""usage: onnx_real.py MZIGO FOLDER DATA: real models (DATA: ../shared/data, may be empty) and what onnxruntime's own
quantizers make of one, beside what the onnx package reads of them."""
import json
import logging
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from peer import check, finish, read_gguf, run

folder, data = sys.argv[2], sys.argv[3]
logging.disable()
STEERS = {T.INT32, T.INT64, T.UINT32, T.UINT64, T.BOOL, T.STRING}


def tensors_of(graph, where):
    """Initializers, and Constants that are weights, in all graphs."""
    for t in graph.initializer:
        yield t.name, numpy_helper.to_array(t, where)
    for node in graph.node:
        for a in node.attribute:
            if a.HasField("g"):
                yield from tensors_of(a.g, where)
            if node.op_type == "Constant" and a.name == "value" and a.t.dims and a.t.data_type not in STEERS:
                yield node.output[0], numpy_helper.to_array(a.t, where)


def load(path):
    return dict(tensors_of(onnx.load(path, load_external_data=False).graph, os.path.dirname(path)))


def compare(path):
    """Every value, by a raw conversion."""
    out = f"{folder}/real.gguf"
    run("convert", "--raw", "--quiet", path, "-o", out, "--to", "F32")
    got, known = read_gguf(out), load(path)
    check(path, set(got) == set(known), sorted(set(got) ^ set(known))[:4])
    for name, x in known.items():
        whole = np.issubdtype(x.dtype, np.integer)
        check(f"{path}: {name}", name in got and
              np.array_equal(got[name].ravel(), x.ravel() if whole else x.ravel().astype(np.float32)))
    return got


def compare_listing(path, known):
    listing = {t["name"]: (t["type"], t["shape"][::-1]) for t in
               json.loads(run("inspect", path, "--tensors", "--json"))["tensors"]}
    check(path, listing == known, f"{listing}, not {known}")


def listed(path):
    return {t.name: (T.DataType.Name(t.data_type), list(t.dims)) for t in
            onnx.load(path, load_external_data=False).graph.initializer}


def quantized():
    w = np.random.default_rng(3).standard_normal((64, 32)).astype(np.float32)
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"], name="mm")], "g",
                              [helper.make_tensor_value_info("x", T.FLOAT, [1, 64])],
                              [helper.make_tensor_value_info("y", T.FLOAT, [1, 32])], [numpy_helper.from_array(w, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    plain, out = f"{folder}/plain.onnx", f"{folder}/quantized.onnx"
    onnx.save(model, plain)
    compare(plain)
    quantize_dynamic(plain, out, weight_type=QuantType.QUInt8)
    check("per tensor", "w_zero_point" in listed(out))
    compare_listing(out, listed(out))
    compare(out)
    quantize_dynamic(plain, out, weight_type=QuantType.QInt8, per_channel=True)
    compare(out)
    for bits in (4, 8):
        q = MatMulNBitsQuantizer(model, bits=bits, block_size=32, is_symmetric=False)
        q.process()
        q.model.save_model_to_file(out, True)
        compare_listing(out, listed(out))
        compare(out)


quantized()
if data:
    silero = f"{data}/silero-vad/silero_vad"
    old, half = compare(f"{silero}.v5.1.onnx"), compare(f"{silero}_half.onnx")
    new = compare(f"{silero}.v6.2.onnx")
    # One release's weights as initializers and in a branch; and the transform that all releases share.
    prefix = "If_0_then_branch__Inline_0__"
    for name, x in half.items():
        check(f"half: {name}", np.array_equal(x, old[prefix + name]))
    run("convert", "--raw", "--quiet", f"{silero}_16k.safetensors", "-o", f"{folder}/st.gguf", "--to", "F32")
    stft = read_gguf(f"{folder}/st.gguf")["stft_conv.weight"]
    for model in (old, new):
        check("stft", np.array_equal(stft, model[prefix + "stft.forward_basis_buffer"]))
    tiny = f"{data}/ort-genai-tiny/tiny-random-"
    for path in ("llama-fp16/model.onnx", "gpt2-fp32/past.onnx", "lfm2-fp32/decoder.onnx"):
        compare(tiny + path)
finish(f"real models, onnxruntime {onnxruntime.__version__}")
