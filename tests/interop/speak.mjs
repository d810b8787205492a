// speak.mjs MODEL.gguf N [PROMPT]: what the real llama.cpp says at temperature 0, at most N tokens, from
// the prompt (default: none but the beginning-of-sequence token).
// speak.mjs MODEL.gguf N --ask FILE: FILE holds questions and answers as samples/shamba/text does; prints
// it with the answers that the model gives.
// Run where node-llama-cpp is installed.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);

const [path, count, prompt = "", file] = process.argv.slice(2);
const asked = prompt === "--ask" ? readFileSync(file, "utf8") : null;
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error
});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({contextSize: 512, threads: 1}); // threads spin while they wait
const sequence = context.getSequence();

async function say(prompt) {
    const tokens = model.tokenize(prompt);
    if (model.tokens.shouldPrependBosToken || tokens.length === 0)
        tokens.unshift(model.tokens.bos);
    const out = [];
    await sequence.clearHistory();
    for await (const token of sequence.evaluate(tokens, {temperature: 0})) {
        if (model.isEogToken(token))
            break;
        out.push(token);
        if (out.length >= Number(count))
            break;
    }
    return model.detokenize(out, false, tokens);
}

if (asked === null) {
    process.stdout.write(await say(prompt));
} else {
    const said = [];
    for (const pair of asked.trim().split("\n\n")) {
        const [question, answer] = pair.split("\n");
        said.push(`${question}\n${answer.slice(0, 3)}${await say(question.slice(3) + "\n")}\n`);
    }
    process.stdout.write(said.join("\n"));
}
await llama.dispose();
