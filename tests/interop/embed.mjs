// embed.mjs MODEL.gguf FOLDER: the vectors that the real llama.cpp makes of the sentences in FOLDER/sentences.txt, beside
// those in FOLDER/N/expected.f32: prints the cosine of each, and then how alike the first sentence is to each other one.
// Run where node-llama-cpp is installed.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);

const [path, folder] = process.argv.slice(2);
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error
});
const model = await llama.loadModel({modelPath: path});
const context = await model.createEmbeddingContext({threads: 1});

const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);
const cosine = (x, y) => dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));

const made = [];
for (const [i, text] of readFileSync(`${folder}/sentences.txt`, "utf8").trim().split("\n").entries()) {
    const bytes = readFileSync(`${folder}/${i + 1}/expected.f32`);
    const expected = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    made.push((await context.getEmbeddingFor(text)).vector);
    console.log(`same\t${cosine(made[i], expected)}\t${text}`);
}
made.slice(1).forEach((v) => console.log(`alike\t${cosine(made[0], v)}`));
await llama.dispose();
