// run_recipes.mjs N PROMPT MODEL.gguf...: what the real llama.cpp says to the prompt at temperature 0, N
// tokens, with each of the models in turn: a line "FILE<tab>JSON text" each, or "FILE<tab>error: ...".
// Run where node-llama-cpp is installed.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);

const [count, prompt, ...paths] = process.argv.slice(2);
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error
});

async function say(path) {
    const model = await llama.loadModel({modelPath: path, checkTensors: true});
    const context = await model.createContext({contextSize: 256, threads: 1});
    const tokens = model.tokenize(prompt);
    if (model.tokens.shouldPrependBosToken || tokens.length === 0)
        tokens.unshift(model.tokens.bos);
    const out = [];
    for await (const token of context.getSequence().evaluate(tokens, {temperature: 0})) {
        if (model.isEogToken(token))
            break;
        out.push(token);
        if (out.length >= Number(count))
            break;
    }
    const text = model.detokenize(out, false, tokens);
    await model.dispose();
    return text;
}

for (const path of paths) {
    let line;
    try {
        line = JSON.stringify(await say(path));
    } catch (e) {
        line = "error: " + e.message;
    }
    console.log(path + "\t" + line);
}
await llama.dispose();
