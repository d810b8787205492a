"""Random weights, and the containers that weights are published in."""
import json

import safetensors.torch
import torch


def randomize(model, seed):
    """Gives every parameter values that matter: norms that are not one, biases that are not zero, and matrices that keep
    what goes through them at its size, so that the logits differ from each other."""
    g = torch.Generator().manual_seed(seed)
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)}
    for name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=g)
        if id(p) in embeddings:
            p.data = noise * 0.5
        elif p.ndim == 1:
            p.data = p.data + noise * 0.2
        elif name.endswith("A_log"):
            p.data = p.data + noise * 0.1
        else: # GPT-2's Conv1D is the only one whose input comes first
            width = p.shape[0] if type(model.get_submodule(name.rpartition(".")[0])).__name__ == "Conv1D" else p.shape[1:].numel()
            p.data = noise * 1.2 / (width if p.ndim == 2 else p.shape[-1]) ** 0.5
    for name, b in sorted(model.named_buffers()):
        if name.endswith("bias") and b.dtype == torch.float32: # expert_bias, which is no parameter
            b.data = torch.randn(b.shape, generator=g) * 0.2


class Halves(torch.nn.Module):
    """GELU as llama.cpp has it, whichever a model asks for: by tanh, from a table of halves. What differs then is the
    file's fault."""
    def forward(self, x):
        y = torch.nn.functional.gelu(x.half().float(), approximate="tanh").half().float()
        return torch.where(x <= -10, torch.zeros_like(x), torch.where(x >= 10, x, y))


def use_halves(model):
    """Puts these in place of a model's own; True when it had any."""
    found = False
    for module in list(model.modules()):
        for name, child in module.named_children():
            if "GELU" in type(child).__name__.upper():
                setattr(module, name, Halves())
                found = True
    return found


def take(folder):
    """The tensors of what save_pretrained wrote, which is removed."""
    state = {}
    for path in sorted(folder.glob("*.safetensors")):
        state.update(safetensors.torch.load_file(path))
        path.unlink()
    (folder / "model.safetensors.index.json").unlink(missing_ok=True)
    return state


def save(state, path):
    state = {k: v.contiguous() for k, v in state.items()}
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path, metadata={"format": "pt"})
    else:
        torch.save(state, path)


def views(state):
    """The same tensors, in one storage with a few values before each and matrices column by column."""
    whole = torch.cat([torch.cat([torch.full([3], 7.0), (t.t() if t.ndim == 2 else t).reshape(-1)]) for t in state.values()])
    out, at = {}, 0
    for name, t in state.items():
        part = whole[at + 3:at + 3 + t.numel()]
        out[name] = part.reshape(t.shape[::-1]).t() if t.ndim == 2 else part.reshape(t.shape)
        at += 3 + t.numel()
    assert all(torch.equal(out[n], t) for n, t in state.items())
    return out


def write(state, folder, container):
    """container: safetensors, sharded, bin, bin-sharded, bin-views (tensors that are parts of one, by columns), legacy
    (torch before 1.6), consolidated (Mistral's), meta (Llama's) or openai (a whisper's checkpoint, whose numbers are
    beside its state)."""
    if container in ("safetensors", "bin", "consolidated", "meta"):
        files = {"safetensors": "model.safetensors", "bin": "pytorch_model.bin", "consolidated": "consolidated.safetensors",
                 "meta": "consolidated.00.pth"}
        save(state, folder / files[container])
    elif container == "bin-views":
        torch.save(views(state), folder / "pytorch_model.bin")
    elif container == "openai":
        torch.save(state, folder / "whisper.pt")
    elif container == "legacy":
        torch.save(state, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    else:
        stem, suffix = ("model", "safetensors") if container == "sharded" else ("pytorch_model", "bin")
        names, parts, where = sorted(state), 3, {}
        for i in range(parts):
            file = f"{stem}-{i + 1:05d}-of-{parts:05d}.{suffix}"
            some = names[i::parts] # what belongs together lies apart
            save({n: state[n] for n in some}, folder / file)
            where.update({n: file for n in some})
        total = sum(t.numel() * t.element_size() for t in state.values())
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(where.items()))}
        (folder / f"{stem}.{suffix}.index.json").write_text(json.dumps(index, indent=2) + "\n")
