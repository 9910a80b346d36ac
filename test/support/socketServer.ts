import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

// Loaded by name, because its declarations are a package of their own.
const load = (name: string) => import(name);

export interface ServerSocket {
  send(message: string | Uint8Array, sent?: () => void): void;
  close(): void;
  terminate(): void;
  /** Reads nothing more, and so answers no ping. */
  pause(): void;
  on(event: "message" | "ping", listener: (message: Buffer) => void): void;
}

/** A WebSocket server that hands over its n-th connection, from 0; it ends with the test. */
export async function socketServer(
  accept: (socket: ServerSocket, index: number, request: IncomingMessage) => void,
): Promise<string> {
  const { WebSocketServer } = await load("ws");
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  let connections = 0;
  server.on("connection", (socket: ServerSocket, request: IncomingMessage) => accept(socket, connections++, request));
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/posts`;
}
