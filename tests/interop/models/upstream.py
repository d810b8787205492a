"""upstream.py PEERS FOLDER...: llama.cpp's own converter, from the source that node-llama-cpp brings: FOLDER/model to
FOLDER/out.gguf in F32, for each. Says on stderr which it cannot convert.

It knows a byte-level vocabulary by a digest of what it makes of a text, which ours cannot match: it is told that each is
GPT-2's, which is of no weight to the logits. It takes config.json as it is, since today's transformers make another of old
ones, which it does not know yet."""
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
peers, *folders = map(pathlib.Path, sys.argv[1:])
source = peers / "llama-source"
if not source.exists():
    bundle = peers / "node_modules/node-llama-cpp/llama/gitRelease.bundle"
    subprocess.run(["git", "clone", "-q", bundle.absolute(), source], check=True)
sys.path[:0] = [str(source), str(source / "gguf-py")]
import convert_hf_to_gguf
from conversion import base



class NoConfig:
    def from_pretrained(*_, **__):
        raise OSError("config.json is read as it is")


base.AutoConfig = NoConfig
base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "gpt-2"
for folder in folders:
    sys.argv[1:] = [str(folder / "model"), "--outfile", str(folder / "out.gguf"), "--outtype", "f32"]
    if folder.name.startswith("qwen3.5"): # ours have no layers for more than the next token
        sys.argv.append("--no-mtp")
    try:
        convert_hf_to_gguf.main()
    except (Exception, SystemExit) as e:
        print(f"{folder.name}: {type(e).__name__}: {e}", file=sys.stderr)
