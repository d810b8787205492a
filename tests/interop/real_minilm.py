"""real_minilm.py MODEL FOLDER: what transformers makes of a few sentences by the MiniLM in folder MODEL, the mean over their
tokens. FOLDER/N is a case for logits.c; its sentence is line N of FOLDER/sentences.txt."""
import pathlib
import sys

sys.dont_write_bytecode = True
import torch
import transformers

SENTENCES = [
    "The farmer plants maize when the rains begin.",
    "Mkulima anapanda mahindi mvua inapoanza.",
    "When the rainy season starts, corn is sown.",
    "The bank raised its interest rates again.",
    "Café, naïve & 3.14 — 东京!",
]

HALVES = 3e-3 # llama.cpp takes GELU from a table of half-precision numbers

model_path, folder = sys.argv[1], pathlib.Path(sys.argv[2])
tokenizer = transformers.AutoTokenizer.from_pretrained(model_path)
model = transformers.AutoModel.from_pretrained(model_path, dtype=torch.float32).eval()
folder.mkdir(parents=True, exist_ok=True)
(folder / "sentences.txt").write_text("\n".join(SENTENCES) + "\n")
for n, sentence in enumerate(SENTENCES, 1):
    ids = tokenizer(sentence, return_tensors="pt").input_ids
    with torch.no_grad():
        mean = model(input_ids=ids).last_hidden_state[0].mean(0)
    case = folder / str(n)
    case.mkdir(exist_ok=True)
    mean.numpy().tofile(case / "expected.f32")
    (case / "case.txt").write_text(f"mode pooled\ntokens {' '.join(map(str, ids[0].tolist()))}\ncontext 512\n"
                                   f"shape 1 {mean.shape[0]}\ntolerance {HALVES}\n")
