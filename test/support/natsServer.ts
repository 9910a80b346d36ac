import { onTestFinished } from "vitest";
import { startNats } from "./startNats.mjs";
import { temporaryFolder } from "./temporaryFolder.js";

export { natsServerCommand } from "./startNats.mjs";

// Loaded by name, because their declarations do not pass our compiler options.
const load = (name: string) => import(name);

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
  let { child, port } = await startNats(folder);
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
      ({ child, port } = await startNats(folder, port));
    },
  };
}
