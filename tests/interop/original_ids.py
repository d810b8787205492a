"""usage: original_ids.py KIND FOLDER TEXT: the ids that the original tokenizer gets for each line of the
file TEXT, with what it puts around a text; what looks like a special token is text. KIND: json
(tokenizer.json), as OTHER (OTHER's tokenizer.json), spm (SentencePiece: its file, then what goes before and behind), vocab.txt, merges."""
import os
import sys

import sentencepiece
import tokenizers


def from_json(folder):
    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda line: tokenizer.encode(line).ids


def from_spm(folder, file, before, behind):
    model = sentencepiece.SentencePieceProcessor(model_file=os.path.join(folder, file))
    return lambda line: [*before, *model.encode(line), *behind]


def from_fairseq(folder, file):
    """XLM-R's ids: <s>, <pad>, </s>, <unk>, then the pieces from the fourth on."""
    model = sentencepiece.SentencePieceProcessor(model_file=os.path.join(folder, file))
    return lambda line: [0, *(3 if i == 0 else i + 1 for i in model.encode(line)), 2]


def from_vocab(folder, lowercase):
    tokenizer = tokenizers.BertWordPieceTokenizer(os.path.join(folder, "vocab.txt"), lowercase=lowercase)
    tokenizer._tokenizer.encode_special_tokens = True
    return lambda line: tokenizer.encode(line).ids


def from_merges(folder, before, behind):
    tokenizer = tokenizers.ByteLevelBPETokenizer(
        os.path.join(folder, "vocab.json"), os.path.join(folder, "merges.txt"))
    return lambda line: [*before, *tokenizer.encode(line).ids, *behind]


def numbers(text):
    return [int(n) for n in text.split(",") if n]


kind, folder, text, *more = sys.argv[1:]
if kind == "json":
    encode = from_json(folder)
elif kind == "as":
    encode = from_json(more[0])
elif kind == "spm":
    encode = from_spm(folder, more[0], numbers(more[1]), numbers(more[2]))
elif kind == "fairseq":
    encode = from_fairseq(folder, more[0])
elif kind == "vocab.txt":
    encode = from_vocab(folder, more[0] == "lower")
elif kind == "merges":
    encode = from_merges(folder, numbers(more[0]), numbers(more[1]))
else:
    sys.exit(f"no such kind: {kind}")
for line in open(text, encoding="utf-8", newline="\n"):
    print(*encode(line.removesuffix("\n")))
