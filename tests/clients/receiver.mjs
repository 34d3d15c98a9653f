// A Pushgateway on loopback that writes down what it is told, and its port. Usage: receiver.mjs FILE
import fs from "node:fs";
import http from "node:http";

const file = process.argv[2];
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    fs.appendFileSync(file, `${request.method} ${request.url} ${body.trim().split("\n").at(-1)}\n`);
    response.end();
  });
});
fs.writeFileSync(file, "");
server.listen(0, "127.0.0.1", () => fs.writeFileSync(`${file}.port`, String(server.address().port)));
