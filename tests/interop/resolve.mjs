// resolve.mjs MODEL FOLDER: a model file by node-llama-cpp's own downloader, from where HF_ENDPOINT says; prints its path.
// Run where node-llama-cpp is installed.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {resolveModelFile} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);
console.log(await resolveModelFile(process.argv[2], {directory: process.argv[3], cli: false}));
