import type { Observable } from "rxjs";
import { duration, millisecondsOf, text, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { checkEntrySettings, MESSAGE, POSITION } from "./documents/documentEntry.js";
import { checkAddress, nameOfAddress } from "./http/address.js";
import { authorization, bearerFile } from "./http/secretIn.js";
import { messageFields, messageFormat } from "./live/liveFields.js";
import { type Live, liveSource, liveUnit } from "./live/liveSource.js";
import { type Message, type MessageMark, messageBatches } from "./live/messageBatches.js";
import { ConnectionLost, checkWaits, reconnectFields, reconnecting } from "./live/reconnecting.js";
import { loadWebSocketClient, type Socket, type WebSocketClient } from "./live/websocketClient.js";

export const websocketSchema = defineUnit({
  name: "websocket",
  ...liveUnit,
  summary: "Reads the messages that a WebSocket server sends, and connects again when it must",
  fields: {
    url: text({
      description: "Where the server is, with `ws:` or `wss:`",
      minLength: 1,
      example: "wss://example.org/news",
    }),
    subscribe: texts({ description: "Messages to send first over each connection", optional: true }),
    format: messageFormat("the whole"),
    tokenFile: bearerFile,
    pingInterval: duration({
      description: "A server that sends nothing for this time is asked for a sign of life, and given up without one",
      default: "30s",
    }),
    ...reconnectFields,
    ...messageFields,
  },
  create: (_, options, { start }): Observable<TextBatch> => websocket(options, start),
});

export type WebsocketOptions = OptionsOf<typeof websocketSchema>;
type WebsocketSettings = SettingsOf<typeof websocketSchema>;

/**
 * Reads the messages of a WebSocket, text or binary. It never completes; a connection that is closed or lost is made again.
 *
 * Out: TextBatch of whole messages, about `chunkSize` bytes, or what came within `flushAfter`, with a cursor.
 * Delivery: at most once: the protocol has no place to go on from, and what the server sends while there is no connection is lost. The
 * cursor keeps the counts of a run that goes on.
 * State: five chunks of messages, sixteen more and what the socket reads ahead; while the pipeline is full it is not read. Needs `ws`.
 * Counts `bytes`, `documents`, `rejectedDocuments`, `invalidBytes`, `nulls`, and `lostConnections`.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, for a missing package, or if the first connection cannot be made; RangeError for a message longer
 *   than `maxRecordLength`
 * @example
 *   await run(websocket({ url: "wss://example.org/posts" }).pipe(tokenize(), drain((batch) => learn(batch))), { signal });
 */
export function websocket(options: WebsocketOptions, { from }: LiveStart = {}): Observable<TextBatch> {
  const settings = parseOptions(websocketSchema, options);
  checkEntrySettings("websocket", settings, [MESSAGE, POSITION]);
  checkAddress("websocket", settings.url, ["ws:", "wss:"]);
  checkWaits("websocket", settings);
  return liveSource<MessageMark>("websocket", from, (live) =>
    messageBatches({
      ...live,
      name: nameOfAddress(settings.url),
      settings,
      open: (signal) => messages(settings, { ...live, signal }),
      idOf: (_, number) => String(number),
      nameOf: (_, number) => `message ${number}`,
      placeOf: () => ({}),
    }),
  );
}

async function* messages(settings: WebsocketSettings, live: Live<MessageMark>): AsyncGenerator<Message> {
  const client = await loadWebSocketClient();
  const headers = await authorization("websocket", settings.tokenFile);
  yield* reconnecting(settings, live, { connect: () => connect(client, settings, headers, live.signal) });
}

const HANDSHAKE_TIMEOUT = 30_000;

async function connect(
  { WebSocket, createWebSocketStream }: WebSocketClient,
  settings: WebsocketSettings,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<AsyncIterable<Message>> {
  const { maxRecordLength, subscribe = [], url } = settings;
  const socket = new WebSocket(url, { headers, maxPayload: maxRecordLength, handshakeTimeout: HANDSHAKE_TIMEOUT });
  const stream = createWebSocketStream(socket, { readableObjectMode: true });
  stream.on("error", () => {}); // told below, and to who reads the stream
  const close = () => socket.terminate();
  signal.addEventListener("abort", close, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", close));
  if (signal.aborted) close();
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", (error) => reject(lost(url, "let us in", error)));
  });
  for (const message of subscribe) socket.send(message);
  return received(socket, stream, settings);
}

async function* received(
  socket: Socket,
  stream: AsyncIterable<string | Uint8Array>,
  { maxRecordLength, pingInterval, url }: WebsocketSettings,
): AsyncGenerator<Message> {
  const stopAsking = askForLife(socket, millisecondsOf(pingInterval));
  try {
    for await (const data of stream) yield { data: typeof data === "string" ? Buffer.from(data) : data };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") throw lost(url, "go on", error);
    throw new RangeError(
      `websocket: ${nameOfAddress(url)}: a message must be at most ${maxRecordLength} bytes (maxRecordLength), got more`,
      { cause: error },
    );
  } finally {
    stopAsking();
    socket.terminate();
  }
}

/** Gives a connection up whose other end is gone; one that is not read for a while proves nothing. */
function askForLife(socket: Socket, interval: number): () => void {
  let isAlive = true;
  const sign = () => {
    isAlive = true;
  };
  socket.on("pong", sign).on("message", sign);
  const timer = setInterval(() => {
    if (!isAlive && !socket.isPaused) socket.terminate();
    isAlive = socket.isPaused;
    socket.ping();
  }, interval);
  return () => clearInterval(timer);
}

function lost(url: string, what: string, error: unknown): ConnectionLost {
  const { code, message } = error as NodeJS.ErrnoException;
  return new ConnectionLost(`websocket: ${nameOfAddress(url)} must ${what}, got ${message || code}`, { cause: error });
}
