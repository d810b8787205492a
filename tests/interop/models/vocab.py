"""Small vocabularies of every kind, trained on the spot from samples/shamba/text by the libraries that make the real ones.

make(kind, folder, size) writes into a model's folder the files that its makers would publish. Each kind has the special
tokens of the models that use it, and of byte-level BPE the pre-tokenizer that its name stands for."""
import base64
import io
import json
import pathlib

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = pathlib.Path(__file__).parents[3] / "samples/shamba/text"

# The published patterns, put together of what they share.
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + REST
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = QWEN2.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]+", r"[^\s\p{L}\p{M}\p{N}]+")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
WORD = r"[^\r\n\p{L}\p{N}]?" + UPPER + "*" + LOWER + "+{0}|" + r"[^\r\n\p{L}\p{N}]?" + UPPER + "+" + LOWER + "*{0}"
SLASH = REST.replace(r"[\r\n]*", r"[\r\n/]*", 1)
TEKKEN = WORD.replace("{0}", "") + r"|\p{N}" + SLASH
O200K = WORD.replace("{0}", CONTRACTIONS + "?") + r"|\p{N}{1,3}" + SLASH

# kind: pattern or a word for what else splits the text, special tokens (begin, end, padding first), how a text begins.
BYTE_LEVEL = {
    "gpt2": ("plain", ["<|endoftext|>"], None),
    "neox": ("plain", ["<|endoftext|>", "<|padding|>"], None),
    "llama3": (LLAMA3, ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], "<|begin_of_text|>"),
    "dbrx": (LLAMA3, ["<|endoftext|>", "<|pad|>"], None),
    "qwen2": (QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], None),
    "qwen35": (QWEN35, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], None),
    "tekken": (TEKKEN, ["<s>", "</s>", "<pad>", "[INST]"], "<s>"),
    "o200k": (O200K, ["<|startoftext|>", "<|return|>", "<|endoftext|>"], None),
    "smollm": ("digits", ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], None),
    "falcon": ("falcon", ["<|endoftext|>"], None),
    "roberta": ("roberta", ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], None),
}


def texts():
    return sorted(str(p) for p in TEXTS.glob("*.txt"))


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def splitter(how):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=how in ("plain", "digits", "falcon", "roberta"))
    if how in ("plain", "roberta"):
        return byte_level
    if how == "digits":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    if how == "falcon":
        return pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation("contiguous"), byte_level, pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(how), "isolated"), byte_level])


def byte_level(kind, folder, size):
    how, special, begin = BYTE_LEVEL[kind]
    t = Tokenizer(models.BPE(ignore_merges=kind in ("llama3", "tekken")))
    if kind.startswith("qwen"):
        t.normalizer = normalizers.NFC()
    t.pre_tokenizer, t.decoder = splitter(how), decoders.ByteLevel()
    # RoBERTa's and tekken's stand first, others behind the vocabulary.
    first = special if kind in ("roberta", "tekken") else []
    t.train(texts(), trainers.BpeTrainer(vocab_size=size - len(special) + len(first), special_tokens=first, show_progress=False,
                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in special])
    if kind == "roberta":
        t.post_processor = processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")),
                                                        trim_offsets=True, add_prefix_space=False)
    elif begin:
        t.post_processor = processors.TemplateProcessing(single=begin + " $A", pair=f"{begin} $A {begin} $B:1",
                                                         special_tokens=[(begin, t.token_to_id(begin))])
    t.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "GPT2Tokenizer" if kind == "o200k" else "PreTrainedTokenizerFast", # Phi-4-mini's is told by it
              "bos_token": special[0], "eos_token": special[min(1, len(special) - 1)]}
    if kind == "roberta":
        config = {"tokenizer_class": "RobertaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
                  "cls_token": "<s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    elif len(special) == 1 or kind in ("qwen2", "qwen35", "dbrx", "smollm"):
        config["eos_token"] = special[-1] if kind != "dbrx" else special[0]
        config["pad_token"] = special[0]
    write_json(folder / "tokenizer_config.json", config)


def tekken_json(kind, folder, size):
    """Mistral's own form: the bytes of each token in the order of their merging, behind a number of special tokens."""
    special = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "<pad>"]
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = splitter(TEKKEN)
    t.train(texts(), trainers.BpeTrainer(vocab_size=size - len(special), show_progress=False,
                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    merged = sorted((i, w) for w, i in t.get_vocab().items() if len(w) > 1)
    # ByteLevel shows a byte that prints as itself, and the others as characters from 256 on.
    shown = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    byte_of = {chr(b): b for b in shown} | {chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in shown)}
    tokens = [bytes([b]) for b in range(256)] + [bytes(byte_of[c] for c in w) for _, w in merged]
    write_json(folder / "tekken.json", {
        "config": {"pattern": TEKKEN, "num_vocab_tokens": len(tokens), "default_vocab_size": size,
                   "default_num_special_tokens": len(special), "version": "v3"},
        "vocab": [{"rank": i, "token_bytes": base64.b64encode(b).decode(), "token_str": b.decode(errors="ignore") or None}
                  for i, b in enumerate(tokens)],
        "special_tokens": [{"rank": i, "token_str": w, "is_control": True} for i, w in enumerate(special)]})


def sentence_pieces(size, **options):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(input=texts(), model_writer=out, vocab_size=size, minloglevel=2, num_threads=1,
                                             **options)
    return out.getvalue()


def spm(kind, folder, size):
    """Llama 2's, Gemma's and phi3's: BPE with bytes to fall back on."""
    gemma = kind == "gemma"
    ids = dict(pad_id=0, eos_id=1, bos_id=2, unk_id=3) if gemma else dict(unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    names = dict(pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", unk_piece="<unk>") if gemma else {}
    data = sentence_pieces(size, model_type="bpe", byte_fallback=True, split_digits=True, normalization_rule_name="identity",
                           allow_whitespace_only_pieces=True, remove_extra_whitespaces=False, add_dummy_prefix=not gemma,
                           character_coverage=0.9995, **ids, **names)
    (folder / "tokenizer.model").write_bytes(data)
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
              "add_bos_token": True, "add_eos_token": False}
    if gemma:
        config.update(tokenizer_class="GemmaTokenizer", bos_token="<bos>", eos_token="<eos>", pad_token="<pad>")
    write_json(folder / "tokenizer_config.json", config)


def word_piece(kind, folder, size):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.train(texts(), trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False))
    ids = {s: t.token_to_id(s) for s in special}
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                     special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])])
    t.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("".join(w + "\n" for w, _ in sorted(t.get_vocab().items(), key=lambda kv: kv[1])))
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "unk_token": "[UNK]", "sep_token": "[SEP]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"})


def unigram(kind, folder, size):
    """T5's spiece.model, or XLM-RoBERTa's, whose ids are moved by one, both with a tokenizer.json as today's files have it."""
    if kind == "t5":
        data = sentence_pieces(size, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
        (folder / "spiece.model").write_bytes(data)
    else:
        data = sentence_pieces(size - 2, model_type="unigram", unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
        (folder / "sentencepiece.bpe.model").write_bytes(data)
    sp = sentencepiece.SentencePieceProcessor(model_proto=data)
    pieces = [(sp.id_to_piece(i), sp.get_score(i)) for i in range(sp.get_piece_size())]
    if kind == "xlmr":
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + pieces[3:] + [("<mask>", 0.0)]
    t = Tokenizer(models.Unigram(pieces, unk_id=2 if kind == "t5" else 3, byte_fallback=False))
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"] if kind == "t5" else ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in special])
    ids = [(s, t.token_to_id(s)) for s in special]
    single = "$A </s>" if kind == "t5" else "<s> $A </s>"
    t.post_processor = processors.TemplateProcessing(single=single, pair=single + " $B </s>", special_tokens=ids)
    t.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "T5Tokenizer" if kind == "t5" else "XLMRobertaTokenizer", "eos_token": "</s>",
              "unk_token": "<unk>", "pad_token": "<pad>"}
    if kind == "xlmr":
        config.update(bos_token="<s>", cls_token="<s>", sep_token="</s>", mask_token="<mask>")
    else:
        config.update(extra_ids=0)
    write_json(folder / "tokenizer_config.json", config)


def make(kind, folder, size):
    """Writes a vocabulary of `size` tokens into the folder."""
    if kind in BYTE_LEVEL:
        byte_level(kind, folder, size)
    else:
        {"spm": spm, "gemma": spm, "wordpiece": word_piece, "t5": unigram, "xlmr": unigram,
         "tekken.json": tekken_json}[kind](kind, folder, size)
