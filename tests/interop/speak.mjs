// speak.mjs MODEL.gguf N [PROMPT]: what the real llama.cpp says at temperature 0, N tokens, from the
// prompt (default: none but the beginning-of-sequence token). Run where node-llama-cpp is installed.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);

const [path, count, prompt = ""] = process.argv.slice(2);
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error
});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({contextSize: 512, threads: 1}); // threads spin while they wait
const sequence = context.getSequence();
const tokens = model.tokenize(prompt);
if (model.tokens.shouldPrependBosToken || tokens.length === 0)
    tokens.unshift(model.tokens.bos);
const out = [];
for await (const token of sequence.evaluate(tokens, {temperature: 0})) {
    if (model.isEogToken(token))
        break;
    out.push(token);
    if (out.length >= Number(count))
        break;
}
process.stdout.write(model.detokenize(out, false, tokens));
await llama.dispose();
