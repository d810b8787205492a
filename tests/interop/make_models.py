"""make_models.py FOLDER [NAME...]: writes models of the field's libraries, tiny and random, and what they compute.

For each family of models/families.py (or only those that are named) FOLDER/NAME/model is a model as its makers publish
it, case.txt and expected.f32 what a prompt gives in F32 (tests/interop/logits.c says how they look), container.txt what
the weights lie in. All are the same in every run. make_models.py --list prints the names."""
import hashlib
import json
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from models import families, vocab, weights

if sys.argv[1:] == ["--list"]:
    print("\n".join(families.TABLE))
    sys.exit()

import torch
import transformers


def old_config(config):
    """config.json as transformers wrote it before release 5: rope in two keys, the element type in torch_dtype."""
    rope = config.pop("rope_parameters", None)
    if rope and "rope_theta" in rope:
        config["rope_theta"] = rope.pop("rope_theta")
        if "partial_rotary_factor" in rope:
            config["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
        if rope.get("rope_type", "default") != "default":
            config["rope_scaling"] = rope
    elif rope:
        config["rope_parameters"] = rope
    if "dtype" in config:
        config["torch_dtype"] = config.pop("dtype")
    for inner in config.values():
        if isinstance(inner, dict) and "model_type" in inner:
            old_config(inner)
    return config


def prompt(family, seed):
    g = torch.Generator().manual_seed(seed)
    return torch.randint(family.first, families.VOCABULARY - 8, (1, family.length), generator=g)


def logits(model, ids):
    return model(input_ids=ids, use_cache=False).logits[0]


def describe(family, ids, rows, folder):
    lines = [f"mode {family.mode}", "tokens " + " ".join(map(str, ids[0].tolist())), f"context {family.context}",
             f"shape {rows.shape[0]} {rows.shape[1]}", f"tolerance {family.tolerance}"]
    if family.decoder:
        lines.append("decoder " + " ".join(map(str, family.decoder(family.config, ids)[0].tolist())))
    if family.mel:
        mel = family.mel(family.config)[0]
        lines.append(f"mel {mel.shape[0]} {mel.shape[1]}")
        mel.numpy().tofile(folder / "input.f32")
    (folder / "case.txt").write_text("\n".join(lines) + "\n")
    rows.float().contiguous().numpy().tofile(folder / "expected.f32")
    (folder / "container.txt").write_text((family.types or family.container) + "\n")


def make(name, folder):
    family = families.TABLE[name]()
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    kind = family.model or transformers.AutoModelForCausalLM._model_mapping[type(family.config)]
    shutil.rmtree(folder, ignore_errors=True)
    out = folder / "model"
    out.mkdir(parents=True)
    family.config._attn_implementation = "eager"
    torch.manual_seed(seed)
    model = kind(family.config).float().eval()
    weights.randomize(model, seed)
    if family.mel: # whisper.cpp takes no wider ones
        for p in model.parameters():
            p.data = p.data.half().float()
    model.save_pretrained(out)
    vocab.make(family.vocab, out, families.VOCABULARY)
    path = out / "config.json"
    config = json.loads(path.read_text())
    config = old_config(config) if family.old else config
    config = {k: v for k, v in (config | family.published).items() if v is not None}
    vocab.write_json(path, config)
    stored = None
    if family.types:
        stored, plain = family.packer(family.types, weights.take(out), config)
        weights.write(plain, out, "safetensors")
    # What is expected comes of the files, as they are read again: that they are what was meant is shown by it, too.
    model = kind.from_pretrained(out, dtype=torch.float32, attn_implementation="eager").eval()
    ids = prompt(family, seed)
    weights.use_halves(model)
    with torch.no_grad():
        rows = (family.expect or logits)(model, ids)
    state = weights.take(out)
    if family.types:
        state = stored
        vocab.write_json(path, config)
    if family.config_json:
        vocab.write_json(path, family.config_json)
    if family.adapt:
        state = family.adapt(state, out)
    weights.write(state, out, family.container)
    describe(family, ids, rows, folder)


transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)
status = 0
for name in sys.argv[2:] or families.TABLE:
    try:
        make(name, pathlib.Path(sys.argv[1]) / name)
    except Exception as e: # one that cannot be made is told, and the others are made
        print(f"{name}: {type(e).__name__}: {e}", file=sys.stderr)
        status = 1
sys.exit(status)
