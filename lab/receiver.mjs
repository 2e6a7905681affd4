// Takes what an Alertmanager tells people: node receiver.mjs FOLDER. Plain JavaScript, so that it starts at once.
//
// FOLDER has key.pem and cert.pem, and gets `told`, a line of JSON for each:
//   {"path": "/hook", "body": …}                  POST by HTTPS, port 8443
//   {"to": ["<ops@example.net>"], "mail": "…"}    SMTP, port 2525, after STARTTLS alone (RFC 5321, RFC 3207)
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

const folder = process.argv[2] ?? ".";
const pair = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };
const told = (what) => appendFileSync(`${folder}/told`, `${JSON.stringify(what)}\n`);
writeFileSync(`${folder}/told`, "");

createHttps(pair, (request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => (text += chunk));
  request.on("end", () => {
    told({ path: request.url, body: JSON.parse(text) });
    response.end();
  });
}).listen(8443, "::");

const speak = (socket, secure) => {
  const say = (line) => socket.write(`${line}\r\n`);
  let rest = "";
  let to = [];
  let mail;
  const hear = (line) => {
    const word = line.slice(0, 4).toUpperCase();
    if (mail !== undefined && line !== ".") mail.push(line);
    else if (mail !== undefined) {
      told({ to, mail: mail.join("\n") });
      mail = undefined;
      say("250 taken");
    } else if (word === "EHLO") {
      say(secure ? "250 receiver" : "250-receiver");
      if (!secure) say("250 STARTTLS");
    } else if (word === "STAR" && !secure) {
      say("220 go on");
      socket.removeAllListeners("data");
      speak(new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(pair) }), true);
    } else if (!secure && word !== "QUIT") say("530 STARTTLS first");
    else if (word === "MAIL") {
      to = [];
      say("250 ok");
    } else if (word === "RCPT") {
      to.push(line.replace(/^RCPT TO:/i, ""));
      say("250 ok");
    } else if (word === "DATA") {
      mail = [];
      say("354 go on");
    } else if (word === "QUIT") {
      say("221 bye");
      socket.end();
    } else say("502 not known");
  };
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    const lines = (rest + chunk.toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    lines.forEach(hear);
  });
};

createServer((socket) => {
  socket.write("220 receiver\r\n");
  speak(socket, false);
}).listen(2525, "::");
