"""The sample's tokenizer: byte-level BPE in the form of Llama 3's, learnt from the sample's own text.

The same text gives the same tokenizer: pairs are counted, and among equally frequent pairs the one
that sorts first is merged."""
import collections
import json
import re

SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = CONTRACTIONS + (r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|") + SPACES
# The same for Python's re, which knows no \p{L}: \w is letters, digits and the underscore.
CUT = re.compile(CONTRACTIONS + r"|(?:[^\r\n\w]|_)?[^\W\d_]+|\d{1,3}| ?(?:[^\s\w]|_)+[\r\n]*|" + SPACES)

BOS, EOS = "<|begin_of_text|>", "<|end_of_text|>"
CHAT = ("{% for message in messages %}{% if message['role'] == 'assistant' %}"
        "{{ message['content'] + eos_token }}{% else %}{{ bos_token + message['content'] + '\\n' }}"
        "{% endif %}{% endfor %}")


def byte_alphabet():
    """A printable character for each byte: itself where it is one, else one from U+0100 on."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spare = iter(range(256, 512))
    return [chr(b) if b in printable else chr(next(spare)) for b in range(256)]


ALPHABET = byte_alphabet()


def spell(piece):
    return "".join(ALPHABET[b] for b in piece.encode())


def join(symbols, pair):
    """symbols with every occurrence of pair, from the left, made one."""
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def learn_merges(texts, count):
    pieces = collections.Counter(spell(p) for t in texts for p in CUT.findall(t))
    words = [(list(piece), n) for piece, n in sorted(pieces.items())]
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for symbols, n in words:
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += n
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        words = [(join(s, best) if best[0] in s else s, n) for s, n in words]
    return merges


class Tokenizer:
    """Ids: 256 bytes, the merges in their order, then the beginning and the end of a text."""

    def __init__(self, texts, size):
        self.merges = learn_merges(texts, size - 258)
        tokens = sorted(ALPHABET) + [a + b for a, b in self.merges]
        if len(set(tokens)) != len(tokens):
            raise ValueError("two merges make one token")
        self.ids = {t: i for i, t in enumerate(tokens)}
        self.rank = {m: i for i, m in enumerate(self.merges)}
        self.bos, self.eos = size - 2, size - 1
        self.pieces = {}

    def encode_piece(self, piece):
        symbols = list(piece)
        while piece not in self.ids and len(symbols) > 1:
            best = min(zip(symbols, symbols[1:]), key=lambda p: self.rank.get(p, len(self.rank)))
            if best not in self.rank:
                break
            symbols = join(symbols, best)
        return [self.ids[piece]] if piece in self.ids else [self.ids[s] for s in symbols]

    def encode(self, text):
        ids = []
        for piece in map(spell, CUT.findall(text)):
            if piece not in self.pieces:
                self.pieces[piece] = self.encode_piece(piece)
            ids += self.pieces[piece]
        return ids

    def tokenizer_json(self):
        def added(i, text):
            return {"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                    "normalized": False, "special": True}

        levels = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
        first = {"SpecialToken": {"id": BOS, "type_id": 0}}
        template = {
            "type": "TemplateProcessing",
            "single": [first, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [first, {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": BOS, "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {BOS: {"id": BOS, "ids": [self.bos], "tokens": [BOS]}}}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [added(self.bos, BOS), added(self.eos, EOS)],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
                {**levels, "use_regex": False}]},
            "post_processor": {"type": "Sequence", "processors": [{**levels, "use_regex": True}, template]},
            "decoder": {**levels, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                      "vocab": self.ids, "merges": [f"{a} {b}" for a, b in self.merges]}}

    def write(self, folder, length):
        """tokenizer.json and tokenizer_config.json; length: the longest text the model was made for."""
        def dump(name, value):
            with open(folder / name, "w", encoding="utf-8") as f:
                json.dump(value, f, ensure_ascii=False, indent=1)
                f.write("\n")

        dump("tokenizer.json", self.tokenizer_json())
        dump("tokenizer_config.json", {
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS,
            "add_bos_token": True, "add_eos_token": False, "clean_up_tokenization_spaces": False,
            "model_max_length": length, "chat_template": CHAT})
