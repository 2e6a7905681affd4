// The web server of one place on the lab's internet: node web.mjs PLACE. Plain JavaScript, so that it starts at once.
//
//   GET /hello     "hello from PLACE to CLIENT-ADDRESS"
//   GET /bytes/N   N bytes, at most 16 MiB
//   GET /paced/N   N bytes a second, at most 16 MiB, until the client has enough
//   POST /upload   the number of bytes that came
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";

const place = process.argv[2] ?? "?";
const most = 16 * 1024 * 1024;
const zeros = new Uint8Array(most);

const pace = (response, perSecond) => {
  const started = performance.now();
  let sent = 0;
  response.writeHead(200, { "content-type": "application/octet-stream" });
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond) - sent;
    // Held back by the client or the way there: what is missed is not sent in a burst later.
    if (response.writableLength < most) response.write(zeros.subarray(0, Math.min(due, perSecond / 10)));
    sent += due;
  }, 10);
  response.on("close", () => clearInterval(timer));
};

const text = (response, code, line) => {
  response.writeHead(code, { "content-type": "text/plain" });
  response.end(`${line}\n`);
};

const server = createServer((request, response) => {
  const rate = /^\/paced\/(\d+)$/.exec(request.url ?? "")?.[1];
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
  } else if (request.method === "GET" && rate !== undefined && Number(rate) <= most) {
    pace(response, Number(rate));
  } else {
    text(
      response,
      404,
      `${place}: there is GET /hello, /bytes/N and /paced/N (N up to ${most}), POST /upload`,
    );
  }
});
// A place without IPv6 has no :: to listen on.
const six = Object.values(networkInterfaces()).some((all) => all?.some((each) => each.family === "IPv6"));
server.listen(80, six ? "::" : "0.0.0.0");
