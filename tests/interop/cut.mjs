// cut.mjs PORT BYTES: a line that breaks once: passes everything on to PORT of this machine, but ends the first
// connection on which so many bytes have come back. Says where it listens.
import net from "node:net";
const [port, bytes] = process.argv.slice(2).map(Number);
let broken = false;
const server = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    let left = bytes;
    near.on("error", () => far.destroy()).on("close", () => far.destroy());
    far.on("error", () => near.destroy()).on("end", () => near.end());
    near.pipe(far);
    far.on("data", (data) => {
        left -= data.length;
        if (broken || left > 0) {
            if (!near.write(data)) {
                far.pause();
                near.once("drain", () => far.resume());
            }
            return;
        }
        broken = true;
        far.destroy();
        near.end(data.subarray(0, data.length + left));
    });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
