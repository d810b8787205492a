"""usage: make_tokenizers.py OUT TEXT...: a folder in OUT for each kind of tokenizer, trained small on the
texts, with the files that its makers would publish.
make_tokenizers.py --tekken TOKENIZER.json OUT: a Mistral tokenizer as the tekken.json it was made from."""
import base64
import json
import os
import sys

import sentencepiece
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,
                        processors, trainers)



def alphabet():
    """GPT-2's: its character for each byte."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    return {**{chr(b): b for b in kept}, **{chr(256 + i): b for i, b in enumerate(others)}}


def make_tekken(source, out):
    tokenizer = json.load(open(source, encoding="utf-8"))
    byte_of = alphabet()
    specials = [t["content"] for t in tokenizer["added_tokens"]]
    texts = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])[len(specials):]
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "tekken.json"), "w", encoding="utf-8") as f:
        json.dump({
            "config": {"pattern": tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"],
                       "default_vocab_size": len(specials) + len(texts),
                       "default_num_special_tokens": len(specials), "version": "v7"},
            "vocab": [{"rank": i, "token_bytes": base64.b64encode(bytes(byte_of[c] for c in text)).decode(),
                       "token_str": None} for i, (text, _) in enumerate(texts)],
            "special_tokens": [{"rank": i, "token_str": text, "is_control": True}
                               for i, text in enumerate(specials)],
        }, f)


if sys.argv[1] == "--tekken":
    make_tekken(*sys.argv[2:])
    sys.exit()
out, *texts = sys.argv[1:]
lines = [line for text in texts for line in open(text, encoding="utf-8").read().split("\n")]


def folder(name):
    path = os.path.join(out, name)
    os.makedirs(path, exist_ok=True)
    return path


def put(name, file, value):
    with open(os.path.join(folder(name), file), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)


# ---- SentencePiece's own files ----

def train_spm(name, file, **options):
    options = {"vocab_size": 1500, "model_type": "unigram", "character_coverage": 1.0,
               "minloglevel": 2, "num_threads": 1, **options}
    path = os.path.join(folder(name), file)
    with open(path, "wb") as f:
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=f,
                                                 hard_vocab_limit=False, **options)
    return sentencepiece.SentencePieceProcessor(model_file=path)


def fields(message):
    """(number, value) of a protobuf message's fields, in their order."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 2:
            size = varint()
            at += size
            yield tag >> 3, message[at - size:at]
        else:
            size = {1: 8, 5: 4}[tag & 7]
            at += size
            yield tag >> 3, message[at - size:at]


def charsmap(name, file):
    model = open(os.path.join(folder(name), file), "rb").read()
    normalizer = dict(fields(dict(fields(model))[3]))
    return base64.b64encode(normalizer[2]).decode()


def unigram_json(name, pieces, unk, table, before, behind, specials, pre):
    put(name, "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": text, "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}
                         for i, text in specials],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": table},
        "pre_tokenizer": pre,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [*({"SpecialToken": {"id": t, "type_id": 0}} for t in before),
                       {"Sequence": {"id": "A", "type_id": 0}},
                       *({"SpecialToken": {"id": t, "type_id": 0}} for t in behind)],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [[p for p, _ in pieces].index(t)], "tokens": [t]}
                               for t in before + behind},
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": unk, "vocab": pieces, "byte_fallback": False},
    })


METASPACE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
SPLIT_METASPACE = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, METASPACE]}


def pieces_of(model):
    return [[model.id_to_piece(i), model.get_score(i)] for i in range(model.get_piece_size())]


def make_t5():
    model = train_spm("t5", "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    pieces = pieces_of(model)
    size = len(pieces) + 28  # rows that no token needs
    put("t5", "config.json", {"model_type": "t5", "vocab_size": size})
    put("t5-json", "config.json", {"model_type": "t5", "vocab_size": size})
    unigram_json("t5-json", pieces, 2, charsmap("t5", "spiece.model"), [], ["</s>"],
                 [(0, "<pad>"), (1, "</s>"), (2, "<unk>")], SPLIT_METASPACE)


def make_xlm_r():
    model = train_spm("xlm-r", "sentencepiece.bpe.model")
    pieces = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], *pieces_of(model)[3:],
              ["<mask>", 0.0]]
    config = {"model_type": "xlm-roberta", "vocab_size": len(pieces), "type_vocab_size": 1}
    put("xlm-r", "config.json", config)
    put("xlm-r-json", "config.json", config)
    unigram_json("xlm-r-json", pieces, 3, charsmap("xlm-r", "sentencepiece.bpe.model"), ["<s>"], ["</s>"],
                 [*((i, pieces[i][0]) for i in range(4)), (len(pieces) - 1, "<mask>")], SPLIT_METASPACE)


def make_spm_bpe():
    train_spm("spm-bpe", "tokenizer.model", model_type="bpe", byte_fallback=True,
              normalization_rule_name="identity", remove_extra_whitespaces=False, vocab_size=2500)


# ---- WordPiece ----

def make_wordpiece(name, lowercase):
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(lines, trainers.WordPieceTrainer(
        vocab_size=1500, special_tokens=specials, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(os.path.join(folder(name), "tokenizer.json"))
    config = {"model_type": "bert", "vocab_size": tokenizer.get_vocab_size(), "type_vocab_size": 2}
    put(name, "config.json", config)
    put(name + "-txt", "config.json", config)
    put(name + "-txt", "tokenizer_config.json", {"do_lower_case": lowercase})
    with open(os.path.join(folder(name + "-txt"), "vocab.txt"), "w", encoding="utf-8") as f:
        for text, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
            f.write(text + "\n")


# ---- byte-level BPE ----

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def words(numbers):
    return rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{SPACES}"


def cased(tail, numbers):
    return (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{tail}|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{tail}|"
            rf"{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{SPACES}")


def split(regex):
    return pre_tokenizers.Split(Regex(regex), "isolated")


def cut_bytes(use_regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


BLOOM = " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+"
RUNS = "|".join(rf"\s{{{n}}}(?!\S)" for n in (512, 256, 128, 64, 32, 16, 8, 4, "1,2"))
SHAPES = {  # name in GGUF: operations, ignore_merges
    "llama-bpe": ([split(words(r"\p{N}{1,3}")), cut_bytes()], True),
    "dbrx": ([split(words(r"\p{N}{1,3}")), cut_bytes()], False),
    "qwen2": ([split(words(r"\p{N}")), cut_bytes()], False),
    "qwen35": ([split(words(r"\p{N}").replace(r"\p{L}+", r"[\p{L}\p{M}]+")
                      .replace(r"[^\s\p{L}\p{N}]+", r"[^\s\p{L}\p{M}\p{N}]+")), cut_bytes()], False),
    "tekken": ([split(cased("", r"\p{N}")), cut_bytes()], True),
    "gpt-4o": ([split(cased(CONTRACTIONS + "?", r"\p{N}{1,3}")), cut_bytes()], False),
    "gpt-2": ([cut_bytes(True)], False),
    "smollm": ([pre_tokenizers.Digits(True), cut_bytes(True)], False),
    "falcon": ([pre_tokenizers.Punctuation("contiguous"), cut_bytes(True), pre_tokenizers.Digits(False),
                split("[0-9][0-9][0-9]")], False),
    "deepseek-coder": ([split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"),
                        split("[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"), pre_tokenizers.Digits(True),
                        cut_bytes()], False),
    "deepseek-v3": ([split(r"\p{N}{1,3}"), split("[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"), split(
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
        " ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"), cut_bytes()], False),
    "bloom": ([split(BLOOM), cut_bytes()], False),
    "viking": ([split(BLOOM), pre_tokenizers.Digits(True), cut_bytes()], False),
    "minicpm5": ([split(r"\p{N}{1,3}"), split(words(r"\p{N}+")), cut_bytes()], True),
    "bailingmoe": ([split(r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|"
                          r"\s*[\r\n]|\s+(?!\S)|\s+"), cut_bytes()], False),
    "jais-2": ([split(words(r"\p{N}{1,3}").removesuffix(SPACES) + rf"\s*[\r\n]+|{RUNS}|\s{{1}}"),
                cut_bytes()], False),
    "removed": ([pre_tokenizers.Split(Regex(words(r"\p{N}{1,3}")), "removed", invert=True), cut_bytes()],
                False),
}


def make_bytes(name, ops, ignore_merges, specials=("<|endoftext|>",)):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(ops) if len(ops) > 1 else ops[0]
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=2000, special_tokens=list(specials), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_tokens([AddedToken("shamba  ", normalized=False)])  # ordinary text, spaces and all
    tokenizer.save(os.path.join(folder(name), "tokenizer.json"))
    return tokenizer


def make_merges(name, config, roberta):
    """Files of before tokenizer.json."""
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] if roberta else ["<|endoftext|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = cut_bytes(True)
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=2000, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.model.save(folder(name))
    put(name, "config.json", config)
    if roberta:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
        tokenizer.save(os.path.join(folder(name + "-json"), "tokenizer.json"))


# ---- SentencePiece's BPE in tokenizer.json ----

def make_bpe_json(name, metaspace):
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([
            normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.train_from_iterator(
        (word for line in lines for word in line.replace(" ", " \u2581").split(" ")),
        trainers.BpeTrainer(vocab_size=2500, special_tokens=specials, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = data["added_tokens"][:3]  # bytes are no added tokens
    put(name, "tokenizer.json", data)


make_spm_bpe()
make_bpe_json("bpe-json", False)
make_bpe_json("bpe-metaspace", True)
make_t5()
make_xlm_r()
make_wordpiece("wordpiece", True)
make_wordpiece("wordpiece-cased", False)
for shape, (ops, ignore_merges) in SHAPES.items():
    make_bytes("bytes-" + shape, ops, ignore_merges)
make_merges("merges-gpt2", {"model_type": "gpt2"}, False)
make_merges("merges-roberta", {"model_type": "roberta", "type_vocab_size": 1}, True)
