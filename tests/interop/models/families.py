"""The families: for each name a model of a few layers, as the real libraries make it.

An entry is a function that gives a Family; the libraries are big, so nothing is made before it is asked for. To add one,
write a row: its config, which is as in the real model but small, and what else differs from the defaults."""
import dataclasses
import json
import re
from typing import Any, Callable, Optional

import torch
import transformers as hf
from . import packed

VOCABULARY = 512
TOLERANCE, HALVES = 2e-5, 1e-3  # HALVES: where llama.cpp rounds GELU to halves, and one may be the next


@dataclasses.dataclass
class Family:
    config: Any
    model: Any = None                  # the class; None: as the config's AutoModelForCausalLM
    vocab: str = "spm"                 # models/vocab.py's name
    container: str = "safetensors"     # models/weights.py's name
    mode: str = "logits"               # or embeddings, pooled, scores
    tolerance: float = TOLERANCE
    length: int = 24                   # of the prompt
    context: int = 512                 # llama.cpp's
    old: bool = True                   # config.json as before transformers 5, as most models' is
    types: Optional[str] = None        # models/packed.py's name
    packer: Callable = packed.pack
    adapt: Optional[Callable] = None   # adapt(state, folder): the last change before the weights are written
    expect: Optional[Callable] = None  # expect(model, ids): rows, where they are not the logits
    first: int = 3                     # token ids are from here on
    published: dict = dataclasses.field(default_factory=dict) # changes to config.json; None: without this key
    config_json: Optional[dict] = None # all of config.json, where the makers' is of another form than the library's
    mel: Optional[Callable] = None     # mel(config): what a whisper hears
    decoder: Optional[Callable] = None # decoder(config, ids): what is given to the decoder


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


def hidden(model, ids):
    """The vector of each token."""
    return model(input_ids=ids).last_hidden_state[0]


def decoded(model, ids):
    """The logits of what a decoder is given: the prompt's first half, behind the token that it starts with."""
    return model(input_ids=ids, decoder_input_ids=start(model.config, ids)).logits[0]


def start(config, ids):
    begin = ids.new_full((1, 1), config.decoder_start_token_id)
    return torch.cat([begin, ids[:, :ids.shape[1] // 2]], 1)


def heard(config):
    return torch.randn(1, config.num_mel_bins, 2 * config.max_source_positions, generator=torch.Generator().manual_seed(7)) * 0.5


def transcribed(model, ids):
    return model(input_features=heard(model.config), decoder_input_ids=ids).logits[0]


def whisper_files(state, folder):
    """Its vocabulary as older releases have it too, and the size of what it hears."""
    bpe = json.loads((folder / "tokenizer.json").read_text())["model"]
    (folder / "vocab.json").write_text(json.dumps(bpe["vocab"], ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(
        (m if isinstance(m, str) else " ".join(m)) + "\n" for m in bpe["merges"]))
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80, "hop_length": 160, "n_fft": 400,
        "sampling_rate": 16000, "chunk_length": 30}, indent=2) + "\n")
    return state


# What OpenAI calls what transformers has renamed, and which numbers of the config are its dims.
OPENAI = (("model.", ""), ("layers.", "blocks."), ("encoder_attn_layer_norm", "cross_attn_ln"),
          ("self_attn_layer_norm", "attn_ln"), ("encoder_attn", "cross_attn"), ("self_attn", "attn"), ("q_proj", "query"),
          ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"), ("final_layer_norm", "mlp_ln"), ("fc1", "mlp.0"),
          ("fc2", "mlp.2"), ("encoder.layer_norm", "encoder.ln_post"), ("decoder.layer_norm", "decoder.ln"),
          ("embed_positions.weight", "positional_embedding"), ("embed_tokens", "token_embedding"))
OPENAI_DIMS = dict(n_mels="num_mel_bins", n_vocab="vocab_size", n_audio_ctx="max_source_positions", n_audio_state="d_model",
                   n_audio_head="encoder_attention_heads", n_audio_layer="encoder_layers", n_text_ctx="max_target_positions",
                   n_text_state="d_model", n_text_head="decoder_attention_heads", n_text_layer="decoder_layers")


def whisper_checkpoint(state, folder):
    """The checkpoint as OpenAI publishes it; its tokens are those of the tokenizer beside it."""
    config = json.loads((folder / "config.json").read_text())
    named = {}
    for name, tensor in state.items():
        for old, new in OPENAI:
            name = name.replace(old, new)
        if not name.startswith("proj_out."):
            named[name] = tensor.half()
    return {"dims": {dim: config[key] for dim, key in OPENAI_DIMS.items()}, "model_state_dict": named}


def whisper(**more):
    """Rows of 256, so that all of whisper.cpp's types are possible."""
    return Family(
        hf.WhisperConfig(vocab_size=VOCABULARY, d_model=256, encoder_layers=4, decoder_layers=4, encoder_attention_heads=4,
                         decoder_attention_heads=4, encoder_ffn_dim=1024, decoder_ffn_dim=1024, max_source_positions=30,
                         max_target_positions=64, num_mel_bins=80, pad_token_id=0, bos_token_id=1, eos_token_id=2,
                         decoder_start_token_id=3, suppress_tokens=None, begin_suppress_tokens=None),
        hf.WhisperForConditionalGeneration, "gpt2", mode="whisper", tolerance=5e-3, mel=heard, expect=transcribed,
        published={"max_length": 64}, **more)


def by_sample(model, ids):
    """Gemma 3n leaves out what is below a quantile, which llama.cpp guesses from the deviation of a sample: with few values
    that is not the same."""
    def cut(mlp):
        rare = torch.distributions.normal.Normal(0, 1).icdf(torch.tensor(mlp.activation_sparsity))
        return lambda x: torch.relu(x - x.mean(-1, keepdim=True) - rare * x.std(-1, keepdim=True))
    for module in model.modules():
        if hasattr(module, "_gaussian_topk"):
            module._gaussian_topk = cut(module)
    return model(input_ids=ids, use_cache=False).logits[0]


def moe(**more):
    return dict(num_experts=6, num_local_experts=6, num_experts_per_tok=2, moe_intermediate_size=96, **more)


def gemma(config, **more):
    return Family(config, vocab="gemma", **dict(dict(tolerance=HALVES), **more))


def qwen35(**more):
    return hf.Qwen3_5TextConfig(**small(
        num_hidden_layers=4, head_dim=32, linear_key_head_dim=32, linear_value_head_dim=32, linear_num_key_heads=2,
        linear_num_value_heads=4, **more,
        rope_parameters=rope(10000.0, partial_rotary_factor=0.5, mrope_section=[4, 2, 2], mrope_interleaved=True)))


def phi3(**more):
    return hf.Phi3Config(**small(**more))


def long_phi3(original, pairs, partial_rotary_factor=None, **more):
    """With long rope, which has a factor for each pair of what is rotated."""
    part = {} if partial_rotary_factor is None else dict(partial_rotary_factor=partial_rotary_factor)
    return phi3(original_max_position_embeddings=original, rope_parameters=rope(
        10000.0, "longrope", short_factor=[1.0 + 0.05 * i for i in range(pairs)], **part,
        long_factor=[1.5 + 0.25 * i for i in range(pairs)], original_max_position_embeddings=original), **more)


def bert(kind=hf.BertConfig, **more):
    return kind(**dict(dict(vocab_size=VOCABULARY, hidden_size=64, intermediate_size=160, num_hidden_layers=2,
                            num_attention_heads=4, max_position_embeddings=128, pad_token_id=0), **more))


def embedder(config, model, vocab="wordpiece", **more):
    return Family(config, model, vocab, **dict(dict(mode="embeddings", expect=hidden, tolerance=HALVES, first=8), **more))


def ranker(config, model, *vocab):
    return embedder(config, model, *vocab, mode="scores", expect=lambda m, ids: m(input_ids=ids).logits)


def xlmr(**more):
    return bert(hf.XLMRobertaConfig, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, **more)


def t5(**more):
    return hf.T5Config(**dict(dict(vocab_size=VOCABULARY, d_model=64, d_kv=32, d_ff=160, num_layers=2, num_decoder_layers=2,
                                   num_heads=4, relative_attention_num_buckets=8, relative_attention_max_distance=128,
                                   pad_token_id=0, eos_token_id=1, decoder_start_token_id=0), **more))


def mean_pooling(state, folder):
    """What sentence-transformers adds: that the tokens' mean is the text's vector."""
    (folder / "1_Pooling").mkdir()
    write = lambda name, value: (folder / name).write_text(json.dumps(value, indent=2) + "\n")
    write("modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    write("1_Pooling/config.json", {"word_embedding_dimension": 64, "pooling_mode_cls_token": False,
                                    "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False})
    return state


def old_bert(state, folder):
    """As the first ones were published: a head of the training, TensorFlow's names of norms, and what is no weight."""
    norms = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    out = {}
    for name, t in state.items():
        for ours, theirs in norms.items():
            name = name.replace(ours, theirs)
        out["bert." + name] = t
    out.update({"bert.embeddings.position_ids": torch.arange(128)[None], "cls.predictions.bias": torch.zeros(VOCABULARY),
                "cls.predictions.transform.dense.weight": torch.ones(64, 64), "cls.seq_relationship.weight": torch.ones(2, 64)})
    return out


def old_gpt2(state, folder):
    """As OpenAI's is published: without a prefix, and with the masks of attention."""
    out = {name.removeprefix("transformer."): t for name, t in state.items() if name != "lm_head.weight"}
    for layer in range(2):
        out[f"h.{layer}.attn.bias"] = torch.ones(256, 256).tril().reshape(1, 1, 256, 256)
    return out


def with_frequencies(state, folder):
    """What old checkpoints of Llama have besides: the angles, which every runtime computes."""
    return state | {f"model.layers.{i}.self_attn.rotary_emb.inv_freq": 10000.0 ** -(torch.arange(0, 16, 2) / 16) for i in range(2)}


def with_unused_keys(state, folder):
    """Gemma 3n's last layers use the keys of earlier ones, yet have some of their own in the published files."""
    for name in [n for n in state if n.startswith("model.layers.19.self_attn.") and re.search(r"\.(k_proj|v_proj|k_norm)\.", n)]:
        for layer in range(20, 25):
            state[name.replace(".19.", f".{layer}.")] = torch.zeros_like(state[name])
    return state


def inside(prefix, architecture, model_type, more):
    """A model as a part of one that sees: its config as text_config, its tensors under a prefix, among others."""
    def adapt(state, folder):
        path = folder / "config.json"
        config = json.loads(path.read_text())
        path.write_text(json.dumps({"architectures": [architecture], "model_type": model_type, "text_config": config,
                                    "vision_config": {"hidden_size": 32, "depth": 1}, "image_token_id": 5}, indent=2) + "\n")
        out = {n if n == "lm_head.weight" else prefix + n.removeprefix("model."): t for n, t in state.items()}
        out.update({n: torch.ones(shape) for n, shape in more.items()})
        return out
    return adapt


def mistral_own(state, folder, **published):
    """Mistral's own names, its keys and queries in the order of the pairs that are rotated, and params.json in place of
    config.json."""
    config = json.loads((folder / "config.json").read_text())
    head_dim = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    (folder / "config.json").unlink()
    (folder / "generation_config.json").unlink(missing_ok=True)
    params = {
        "dim": config["hidden_size"], "n_layers": config["num_hidden_layers"], "head_dim": head_dim,
        "hidden_dim": config["intermediate_size"], "n_heads": config["num_attention_heads"], "norm_eps": config["rms_norm_eps"],
        "n_kv_heads": config["num_key_value_heads"], "rope_theta": config.get("rope_theta", 10000.0),
        "vocab_size": config["vocab_size"]} | published
    (folder / "params.json").write_text(json.dumps({k: v for k, v in params.items() if v is not None}))
    names = {"model.embed_tokens": "tok_embeddings", "model.norm": "norm", "lm_head": "output", "self_attn.q_proj": "attention.wq",
             "self_attn.k_proj": "attention.wk", "self_attn.v_proj": "attention.wv", "self_attn.o_proj": "attention.wo",
             "mlp.gate_proj": "feed_forward.w1", "mlp.down_proj": "feed_forward.w2", "mlp.up_proj": "feed_forward.w3",
             "input_layernorm": "attention_norm", "post_attention_layernorm": "ffn_norm", "model.layers": "layers",
             "block_sparse_moe": "feed_forward"}
    out = {}
    for name, t in state.items():
        if re.search(r"\.[qk]_proj\.weight$", name):
            t = t.reshape(-1, 2, head_dim // 2, t.shape[1]).transpose(1, 2).reshape(t.shape)
        for theirs, own in names.items():
            name = name.replace(theirs, own)
        out[name] = t
    return out


def ministral_own(state, folder):
    """As Ministral 3's: a stretched context, and what it sees with."""
    out = mistral_own(state, folder, tied_embeddings=False, max_position_embeddings=256, yarn=dict(
        factor=4.0, original_max_position_embeddings=8, apply_scale=False, beta=32, alpha=1),
        llama_4_scaling=dict(original_max_position_embeddings=8, beta=0.1), vision_encoder=dict(hidden_size=32))
    return out | {"vision_encoder.patch_conv.weight": torch.ones(32, 3, 2, 2), "patch_merger.merging_layer.weight": torch.ones(8, 8)}


def mistral_fp8(state, folder):
    """As Ministral 3's are published: weights of 8 bits with a scale beside each, and those of what goes in."""
    out = mistral_own(state, folder, quantization=dict(qformat_weight="fp8_e4m3", qscheme_act="TENSOR"))
    scales = [n for n in out if n.endswith(".weight_scale")]
    for name in scales:
        base = name.removesuffix("weight_scale")
        out[base + "qscale_weight"] = out.pop(name).reshape(())
        out[base + "qscale_act"] = torch.tensor(1.0)
    assert scales
    return out


def mixtral_own(state, folder):
    return mistral_own(state, folder, moe=dict(num_experts=6, num_experts_per_tok=2), max_seq_len=256)


def meta_own(state, folder):
    """As Llama 2's: the widths of the vocabulary and of the feed-forward are to be worked out."""
    out = mistral_own(state, folder, head_dim=None, hidden_dim=None, rope_theta=None, vocab_size=-1, multiple_of=32)
    return out | {"rope.freqs": 10000.0 ** -(torch.arange(0, 16, 2) / 16)}


# As nomic-embed-text-v1.5 has it.
NOMIC = {
    "activation_function": "swiglu", "architectures": ["NomicBertModel"], "causal": False, "layer_norm_epsilon": 1e-12,
    "max_trained_positions": 2048, "mlp_fc1_bias": False, "mlp_fc2_bias": False, "model_type": "nomic_bert", "n_embd": 64,
    "n_head": 4, "n_inner": 160, "n_layer": 2, "n_positions": 8192, "prenorm": False, "qkv_proj_bias": False,
    "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False, "rotary_emb_scale_base": None,
    "rotary_scaling_factor": None, "torch_dtype": "float32", "type_vocab_size": 2, "vocab_size": VOCABULARY}

TABLE = {
    "llama": lambda: Family(llama()),
    "llama-tied-bias": lambda: Family(llama(tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=32),
                                      container="sharded"),
    "llama3": lambda: Family(llama(rope_parameters=LLAMA3), vocab="llama3", container="bin"),
    "llama-new-config": lambda: Family(llama(rope_parameters=rope(20000.0, "linear", factor=2.0)), vocab="llama3", old=False),
    "llama-yarn": lambda: Family(llama(rope_parameters=rope(10000.0, "yarn", factor=4.0, original_max_position_embeddings=64)),
                                 container="bin-sharded"),
    "llama-legacy-bin": lambda: Family(llama(), container="legacy", adapt=with_frequencies),
    "llama-views": lambda: Family(llama(tie_word_embeddings=True), container="bin-views"),
    "mistral": lambda: Family(hf.MistralConfig(**small(head_dim=32, sliding_window=None)), vocab="tekken"),
    "mistral-consolidated": lambda: Family(hf.MistralConfig(**small(head_dim=32, sliding_window=None)), vocab="tekken.json",
                                           container="consolidated", adapt=mistral_own, first=8),
    "ministral3-consolidated": lambda: Family(hf.Ministral3Config(**small(head_dim=32, rope_parameters=dict(
        type="yarn", rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=8, beta_fast=32.0, beta_slow=1.0,
        mscale_all_dim=1.0, mscale=1.0, llama_4_scaling_beta=0.1))), vocab="tekken.json", old=False, container="consolidated",
        adapt=ministral_own, first=8),
    "mistral-fp8-consolidated": lambda: Family(hf.MistralConfig(**small(sliding_window=None)), vocab="tekken.json", types="fp8-ct-tensor",
                                               container="consolidated", adapt=mistral_fp8, first=8),
    "mixtral-consolidated": lambda: Family(hf.MixtralConfig(**small(**moe())), vocab="tekken.json", container="consolidated",
                                           adapt=mixtral_own, first=8),
    "llama-consolidated": lambda: Family(llama(intermediate_size=192), container="meta", adapt=meta_own),
    "ministral3": lambda: Family(hf.Ministral3Config(**small(head_dim=32, rope_parameters=dict(
        type="yarn", rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=8, beta_fast=32.0, beta_slow=1.0,
        mscale_all_dim=1.0, mscale=1.0, llama_4_scaling_beta=0.1))), vocab="tekken", old=False),
    "mixtral": lambda: Family(hf.MixtralConfig(**small(**moe()))),
    "qwen2": lambda: Family(hf.Qwen2Config(**small(vocab_size=VOCABULARY + 32)), vocab="qwen2"),
    "qwen2moe": lambda: Family(hf.Qwen2MoeConfig(**small(**moe(shared_expert_intermediate_size=128, norm_topk_prob=False))),
                               vocab="qwen2"),
    "qwen3": lambda: Family(hf.Qwen3Config(**small(head_dim=32, tie_word_embeddings=True)), vocab="qwen2", container="sharded"),
    "qwen3moe": lambda: Family(hf.Qwen3MoeConfig(**small(**moe(head_dim=32, norm_topk_prob=True))), vocab="qwen2"),
    # Its norm of keys and queries has the epsilon elsewhere than llama.cpp, which shows where they are short.
    "qwen3.5": lambda: Family(qwen35(), vocab="qwen35", old=False, tolerance=3e-4),
    "qwen3.5-vision": lambda: Family(
        qwen35(tie_word_embeddings=True), vocab="qwen35", old=False, tolerance=3e-4, container="sharded",
        adapt=inside("model.language_model.", "Qwen3_5ForConditionalGeneration", "qwen3_5",
                     {"model.visual.blocks.0.norm1.weight": [32], "model.visual.patch_embed.proj.weight": [32, 3, 2, 16, 16]})),
    "gemma": lambda: gemma(hf.GemmaConfig(**small(head_dim=32, tie_word_embeddings=True, hidden_activation="gelu_pytorch_tanh"))),
    "gemma2": lambda: gemma(hf.Gemma2Config(**small(head_dim=32, tie_word_embeddings=True, num_hidden_layers=3, sliding_window=8,
                                                    query_pre_attn_scalar=32))),
    "gemma3": lambda: gemma(hf.Gemma3TextConfig(**small(
        head_dim=32, tie_word_embeddings=True, num_hidden_layers=7, sliding_window=8, query_pre_attn_scalar=32,
        rope_parameters={"full_attention": rope(1e6, "linear", factor=8.0), "sliding_attention": rope(10000.0)})), old=False),
    "gemma3-vision": lambda: gemma(hf.Gemma3TextConfig(**small(
        head_dim=32, tie_word_embeddings=True, num_hidden_layers=6, sliding_window=8, query_pre_attn_scalar=32,
        rope_parameters={"full_attention": rope(1e6), "sliding_attention": rope(10000.0)})), old=False, adapt=inside(
            "language_model.model.", "Gemma3ForConditionalGeneration", "gemma3",
            {"vision_tower.vision_model.post_layernorm.weight": [32],
             "multi_modal_projector.mm_input_projection_weight": [32, 64]})),
    "gemma3n": lambda: gemma(hf.Gemma3nTextConfig(**small(
        head_dim=32, tie_word_embeddings=True, num_hidden_layers=25, num_kv_shared_layers=5, sliding_window=8,
        vocab_size_per_layer_input=VOCABULARY, intermediate_size=96, final_logit_softcapping=30.0,
        activation_sparsity_pattern=[0.95] * 10 + [0.0] * 15)), old=False, adapt=with_unused_keys, expect=by_sample,
        tolerance=5e-3),
    "phi3": lambda: Family(phi3()),
    # llama.cpp's context is at least 256, and tells it which factors to take.
    "phi3-longrope-short": lambda: Family(long_phi3(256, 8, max_position_embeddings=1024), context=256),
    "phi3-longrope-long": lambda: Family(long_phi3(16, 8)),
    "phi4-mini": lambda: Family(
        long_phi3(256, 6, max_position_embeddings=1024, tie_word_embeddings=True, partial_rotary_factor=0.75),
        vocab="o200k", context=256),
    "bert": lambda: embedder(bert(), hf.BertModel),
    "bert-old": lambda: embedder(bert(), hf.BertModel, container="bin", adapt=old_bert),
    "minilm": lambda: embedder(bert(num_hidden_layers=3), hf.BertModel, mode="pooled", adapt=mean_pooling,
                               expect=lambda model, ids: hidden(model, ids).mean(0, keepdim=True)),
    "bert-ranker": lambda: ranker(bert(num_labels=1), hf.BertForSequenceClassification),
    "xlm-roberta-ranker": lambda: ranker(xlmr(num_labels=3), hf.XLMRobertaForSequenceClassification, "xlmr"),
    "roberta": lambda: embedder(bert(hf.RobertaConfig, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1),
                                hf.RobertaModel, "roberta"),
    "xlm-roberta": lambda: embedder(xlmr(), hf.XLMRobertaModel, "xlmr"),
    "distilbert": lambda: embedder(hf.DistilBertConfig(vocab_size=VOCABULARY, dim=64, hidden_dim=160, n_layers=2, n_heads=4,
                                                       max_position_embeddings=128), hf.DistilBertModel),
    "nomic-bert": lambda: embedder(bert(hf.NomicBertConfig), hf.NomicBertModel, config_json=NOMIC),
    "gpt2": lambda: Family(hf.GPT2Config(vocab_size=VOCABULARY, n_embd=64, n_layer=2, n_head=4, n_positions=256),
                           published={"n_ctx": 256}, vocab="gpt2", tolerance=HALVES, container="bin", adapt=old_gpt2),
    "gptneox": lambda: Family(hf.GPTNeoXConfig(**small(rope_parameters=rope(partial_rotary_factor=0.25))), vocab="neox",
                              tolerance=HALVES, published={"rotary_pct": 0.25, "rotary_emb_base": 10000}),
    "gptneox-serial": lambda: Family(hf.GPTNeoXConfig(**small(rope_parameters=rope(partial_rotary_factor=0.5),
                                                              use_parallel_residual=False)), vocab="neox", tolerance=HALVES,
                                    old=False),
    "falcon-7b": lambda: Family(hf.FalconConfig(vocab_size=VOCABULARY, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                                                max_position_embeddings=256), vocab="falcon", tolerance=HALVES,
                                published={"num_kv_heads": None}),
    "falcon-40b": lambda: Family(hf.FalconConfig(vocab_size=VOCABULARY, hidden_size=64, num_hidden_layers=2,
                                                 num_attention_heads=4, num_kv_heads=2, new_decoder_architecture=True,
                                                 max_position_embeddings=256), vocab="falcon", tolerance=HALVES),
    "stablelm": lambda: Family(hf.StableLmConfig(**small(use_qkv_bias=True, rope_parameters=rope(partial_rotary_factor=0.25))),
                               vocab="qwen2"),
    "stablelm-parallel": lambda: Family(hf.StableLmConfig(**small(
        qk_layernorm=True, use_parallel_residual=True, num_hidden_layers=3, rope_parameters=rope(partial_rotary_factor=0.25))),
        vocab="qwen2"),
    "granite": lambda: Family(hf.GraniteConfig(**small(embedding_multiplier=12.0, residual_multiplier=0.22, logits_scaling=8.0,
                                                       attention_multiplier=0.05, tie_word_embeddings=True)), vocab="smollm"),
    "granitemoe": lambda: Family(hf.GraniteMoeConfig(**small(**moe(
        embedding_multiplier=12.0, residual_multiplier=0.22, logits_scaling=6.0, attention_multiplier=0.05))), vocab="smollm"),
    "olmo2": lambda: Family(hf.Olmo2Config(**small()), vocab="dbrx"),
    "mamba": lambda: Family(hf.MambaConfig(vocab_size=VOCABULARY, hidden_size=64, num_hidden_layers=2, state_size=16,
                                           bos_token_id=0, eos_token_id=0, pad_token_id=0), vocab="neox"),
    "t5": lambda: Family(t5(), hf.T5ForConditionalGeneration, "t5", expect=decoded, decoder=start),
    "flan-t5": lambda: Family(t5(feed_forward_proj="gated-gelu", tie_word_embeddings=False), hf.T5ForConditionalGeneration, "t5",
                              expect=decoded, decoder=start, tolerance=HALVES),
    "smollm3": lambda: Family(hf.SmolLM3Config(**small(num_hidden_layers=4, tie_word_embeddings=True)), vocab="llama3"),
    "lfm2": lambda: Family(hf.Lfm2Config(**small(num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"],
                                                 block_multiple_of=32, tie_word_embeddings=True)), vocab="llama3"),
    "whisper": lambda: whisper(adapt=whisper_files),
    "whisper-openai": lambda: whisper(adapt=whisper_checkpoint, container="openai"),
    "gpt-oss": lambda: Family(hf.GptOssConfig(**small(**moe(
        head_dim=32, sliding_window=8, num_hidden_layers=3, rope_parameters=rope(
            150000.0, "yarn", factor=4.0, beta_fast=32.0, beta_slow=1.0, original_max_position_embeddings=64)))), vocab="o200k"),
}

# Packed types, on a llama whose rows are wide enough for their blocks, some of which are not full.
TABLE |= {
    f"llama-{name}": lambda name=name: Family(
        llama(hidden_size=192, intermediate_size=320, head_dim=32, tie_word_embeddings=name.startswith("mlx")), types=name,
        container="bin" if name == "bf16" else "safetensors")
    for name in packed.FORMATS
}
TABLE["gpt-oss-mxfp4"] = lambda: dataclasses.replace(TABLE["gpt-oss"](), types="mxfp4", packer=packed.pack_gpt_oss)
