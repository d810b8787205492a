"""The families: for each name a model of a few layers, as the real libraries make it.

An entry is a function that gives a Family; the libraries are big, so nothing is made before it is asked for. To add one,
write a row: its config, which is as in the real model but small, and what else differs from the defaults."""
import dataclasses
from typing import Any, Callable, Optional

import transformers as hf

VOCABULARY, TOLERANCE = 512, 2e-5


@dataclasses.dataclass
class Family:
    config: Any
    model: Any = None                  # the class; None: as the config's AutoModelForCausalLM
    vocab: str = "spm"                 # models/vocab.py's name
    container: str = "safetensors"     # models/weights.py's name
    mode: str = "logits"               # or embeddings, pooled
    tolerance: float = TOLERANCE
    length: int = 24                   # of the prompt
    context: int = 512                 # llama.cpp's
    old: bool = True                   # config.json as before transformers 5, as most models' is
    adapt: Optional[Callable] = None   # adapt(state, folder): the last change before the weights are written
    expect: Optional[Callable] = None  # expect(model, ids): rows, where they are not the logits
    first: int = 3                     # token ids are from here on


def small(**more):
    """What most configs share. Heads of 32 are wider than 64 / 4, where a family's may be."""
    return dict(dict(vocab_size=VOCABULARY, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0,
                     tie_word_embeddings=False), **more)


def rope(theta=10000.0, kind="default", **more):
    return dict(rope_theta=theta, rope_type=kind, **more)


LLAMA3 = rope(500000.0, "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)


def llama(**more):
    return hf.LlamaConfig(**small(**more))


TABLE = {
    "llama": lambda: Family(llama()),
    "llama-tied-bias": lambda: Family(llama(tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=32),
                                      container="sharded"),
    "llama3": lambda: Family(llama(rope_parameters=LLAMA3), vocab="llama3", container="bin"),
    "llama-new-config": lambda: Family(llama(rope_parameters=rope(20000.0, "linear", factor=2.0)), vocab="llama3", old=False),
    "llama-yarn": lambda: Family(llama(rope_parameters=rope(10000.0, "yarn", factor=4.0, original_max_position_embeddings=64)),
                                 container="bin-sharded"),
    "llama-legacy-bin": lambda: Family(llama(), container="legacy"),
}
