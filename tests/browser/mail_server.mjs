// A mail server that takes everything and keeps it.
import net from "node:net";
import { once } from "node:events";

export async function startMailServer() {
  const messages = [];
  const server = net.createServer((socket) => converse(socket, messages));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    messages,
    stop: () => server.close(),
    // The first message to an address; waits for it.
    async messageTo(address) {
      const deadline = Date.now() + 20_000;
      while (Date.now() < deadline) {
        const found = messages.find((message) => message.recipients.includes(address));
        if (found) return found.text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no message to ${address} came`);
    },
  };
}

// The decoded text part of a message.
export function textPart(message) {
  const [head, ...rest] = message.split("\r\n\r\n");
  const headers = head.replace(/\r\n[ \t]+/g, " ");
  const body = rest.join("\r\n\r\n");
  const boundary = /^content-type: multipart\/.*boundary="?([^";\r\n]+)/im.exec(headers)?.[1];
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => part.replace(/^\r\n/, ""));
    return parts.map(textPart).find((text) => text !== undefined);
  }
  if (!/^content-type: text\/plain/im.test(headers)) return undefined;
  const encoding = /^content-transfer-encoding: *(\S+)/im.exec(headers)?.[1].toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return Buffer.from(body, "latin1").toString("utf8");
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function converse(socket, messages) {
  let recipients = [];
  let pending = "";
  let inMessage = false;
  const say = (line) => socket.write(`${line}\r\n`);
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    pending += bytes.toString("latin1");
    for (;;) {
      const end = pending.indexOf(inMessage ? "\r\n.\r\n" : "\r\n");
      if (end < 0) return;
      const taken = pending.slice(0, end);
      pending = pending.slice(end + (inMessage ? 5 : 2));
      if (inMessage) {
        messages.push({ recipients, text: taken.replace(/^\.\./gm, ".") });
        recipients = [];
        inMessage = false;
        say("250 2.0.0 taken");
      } else if (/^EHLO/i.test(taken)) {
        say("250-test\r\n250 8BITMIME");
      } else if (/^DATA/i.test(taken)) {
        inMessage = true;
        say("354 go on");
      } else if (/^QUIT/i.test(taken)) {
        say("221 bye");
        socket.end();
      } else {
        const recipient = /^RCPT TO:<([^>]*)>/i.exec(taken)?.[1];
        if (recipient) recipients.push(recipient);
        say("250 ok");
      }
    }
  });
  say("220 test ESMTP");
}
