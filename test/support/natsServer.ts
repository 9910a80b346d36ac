import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporaryFolder.js";

// Loaded by name, because their declarations do not pass our compiler options.
const load = (name: string) => import(name);

const COMMANDS = ["nats-server", "/usr/sbin/nats-server"];

/** The command of an installed server; undefined where there is none. */
export const natsServerCommand = COMMANDS.find((command) => spawnSync(command, ["--version"]).status === 0);

export interface TestServer {
  readonly url: string;
  /** Adds messages to the stream, in order. */
  publish(stream: string, messages: readonly (string | Uint8Array)[]): Promise<void>;
  addStream(name: string, limits?: { max_msgs?: number }): Promise<void>;
  deleteStream(name: string): Promise<void>;
  /** Kills the server and starts it again, with the same port and files. */
  restart(): Promise<void>;
}

/** A real server with JetStream, on a free port of this machine; it ends with the test. */
export async function natsServer(): Promise<TestServer> {
  const folder = await temporaryFolder();
  let { child, port } = await started(folder, -1);
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = `nats://127.0.0.1:${port}`;
  const { connect } = await load("@nats-io/transport-node");
  const { jetstream, jetstreamManager } = await load("@nats-io/jetstream");
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection);
  let published = 0;
  return {
    url,
    async publish(stream, messages) {
      for (let at = 0; at < messages.length; at += 500) await Promise.all(messages.slice(at, at + 500).map(publish));
      async function publish(message: string | Uint8Array): Promise<void> {
        const msgID = String(published++); // what is sent again after a restart is stored once
        for (let tries = 0; ; tries++) {
          const sent = client.publish(`${stream}.text`, message, { msgID, timeout: 500 });
          const failure = await sent.then(
            () => undefined,
            (error: unknown) => error,
          );
          if (failure === undefined) return;
          if (tries === 20) throw failure;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
    async addStream(name, limits = {}) {
      await manager.streams.add({ name, subjects: [`${name}.>`], ...limits });
    },
    async deleteStream(name) {
      await manager.streams.delete(name);
    },
    async restart() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      ({ child, port } = await started(folder, port));
    },
  };
}

async function started(folder: string, port: number): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(natsServerCommand!, ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder]);
  for await (const line of createInterface(child.stderr)) {
    const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line);
    if (found) {
      child.stderr.resume();
      return { child, port: Number(found[1]) };
    }
  }
  throw new Error("nats-server did not start");
}
