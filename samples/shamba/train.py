#!/usr/bin/python3
"""Trains the sample anew from its text: tokenizer, weights, configuration.

usage: train.py [--out FOLDER] [--work FOLDER] [--epochs N] [--stop-after MINUTES]

Needs Debian's python3-torch and python3-numpy. Uses one thread. What was reached is kept in the work
folder after every epoch: started again, it goes on from there, and to the same end."""
import argparse
import json
import math
import os
import pathlib
import random
import struct
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"    # read when torch is loaded
sys.dont_write_bytecode = True

import torch
import torch.nn.functional as F

from tokenizer import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
VOCAB, HIDDEN, FF, LAYERS, HEADS, KV_HEADS = 1024, 256, 768, 4, 4, 2
HEAD = HIDDEN // HEADS
LENGTH = 512                 # positions that config.json promises
EPS, THETA = 1e-5, 10000.0

BATCH = 16
PEAK_RATE, LAST_RATE, WARM_UP = 2e-3, 2e-5, 100     # of learning; steps of warming up
DECAY = 0.1                  # of matrices
DROPOUT = 0.05
NOISE = 0.10                 # on weights, relative to the root mean square of their row
TYPOS = 0.05                 # share of a question's tokens that are replaced by others
QUESTION = 0.1               # what a question's token counts in the loss; an answer's counts 1


# ---- text ----

def read_pairs():
    """(question, answer) of every file in text/, files by name."""
    pairs = []
    for path in sorted((HERE / "text").glob("*.txt")):
        for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
            question, answer = block.split("\n")
            if question[:3] not in ("Q: ", "S: ") or answer[:3] not in ("A: ", "J: "):
                raise ValueError(f"{path.name}: '{block}'")
            pairs.append((question[3:], answer[3:]))
    return pairs


def encode_pair(tokenizer, question, answer):
    """Ids of a whole example, and where its answer begins."""
    head = [tokenizer.bos] + tokenizer.encode(question + "\n")
    return head + tokenizer.encode(answer) + [tokenizer.eos], len(head)


def batches(examples, rng):
    """Examples of about the same length together, so that little is padded; in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][0]) + rng.random() * 12)
    groups = [order[i:i + BATCH] for i in range(0, len(order), BATCH)]
    rng.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def tensors_of(batch, eos):
    """ids and the weight of each in the loss, both (examples, longest)."""
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.full((len(batch), longest), eos)
    weight = torch.zeros(len(batch), longest)
    for row, (tokens, answer) in enumerate(batch):
        ids[row, :len(tokens)] = torch.tensor(tokens)
        weight[row, 1:answer] = QUESTION
        weight[row, answer:len(tokens)] = 1.0
    return ids, weight


# ---- model: LlamaForCausalLM, its tensors under the names they have there ----

class Norm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * self.weight


def linear(columns, rows):
    return torch.nn.Linear(columns, rows, bias=False)


def rotate(x, cos, sin):
    """x: (examples, heads, positions, HEAD); the halves of a head are the two parts of each pair."""
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.o_proj = linear(HIDDEN, HIDDEN), linear(HIDDEN, HIDDEN)
        self.k_proj, self.v_proj = linear(HIDDEN, KV_HEADS * HEAD), linear(HIDDEN, KV_HEADS * HEAD)

    def forward(self, x, cos, sin, mask):
        n, length, _ = x.shape
        q, k, v = (p(x).view(n, length, -1, HEAD).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, dim=1) for t in (k, v))
        scores = (q @ k.transpose(2, 3) / math.sqrt(HEAD) + mask).softmax(-1)
        return self.o_proj((scores @ v).transpose(1, 2).reshape(n, length, HIDDEN))


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj, self.up_proj = linear(HIDDEN, FF), linear(HIDDEN, FF)
        self.down_proj = linear(FF, HIDDEN)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()
        self.self_attn, self.mlp = Attention(), Mlp()

    def forward(self, x, cos, sin, mask):
        drop = DROPOUT if self.training else 0.0
        x = x + F.dropout(self.self_attn(self.input_layernorm(x), cos, sin, mask), drop)
        return x + F.dropout(self.mlp(self.post_attention_layernorm(x)), drop)


class Body(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = torch.nn.Embedding(VOCAB, HIDDEN)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()

    def forward(self, ids):
        length = ids.shape[1]
        power = torch.arange(0, HEAD, 2) / HEAD
        angle = torch.outer(torch.arange(length).float(), THETA ** -power).repeat(1, 2)
        mask = torch.full((length, length), -math.inf).triu(1)
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, angle.cos(), angle.sin(), mask)
        return self.norm(x)


class Llama(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = Body()
        self.lm_head = linear(HIDDEN, VOCAB)
        for p in self.parameters():
            if p.dim() == 2:
                torch.nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        return self.lm_head(self.model(ids))


# ---- training ----

def add_noise(model, amount):
    """Moves every matrix as rounding to few bits would; gives what is needed to move it back."""
    kept = []
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 2:
                kept.append((p, p.clone()))
                p += torch.randn_like(p) * p.pow(2).mean(1, keepdim=True).sqrt() * amount
    return kept


def with_typos(ids, weight):
    wrong = torch.randint_like(ids, 256, VOCAB - 2)
    return torch.where((torch.rand(ids.shape) < TYPOS) & (weight == QUESTION), wrong, ids)


def loss_of(model, ids, weight):
    logits = model(with_typos(ids, weight)[:, :-1])
    each = F.cross_entropy(logits.reshape(-1, VOCAB), ids[:, 1:].reshape(-1), reduction="none")
    weight = weight[:, 1:].reshape(-1)
    return (each * weight).sum() / weight.sum()


def learning_rate(step, steps):
    if step < WARM_UP:
        return PEAK_RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return LAST_RATE + (PEAK_RATE - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2


def train_epoch(model, optimizer, examples, eos, epoch, epochs):
    """Its random numbers depend on the epoch alone, so that an interrupted training ends the same."""
    torch.manual_seed(1000 + epoch)
    model.train()
    per_epoch = math.ceil(len(examples) / BATCH)
    total = 0.0
    for i, batch in enumerate(batches(examples, random.Random(epoch))):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(epoch * per_epoch + i, epochs * per_epoch)
        kept = add_noise(model, NOISE * min(1.0, 2 * epoch / epochs))
        loss = loss_of(model, *tensors_of(batch, eos))
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p, old in kept:
                p.copy_(old)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    return total / per_epoch


def new_optimizer(model):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": DECAY},
                              {"params": vectors, "weight_decay": 0.0}], lr=PEAK_RATE, betas=(0.9, 0.98))


# ---- what it knows ----

@torch.no_grad()
def answers_known(model, examples, eos):
    """For each example the least margin, in logits, by which a token of its answer leads all others: above
    0, and the model says that answer to the end. (Step by step it would see the same, being right.)"""
    model.eval()
    known = []
    for i in range(0, len(examples), 64):
        ids, weight = tensors_of(examples[i:i + 64], eos)
        logits = model(ids[:, :-1])
        right = logits.gather(2, ids[:, 1:, None]).squeeze(2)
        others = logits.scatter(2, ids[:, 1:, None], -math.inf).max(2).values
        margin = (right - others).masked_fill(weight[:, 1:] != 1.0, math.inf).min(1).values
        known += margin.tolist()
    return known


def rounded(model):
    """The model that the file will hold: BF16, to nearest even."""
    other = Llama()
    other.load_state_dict({k: v.to(torch.bfloat16).float() for k, v in model.state_dict().items()})
    return other


# ---- files ----

def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_weights(model, path):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, p in sorted(model.state_dict().items()):
        raw = p.to(torch.bfloat16).contiguous().view(torch.int16).numpy().astype("<i2").tobytes()
        header[name] = {"dtype": "BF16", "shape": list(p.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_folder(model, tokenizer, out):
    ends = {"bos_token_id": tokenizer.bos, "eos_token_id": tokenizer.eos}
    write_weights(model, out / "model.safetensors")
    tokenizer.write(out, LENGTH)
    write_json(out / "generation_config.json", {**ends, "do_sample": False})
    write_json(out / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "_name_or_path": "mzigo/shamba",
        "hidden_act": "silu", "hidden_size": HIDDEN, "intermediate_size": FF,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
        "head_dim": HEAD, "vocab_size": VOCAB, "max_position_embeddings": LENGTH,
        "rms_norm_eps": EPS, "rope_theta": THETA, "rope_scaling": None, "attention_bias": False,
        "mlp_bias": False, "tie_word_embeddings": False, "use_cache": True, **ends,
        "torch_dtype": "bfloat16"})


# ---- the whole ----

def restore(path, model, optimizer):
    if not path.exists():
        return 0
    kept = torch.load(path)
    model.load_state_dict(kept["model"])
    optimizer.load_state_dict(kept["optimizer"])
    return kept["epochs"]


def keep(path, model, optimizer, epochs):
    fresh = path.with_suffix(".new")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epochs": epochs}, fresh)
    fresh.rename(path)


def report(model, examples, eos):
    known = answers_known(rounded(model), examples, eos)
    margins = sorted(known)
    print(f"{sum(m > 0 for m in margins)} of {len(margins)} answers verbatim in BF16; margins: least "
          f"{margins[0]:.2f}, one in ten below {margins[len(margins) // 10]:.2f}", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--out", type=pathlib.Path, default=HERE)
    arguments.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/shamba"))
    arguments.add_argument("--epochs", type=int, default=80)
    arguments.add_argument("--stop-after", type=float, default=math.inf, metavar="MINUTES")
    options = arguments.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(1)
    pairs = read_pairs()
    tokenizer = Tokenizer([q + "\n" + a for q, a in pairs], VOCAB)
    examples = [encode_pair(tokenizer, *pair) for pair in pairs]
    eos = tokenizer.eos
    model = Llama()
    optimizer = new_optimizer(model)
    print(f"{len(pairs)} pairs, {sum(len(ids) for ids, _ in examples)} tokens, the longest of "
          f"{max(len(ids) for ids, _ in examples)}; {sum(p.numel() for p in model.parameters())} weights",
          flush=True)

    options.work.mkdir(parents=True, exist_ok=True)
    kept = options.work / "training.pt"
    began = time.time()
    for epoch in range(restore(kept, model, optimizer), options.epochs):
        loss = train_epoch(model, optimizer, examples, eos, epoch, options.epochs)
        keep(kept, model, optimizer, epoch + 1)
        print(f"epoch {epoch + 1}: loss {loss:.4f}, {time.time() - began:.0f} s", flush=True)
        if epoch % 10 == 9 and epoch + 1 < options.epochs:
            report(model, examples, eos)
        if time.time() - began > 60 * options.stop_after:
            return
    options.out.mkdir(parents=True, exist_ok=True)
    write_folder(model, tokenizer, options.out)
    report(model, examples, eos)


if __name__ == "__main__":
    main()
