// hub.mjs URL MODEL FILE CACHE: MODEL by the real @huggingface/hub, whole into CACHE and FILE once more by itself;
// prints the folder, then the file's SHA-256. Run where @huggingface/hub is installed.
import {createHash} from "node:crypto";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
const require = createRequire(pathToFileURL(process.cwd() + "/"));
const {downloadFile, listFiles, modelInfo, snapshotDownload} = require("@huggingface/hub");

const [hubUrl, repo, path, cacheDir] = process.argv.slice(2);
console.debug = () => {};
console.log(await snapshotDownload({repo, hubUrl, cacheDir}));
const blob = await downloadFile({repo, hubUrl, path});
console.log(createHash("sha256").update(Buffer.from(await blob.arrayBuffer())).digest("hex"));
const {sha} = await modelInfo({name: repo, hubUrl, additionalFields: ["sha"]});
for await (const file of listFiles({repo, hubUrl, recursive: true, expand: true}))
    console.log(file.path, file.size, file.lastCommit.id === sha);
console.log((await downloadFile({repo, hubUrl, path: "none"})) === null);
