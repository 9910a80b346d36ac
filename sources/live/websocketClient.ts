import type { Readable } from "node:stream";
import { importPeer } from "../http/peer.js";

// What we use of ws, whose declarations are a package of their own.

export interface Socket {
  readonly isPaused: boolean;
  send(text: string): void;
  ping(): void;
  terminate(): void;
  on(event: "pong" | "message", listener: () => void): this;
  once(event: "open" | "close", listener: () => void): this;
  once(event: "error", listener: (error: Error) => void): this;
}

interface SocketOptions {
  readonly headers: Record<string, string>;
  readonly maxPayload: number;
  readonly handshakeTimeout: number;
}

export interface WebSocketClient {
  readonly WebSocket: new (url: string, options: SocketOptions) => Socket;
  /** The messages, text as strings; while nobody reads them, the socket is not read. */
  readonly createWebSocketStream: (socket: Socket, options: { readonly readableObjectMode: true }) => Readable;
}

/** @throws Error if the package is not installed */
export function loadWebSocketClient(): Promise<WebSocketClient> {
  return importPeer<WebSocketClient>("websocket", "ws");
}
