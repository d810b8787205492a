"""Weights in the packed element types that models are published in.

PACKERS[name](x) gives the tensors that stand for a matrix [rows, columns], by what is put behind its name without
"weight", and the matrix that they mean, in F32, as the format's makers define it; CONFIGS[name] is what config.json says
of it. Nothing here looks for good codes: what counts is that every code, scale and zero point comes up."""
import json

import torch

GROUP = 32 # values that share a scale, where a format leaves that open


def grouped(x, size=GROUP):
    return x.reshape(x.shape[0], -1, size)


def affine(x, bits, size=GROUP):
    """Codes [rows, columns], scales and zero points [rows, groups] of x = (q - z) * s, the scales in halves."""
    g = grouped(x, size)
    low, high = g.amin(2).clamp(max=0), g.amax(2).clamp(min=0)
    s = ((high - low) / (2 ** bits - 1)).half().float()
    z = (-low / s).round().clamp(0, 2 ** bits - 1)
    q = (g / s[..., None] + z[..., None]).round().clamp(0, 2 ** bits - 1)
    return q.reshape(x.shape).int(), s, z.int(), ((q - z[..., None]) * s[..., None]).reshape(x.shape)


def bit_stream(q, bits):
    """Codes of a row as a stream of bits, low first, in words of 32."""
    out = torch.zeros(q.shape[0], (q.shape[1] * bits + 31) // 32, dtype=torch.int64)
    for i in range(q.shape[1]):
        at, shift = i * bits // 32, i * bits % 32
        out[:, at] |= q[:, i].long() << shift & 0xFFFFFFFF
        if shift + bits > 32:
            out[:, at + 1] |= q[:, i].long() >> 32 - shift
    return torch.where(out >= 1 << 31, out - (1 << 32), out).int()


def nibbles(q):
    """Two codes a byte, the one at the even place low."""
    return (q[..., 0::2] | q[..., 1::2] << 4).to(torch.uint8)


# ---- FP8 ----

def fp8(x, scale):
    q = (x / scale).clamp(-448, 448).to(torch.float8_e4m3fn)
    return q, q.float() * scale


def fp8_block(x):
    rows, columns = -(-x.shape[0] // 128), -(-x.shape[1] // 128)
    scale = torch.stack([torch.stack([b.abs().amax() / 448 for b in r.split(128, 1)]) for r in x.split(128, 0)])
    q, y = fp8(x, scale.repeat_interleave(128, 0)[:x.shape[0]].repeat_interleave(128, 1)[:, :x.shape[1]])
    assert scale.shape == (rows, columns)
    return {"weight": q, "weight_scale_inv": scale}, y


def fp8_tensor(x):
    scale = x.abs().amax() / 448
    q, y = fp8(x, scale)
    return {"weight": q, "weight_scale": scale.reshape(1)}, y


def fp8_channel(x):
    scale = (x.abs().amax(1, keepdim=True) / 448).bfloat16()
    q, y = fp8(x, scale.float())
    return {"weight": q, "weight_scale": scale}, y


def fp8_modelopt(x):
    scale = x.abs().amax() / 448
    q, y = fp8(x, scale)
    return {"weight": q, "weight_scale": scale, "input_scale": torch.tensor(0.25)}, y


# ---- compressed-tensors' integers ----

def ct_symmetric(bits):
    def pack(x):
        g = grouped(x)
        s = (g.abs().amax(2, keepdim=True) / (2 ** (bits - 1) - 0.5)).bfloat16()
        q = (g / s.float()).round().clamp(-2 ** (bits - 1), 2 ** (bits - 1) - 1)
        y = (q * s.float()).reshape(x.shape)
        return {"weight_packed": bit_stream((q.reshape(x.shape) + 2 ** (bits - 1)).int(), bits), "weight_scale": s[..., 0],
                "weight_shape": torch.tensor(x.shape)}, y
    return pack


def ct_asymmetric(x):
    q, s, z, y = affine(x, 4)
    return {"weight_packed": bit_stream(q, 4), "weight_scale": s.half(), "weight_shape": torch.tensor(x.shape),
            "weight_zero_point": bit_stream(z.T.contiguous(), 4).T.contiguous()}, y


def ct_int8(x):
    s = x.abs().amax(1, keepdim=True) / 127
    q = (x / s).round().clamp(-127, 127)
    return {"weight": q.to(torch.int8), "weight_scale": s}, q * s


# ---- GPTQ and AWQ: matrices are stored by their columns ----

def gptq(bits, shuffled):
    def pack(x):
        order = torch.arange(x.shape[1])
        if shuffled:
            order = torch.randperm(x.shape[1], generator=torch.Generator().manual_seed(x.shape[1]))
        q, s, z, y = affine(x[:, order], bits)
        back = torch.argsort(order)
        stored = bit_stream(q[:, back], bits).T
        zeros = bit_stream((z.T - 1) & 2 ** bits - 1, bits) # one less than they are, by the makers' first release
        assert (z > 0).all(), "a zero point of none cannot be stored"
        return {"qweight": stored.contiguous(), "qzeros": zeros, "scales": s.T.half().contiguous(),
                "g_idx": (back // GROUP).int()}, y[:, back]
    return pack


def awq(x):
    q, s, z, y = affine(x, 4)
    order = [0, 2, 4, 6, 1, 3, 5, 7] # which column a word's nibbles hold, from the lowest
    interleave = lambda m: bit_stream(m.reshape(m.shape[0], -1, 8)[:, :, order].reshape(m.shape), 4)
    return {"qweight": interleave(q.T.contiguous()), "qzeros": interleave(z.T.contiguous()), "scales": s.T.half().contiguous()}, y


# ---- bitsandbytes ----

NF4 = torch.tensor([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
                    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])
DYNAMIC = torch.linspace(-1, 1, 256) # the file brings its own map; this one is simpler than the makers'


def bnb_nf4(nested):
    def pack(x):
        blocks = x.reshape(-1, 64)
        amax = blocks.abs().amax(1)
        out = {"weight.quant_map": NF4.clone()}
        state = {"quant_type": "nf4", "blocksize": 64, "dtype": "float32", "shape": list(x.shape)}
        if nested:
            offset = amax.mean()
            some = torch.nn.functional.pad(amax - offset, (0, -amax.numel() % 256)).reshape(-1, 256)
            largest = some.abs().amax(1)
            code = (some / largest[:, None] - DYNAMIC[:, None, None]).abs().argmin(0)
            amax = (DYNAMIC[code] * largest[:, None] + offset).reshape(-1)[:amax.numel()]
            out.update({"weight.absmax": code.reshape(-1)[:amax.numel()].to(torch.uint8), "weight.nested_absmax": largest,
                        "weight.nested_quant_map": DYNAMIC.clone()})
            state.update(nested_blocksize=256, nested_dtype="float32", nested_offset=offset.item())
        else:
            out["weight.absmax"] = amax
        q = (blocks / amax[:, None] - NF4[:, None, None]).abs().argmin(0)
        flat = q.reshape(-1).to(torch.uint8)
        out["weight"] = (flat[0::2] << 4 | flat[1::2]).reshape(-1, 1)
        out["weight.quant_state.bitsandbytes__nf4"] = torch.tensor(list(json.dumps(state).encode()), dtype=torch.uint8)
        return out, (NF4[q] * amax[:, None]).reshape(x.shape)
    return pack


def bnb_int8(x):
    scb = x.abs().amax(1)
    q = (x * 127 / scb[:, None]).round()
    return {"weight": q.to(torch.int8), "SCB": scb, "weight_format": torch.tensor(0, dtype=torch.uint8)}, q * scb[:, None] / 127


# ---- MLX ----

def mlx(bits, size):
    def pack(x):
        g = grouped(x, size)
        bias = g.amin(2).half().float()
        s = ((g.amax(2) - bias) / (2 ** bits - 1)).half().float()
        q = ((g - bias[..., None]) / s[..., None]).round().clamp(0, 2 ** bits - 1)
        y = (q * s[..., None] + bias[..., None]).reshape(x.shape)
        words = bit_stream(q.reshape(x.shape).int(), bits).view(torch.uint32)
        return {"weight": words, "scales": s.half(), "biases": bias.half()}, y
    return pack


# ---- 4-bit floats ----

FP4 = torch.tensor([0, .5, 1, 1.5, 2, 3, 4, 6, -0.0, -.5, -1, -1.5, -2, -3, -4, -6])


def nearest_fp4(x):
    return (x[..., None] - FP4).abs().argmin(-1)


def nvfp4(x):
    """Codes, the scale of each 16 and the scale of all."""
    g = grouped(x, 16)
    of_all = g.abs().amax() / 6 / 448
    s = (g.abs().amax(2) / 6 / of_all).to(torch.float8_e4m3fn)
    q = nearest_fp4(g / (s.float() * of_all)[..., None].clamp(min=1e-30))
    return nibbles(q.reshape(x.shape)), s, of_all, (FP4[q] * (s.float() * of_all)[..., None]).reshape(x.shape)


def nvfp4_modelopt(x):
    q, s, of_all, y = nvfp4(x)
    return {"weight": q, "weight_scale": s, "weight_scale_2": of_all, "input_scale": torch.tensor(0.5)}, y


def nvfp4_ct(x):
    q, s, of_all, y = nvfp4(x)
    return {"weight_packed": q, "weight_scale": s, "weight_global_scale": (1 / of_all).reshape(1)}, y


def mxfp4(x):
    """Codes and exponents of each 32, by rows of any shape."""
    g = x.reshape(*x.shape[:-1], -1, 32)
    e = g.abs().amax(-1).clamp(min=1e-30).log2().floor() - 2
    q = nearest_fp4(g / 2 ** e[..., None])
    return nibbles(q), (e + 127).to(torch.uint8), (FP4[q] * 2 ** e[..., None]).reshape(x.shape)


def mxfp4_ct(x):
    q, e, y = mxfp4(x)
    return {"weight_packed": q.reshape(x.shape[0], -1), "weight_scale": e}, y


def cast(dtype):
    return lambda x: ({"weight": x.to(dtype)}, x.to(dtype).float())


def compressed(form, bits, kind, strategy, symmetric=True, group=None):
    weights = {"num_bits": bits, "type": kind, "symmetric": symmetric, "strategy": strategy, "group_size": group, "dynamic": False}
    return {"quant_method": "compressed-tensors", "format": form, "quantization_status": "compressed", "ignore": ["lm_head"],
            "config_groups": {"group_0": {"format": form, "targets": ["Linear"], "weights": weights, "input_activations": None}}}


def bnb(bits, nested=False):
    return {"quant_method": "bitsandbytes", "_load_in_4bit": bits == 4, "_load_in_8bit": bits == 8, "load_in_4bit": bits == 4,
            "load_in_8bit": bits == 8, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": nested,
            "bnb_4bit_compute_dtype": "float32", "llm_int8_threshold": 6.0}


def modelopt(algorithm):
    weights = {"num_bits": 4 if algorithm == "NVFP4" else 8, "type": "float"}
    return {"quant_method": "modelopt", "quant_algo": algorithm, "kv_cache_quant_algo": None, "ignore": ["lm_head"],
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights}}}


def gptq_config(bits, shuffled):
    return {"quant_method": "gptq", "bits": bits, "group_size": GROUP, "desc_act": shuffled, "sym": False, "damp_percent": 0.1,
            "checkpoint_format": "gptq", "true_sequential": True}


# name: packer, quantization_config.
FORMATS = {
    "f16": (cast(torch.float16), None),
    "bf16": (cast(torch.bfloat16), None),
    "f64": (cast(torch.float64), None),
    "fp8-block": (fp8_block, {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
                              "weight_block_size": [128, 128]}),
    "fp8-ct-tensor": (fp8_tensor, compressed("float-quantized", 8, "float", "tensor")),
    "fp8-ct-channel": (fp8_channel, compressed("float-quantized", 8, "float", "channel")),
    "fp8-modelopt": (fp8_modelopt, modelopt("FP8")),
    "int8-ct": (ct_int8, compressed("int-quantized", 8, "int", "channel")),
    "int4-ct": (ct_symmetric(4), compressed("pack-quantized", 4, "int", "group", group=GROUP)),
    "int3-ct": (ct_symmetric(3), compressed("pack-quantized", 3, "int", "group", group=GROUP)),
    "int8-ct-packed": (ct_symmetric(8), compressed("pack-quantized", 8, "int", "group", group=GROUP)),
    "int4-ct-asymmetric": (ct_asymmetric, compressed("pack-quantized", 4, "int", "group", False, GROUP)),
    "gptq": (gptq(4, False), gptq_config(4, False)),
    "gptq-act-order": (gptq(4, True), gptq_config(4, True)),
    "gptq-8": (gptq(8, False), gptq_config(8, False)),
    "awq": (awq, {"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}),
    "bnb-nf4": (bnb_nf4(False), bnb(4)),
    "bnb-nf4-nested": (bnb_nf4(True), bnb(4, True)),
    "bnb-int8": (bnb_int8, bnb(8)),
    "mlx-4": (mlx(4, 64), {"group_size": 64, "bits": 4, "mode": "affine"}),
    "mlx-6": (mlx(6, 32), {"group_size": 32, "bits": 6}),
    "nvfp4-modelopt": (nvfp4_modelopt, modelopt("NVFP4")),
    "nvfp4-ct": (nvfp4_ct, compressed("nvfp4-pack-quantized", 4, "float", "tensor_group", group=16)),
    "mxfp4-ct": (mxfp4_ct, compressed("mxfp4-pack-quantized", 4, "float", "group", group=32)),
}


def packed_names(name, state):
    """Which tensors: the layers' matrices; MLX's and a plain cast takes all."""
    everything = name.startswith("mlx") or FORMATS[name][1] is None
    return [n for n, t in state.items() if t.ndim == 2 and (everything or n.endswith("proj.weight"))]


def pack(name, state, config):
    """What is published, and what it means; the config is changed to say so."""
    packer, method = FORMATS[name]
    stored, plain = dict(state), dict(state)
    for n in packed_names(name, state):
        del stored[n]
        tensors, plain[n] = packer(state[n])
        stored.update({n.removesuffix("weight") + k: t for k, t in tensors.items()})
    if method is not None:
        config["quantization" if name.startswith("mlx") else "quantization_config"] = method
    return stored, plain


def pack_gpt_oss(_, state, config):
    """gpt-oss's experts: [expert, columns, rows] as the library has them, by rows in MXFP4 as they are published."""
    stored, plain = dict(state), dict(state)
    for n in [n for n in state if n.endswith(("gate_up_proj", "down_proj"))]:
        q, e, y = mxfp4(stored.pop(n).transpose(1, 2).contiguous())
        stored.update({n + "_blocks": q, n + "_scales": e})
        plain[n] = y.transpose(1, 2).contiguous()
    config["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn",
                                     "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]}
    return stored, plain
