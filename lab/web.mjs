// The web server of one place on the lab's internet: node web.mjs PLACE. Plain JavaScript, so that it starts at once.
//
//   GET /hello     "hello from PLACE to CLIENT-ADDRESS"
//   GET /bytes/N   N bytes, at most 16 MiB
//   POST /upload   the number of bytes that came
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";

const place = process.argv[2] ?? "?";
const most = 16 * 1024 * 1024;
const zeros = new Uint8Array(most);

const text = (response, code, line) => {
  response.writeHead(code, { "content-type": "text/plain" });
  response.end(`${line}\n`);
};

const server = createServer((request, response) => {
  const size = /^\/bytes\/(\d+)$/.exec(request.url ?? "")?.[1];
  if (request.method === "POST" && request.url === "/upload") {
    let count = 0;
    request.on("data", (chunk) => (count += chunk.length));
    request.on("end", () => text(response, 200, String(count)));
  } else if (request.method === "GET" && request.url === "/hello") {
    const client = (request.socket.remoteAddress ?? "?").replace(/^::ffff:/, "");
    text(response, 200, `hello from ${place} to ${client}`);
  } else if (request.method === "GET" && size !== undefined && Number(size) <= most) {
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
    response.end(zeros.subarray(0, Number(size)));
  } else {
    text(response, 404, `${place}: there is GET /hello, GET /bytes/N (N up to ${most}) and POST /upload`);
  }
});
// A place without IPv6 has no :: to listen on.
const six = Object.values(networkInterfaces()).some((all) => all?.some((each) => each.family === "IPv6"));
server.listen(80, six ? "::" : "0.0.0.0");
