import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

const COMMANDS = ["nats-server", "/usr/sbin/nats-server"];

export const natsServerCommand = COMMANDS.find((command) => spawnSync(command, ["--version"]).status === 0);

export async function startNats(folder, port = -1) {
  const child = spawn(natsServerCommand, ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface(child.stderr)) {
    const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line);
    if (found) {
      child.stderr.resume();
      return { child, port: Number(found[1]) };
    }
  }
  throw new Error("nats-server did not start");
}
