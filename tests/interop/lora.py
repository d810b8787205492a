"""lora.py make MODELS FOLDER KIND:BASE...: adapters FOLDER/KIND of random numbers to the models MODELS/BASE/model, as PEFT
publishes them, with case.txt and expected.f32: what the model, the adapter beside it, computes of a prompt (logits.c
says how they look).
lora.py run BASE ADAPTER...: the same two files for adapters that are there already, of a prompt of our own.
lora.py check BASE ADAPTER MERGED.gguf: that file's tensors are W + scale * B A, computed in F64, to F32's accuracy.
lora.py base ADAPTER BASE: a GPT-2 of random numbers, of the shape that an adapter to it has, with the tokenizer beside that."""
import json
import pathlib
import re
import shutil
import struct
import sys

import numpy
import torch
import transformers
from safetensors.torch import load_file

KINDS = {
    "llama": dict(r=4, lora_alpha=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
                  rank_pattern={"k_proj": 2}),
    "qwen2": dict(r=3, lora_alpha=5, target_modules=["q_proj", "v_proj", "down_proj"], use_rslora=True),
    "gpt2": dict(r=4, lora_alpha=6, target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True),
    "phi3": dict(r=4, lora_alpha=7, target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
                 alpha_pattern={"o_proj": 3, "layers.1.mlp.down_proj": 5.5}),
    "gptneox": dict(r=4, lora_alpha=8, target_modules=["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"]),
    "falcon-40b": dict(r=4, lora_alpha=8, target_modules=["query_key_value", "dense"]),
    "embeddings": dict(r=4, lora_alpha=8, target_modules=["embed_tokens", "lm_head", "v_proj"]),
}


def make(base, out, kind):
    import peft
    torch.manual_seed(7)
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager").eval()
    model = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **KINDS[kind])).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if ".lora_" in name:
                p.normal_(std=0.2)
        model.save_pretrained(out)
        ids = torch.tensor([[int(t) for t in re.search("^tokens (.*)$", (base.parent / "case.txt").read_text(), re.M)[1].split()]])
        rows = model(input_ids=ids, use_cache=False).logits[0]
        plain = model.get_base_model()
        with model.disable_adapter():
            assert (rows - plain(input_ids=ids, use_cache=False).logits[0]).abs().max() > 0.01 * rows.abs().max()
    (out / "case.txt").write_text((base.parent / "case.txt").read_text())
    rows.contiguous().numpy().tofile(out / "expected.f32")


def run(base, adapter):
    import peft
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    ids = torch.tensor([[(7 * i * i + 3) % model.config.vocab_size for i in range(24)]])
    plain = model.eval()(input_ids=ids, use_cache=False).logits[0].detach()
    rows = peft.PeftModel.from_pretrained(model, adapter).eval()(input_ids=ids, use_cache=False).logits[0].detach()
    assert (rows - plain).abs().max() > 0.01 * rows.abs().max()
    (adapter / "case.txt").write_text(f"mode logits\ntokens {' '.join(map(str, ids[0].tolist()))}\ncontext 256\n"
                                      f"shape {rows.shape[0]} {rows.shape[1]}\ntolerance 1e-4\n")
    rows.contiguous().numpy().tofile(adapter / "expected.f32")


def turn(name, w, config):
    """As the GGUF has it: Conv1D's transposed, q and k of Llama with rotated halves as neighbours."""
    if config["model_type"] == "gpt2" and name.endswith(".weight") and re.search("(c_attn|c_proj|c_fc)", name):
        return w.T
    heads = {"q_proj": config.get("num_attention_heads"), "k_proj": config.get("num_key_value_heads")}
    for part, n in heads.items():
        if config["model_type"] == "llama" and name.endswith(part + ".weight"):
            return w.reshape(n, 2, w.shape[0] // n // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)
    return w


NAMES = {"q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate",
         "up_proj": "ffn_up", "down_proj": "ffn_down", "c_attn": "attn_qkv", "attn.c_proj": "attn_output", "c_fc": "ffn_up",
         "mlp.c_proj": "ffn_down"}


FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


def read_gguf(path):
    """The tensors of a GGUF file that are F32, by name, as matrices of their rows."""
    data = path.read_bytes()
    at = 24

    def take(kind):
        nonlocal at
        (value,) = struct.unpack_from("<" + kind, data, at)
        at += struct.calcsize(kind)
        return value

    def text():
        nonlocal at
        n = take("Q")
        at += n
        return data[at - n:at].decode()

    def value(kind):
        if kind == 9:
            inner, n = take("I"), take("Q")
            return [value(inner) for _ in range(n)]
        return text() if kind == 8 else take(FIXED[kind])

    tensors, pairs = struct.unpack_from("<QQ", data, 8)
    keys = {}
    for _ in range(pairs):
        key = text()
        keys[key] = value(take("I"))
    table = []
    for _ in range(tensors):
        name = text()
        shape = [take("Q") for _ in range(take("I"))]
        table.append((name, shape, take("I"), take("Q")))
    align = keys.get("general.alignment", 32)
    start = (at + align - 1) // align * align
    return {name: numpy.frombuffer(data, "<f4", int(numpy.prod(shape)), start + offset).reshape(shape[::-1])
            for name, shape, kind, offset in table if kind == 0}


def base(adapter, out):
    halves = load_file(next(adapter.glob("adapter_model*.safetensors")))
    width = next(v for k, v in halves.items() if "attn.c_attn.lora_A" in k).shape[1]
    layers = 1 + max(int(re.search(r"\.h\.(\d+)\.", k)[1]) for k in halves)
    tokens = len(json.loads((adapter / "tokenizer.json").read_text())["model"]["vocab"])
    torch.manual_seed(7)
    config = transformers.GPT2Config(vocab_size=tokens, n_embd=width, n_layer=layers, n_head=width // 64, n_positions=64)
    transformers.GPT2LMHeadModel(config).save_pretrained(out)
    for path in adapter.glob("*.json"):
        if not path.name.startswith("adapter"):
            shutil.copy(path, out)


def check(base, adapter, merged):
    found = read_gguf(merged)
    config = json.loads((base / "config.json").read_text())
    own = json.loads((adapter / "adapter_config.json").read_text())
    stored = torch.load(pickle) if (pickle := base / "pytorch_model.bin").exists() else load_file(base / "model.safetensors")
    weights = {k.removeprefix("transformer."): v.double().numpy() for k, v in stored.items()}
    halves = {k: v.double().numpy() for k, v in load_file(adapter / "adapter_model.safetensors").items()}
    worst, n = 0, 0
    for name, a in halves.items():
        if "lora_A" not in name:
            continue
        b = halves[name.replace("lora_A", "lora_B")]
        r = a.shape[0]
        scale = own["lora_alpha"] / (r ** 0.5 if own.get("use_rslora") else r)
        target = name.removeprefix("base_model.model.").removeprefix("transformer.").replace(".lora_A", "")
        change = scale * (b @ a)
        w = weights[target] + (change.T if own["fan_in_fan_out"] else change)
        layer = re.search(r"\.(\d+)\.", "." + target)[1]
        to = next(v for k, v in NAMES.items() if target.endswith("." + k + ".weight"))
        due = turn(target, w, config)
        worst = max(worst, numpy.abs(found[f"blk.{layer}.{to}.weight"].astype(float) - due).max() / numpy.abs(due).max())
        n += 1
    print(f"{n} matrices, largest difference {worst:.2g} of the largest value")
    sys.exit(0 if n > 0 and worst < 1e-6 else 1)


transformers.logging.disable_progress_bar()
if sys.argv[1] == "base":
    base(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
elif sys.argv[1] == "run":
    for adapter in sys.argv[3:]:
        run(pathlib.Path(sys.argv[2]), pathlib.Path(adapter))
elif sys.argv[1] == "make":
    for pair in sys.argv[4:]:
        kind, of = pair.split(":")
        make(pathlib.Path(sys.argv[2]) / of / "model", pathlib.Path(sys.argv[3]) / kind, kind)
else:
    check(*map(pathlib.Path, sys.argv[2:5]))
