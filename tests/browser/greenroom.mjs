// The real binary in a directory of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export async function startGreenroom(mailPort) {
  const directory = await mkdtemp(path.join(tmpdir(), "greenroom-browser-"));
  const child = spawn(path.resolve(process.env.GREENROOM), ["serve"], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      LISTEN: "127.0.0.1:0",
      EMAIL_BACKEND: "smtp",
      EMAIL_HOST: "127.0.0.1",
      EMAIL_PORT: String(mailPort),
      EMAIL_USE_TLS: "false",
      DEFAULT_FROM_EMAIL: "Greenroom <jobs@example.com>",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const printed = async (pattern) => {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline && child.exitCode === null) {
      const match = pattern.exec(output);
      if (match) return match[1];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`Greenroom did not print ${pattern}:\n${output}`);
  };
  return {
    url: await printed(/(http:\/\/[\d.:]+)/),
    directory,
    printed,
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await rm(directory, { recursive: true });
    },
  };
}
