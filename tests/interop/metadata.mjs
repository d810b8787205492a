// metadata.mjs MODEL.gguf: the header as the hub's own reader sees it, as JSON: selected keys, and
// every tensor's name, type and shape. Run where @huggingface/gguf is installed.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {gguf, GGMLQuantizationType} = await import(pathToFileURL(require.resolve("@huggingface/gguf")).href);

const {metadata, tensorInfos} = await gguf(process.argv[2], {allowLocalFile: true});
const plain = (v) => typeof v === "bigint" ? Number(v) : Array.isArray(v) ? {length: v.length} : v;
const seen = {};
for (const key of Object.keys(metadata).sort())
    seen[key] = plain(metadata[key]);
const tensors = tensorInfos.map((t) => [t.name, GGMLQuantizationType[t.dtype], t.shape.map(Number)]);
console.log(JSON.stringify({metadata: seen, tensors}, null, 1));
