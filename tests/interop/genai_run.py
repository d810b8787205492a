"""usage: genai_run.py FOLDER OUT [TOKEN...]: what onnxruntime computes with a model by onnxruntime-genai's builder, as a case
for tests/interop/logits.c: OUT/case.txt and OUT/expected.f32. Without tokens: some of its vocabulary.

A model in half precision, for which onnxruntime's CPU lacks some operators, is run in single precision: its weights are
what they are, so what is expected of them is only more exact. So are its rotary angles, which are made again from the base
that it has (10000, as is checked): llama.cpp computes them, too."""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper

folder, out = map(pathlib.Path, sys.argv[1:3])
config = json.loads((folder / "genai_config.json").read_text())["model"]
decoder = config["decoder"]
tokens = [int(t) for t in sys.argv[3:]] or [(7 + 131 * i) % (config["vocab_size"] - 8) + 3 for i in range(24)]


def angles(name, rounded):
    positions, half = rounded.shape
    x = np.outer(np.arange(positions), 10000.0 ** -(np.arange(half) / half))
    exact = (np.cos if name == "cos_cache" else np.sin)(x).astype(np.float32)
    assert np.abs(exact - rounded).max() < 2e-3, "the base is another"
    return exact


def widen(graph):
    """Every half, wherever it stands: weights, constants, casts, what goes in and comes out."""
    half, single = TensorProto.FLOAT16, TensorProto.FLOAT

    def widened(t):
        if t.name in ("cos_cache", "sin_cache") and t.data_type == half:
            return numpy_helper.from_array(angles(t.name, numpy_helper.to_array(t)), t.name)
        return numpy_helper.from_array(numpy_helper.to_array(t).astype(np.float32), t.name) if t.data_type == half else t
    tensors = [widened(t) for t in graph.initializer]
    del graph.initializer[:]
    graph.initializer.extend(tensors)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == half:
            value.type.tensor_type.elem_type = single
    for node in graph.node:
        for a in node.attribute:
            if a.name == "to" and a.i == half:
                a.i = single
            if a.type == onnx.AttributeProto.TENSOR:
                a.t.CopyFrom(widened(a.t))


def load():
    model = onnx.load(folder / decoder["filename"])
    widen(model.graph)
    # Logits of all tokens, not only of the last, and no shortcuts in the arithmetic of packed weights.
    for node in model.graph.node:
        for a in node.attribute:
            if a.name == "accuracy_level":
                a.i = 1
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


session = load()
n, feed = len(tokens), {}
for i in session.get_inputs():
    if i.name == "input_ids":
        feed[i.name] = np.array([tokens], np.int64)
    elif i.name == "attention_mask":
        feed[i.name] = np.ones((1, n), np.int64)
    elif i.name == "position_ids":
        feed[i.name] = np.arange(n, dtype=np.int64)[None]
    else:
        feed[i.name] = np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), np.float32)
logits = session.run(["logits"], feed)[0][0].astype(np.float32)
out.mkdir(parents=True, exist_ok=True)
(out / "case.txt").write_text(f"mode logits\ntokens {' '.join(map(str, tokens))}\ncontext 512\n"
                              f"shape {logits.shape[0]} {logits.shape[1]}\ntolerance 2e-05\n")
logits.tofile(out / "expected.f32")
