/** Node's `ws`, for push.py: `node push_node.mjs PACKAGES PACKED`; prints its port; orders as in push_orders.py. */
import { openSync, closeSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [packages, packed] = process.argv.slice(2);
const { WebSocketServer, WebSocket } = createRequire(`${packages}/package.json`)("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096, perMessageDeflate: packed === "1" });
server.on("listening", () => console.log(server.address().port));

function publish(text) {
  for (const client of server.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(text);
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [, file, count, milliseconds, times] = line.split(" ");
    const texts = readFileSync(file, "utf8").split("\n").slice(0, Number(count));
    const begun = openSync(times, "r+");
    let number = 0;
    let due = performance.now();
    function next() {
      const at = Buffer.alloc(8);
      at.writeBigUInt64LE(process.hrtime.bigint());
      writeSync(begun, at, 0, 8, 8 * number);
      publish(texts[number]);
      number += 1;
      due += Number(milliseconds);
      if (number < texts.length) setTimeout(next, Math.max(0, due - performance.now()));
      else closeSync(begun);
    }
    next();
  })
  .on("close", () => process.exit(0));
