import { readFile } from "node:fs/promises";
import { defer, type Observable } from "rxjs";
import { requireScope } from "../kernels/flow.js";
import { byteSize, bytesOf, millisecondsOf, oneOf, text, texts } from "../schemas/fields.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit, type OptionsOf, parseOptions, type SettingsOf } from "../schemas/units.js";
import { readCursor } from "./cursor.js";
import { DocumentSieve } from "./documentSieve.js";
import { type Draft, fromDrafts } from "./draft.js";
import { gather } from "./inbox.js";
import { InputReport } from "./inputReport.js";
import { unreadable } from "./listFiles.js";
import { flushAfter, liveFields } from "./liveFields.js";
import { MessageTaker, messageFormats } from "./messageTaker.js";
import {
  loadNatsClient,
  type NatsClient,
  type NatsConnection,
  type NatsConsumer,
  type StreamInfo,
} from "./natsClient.js";
import { TextWriter } from "./textWriter.js";

export const natsSchema = defineUnit({
  name: "nats",
  kind: "source",
  consumes: "nothing",
  produces: "text",
  replayable: false,
  live: true,
  summary: "Reads the messages of a NATS JetStream stream, in their order, without end",
  fields: {
    servers: texts({ description: "Addresses of the server or cluster", default: ["nats://127.0.0.1:4222"] }),
    stream: text({ description: "The stream to read; it must be there", minLength: 1 }),
    subject: text({
      description: "Reads only messages with this subject, which may have wildcards",
      optional: true,
      minLength: 1,
    }),
    format: oneOf(messageFormats, {
      description: "What a document is: the whole `message`, each of its `lines`, or a text in each line's JSON value",
      default: "message",
    }),
    start: oneOf(["beginning", "end"], {
      description: "Where a run begins: with the first message that the stream still has, or with the next one to come",
      default: "beginning",
    }),
    prefetch: byteSize({ description: "How much is asked for ahead", default: "4MiB" }),
    credentialsFile: text({
      description: "A file of credentials, as `nsc` makes it",
      optional: true,
      minLength: 1,
      file: "input",
    }),
    tokenFile: text({ description: "A file with a token", optional: true, minLength: 1, file: "input" }),
    ...liveFields,
    flushAfter,
  },
});

export type NatsOptions = OptionsOf<typeof natsSchema>;
type NatsSettings = SettingsOf<typeof natsSchema>;

/** A place between two messages of a stream. */
interface NatsMark {
  /** When the stream was made: another one of the same name has other messages. */
  readonly created: string;
  /** The last message read. */
  readonly sequence: number;
  /** Bytes of the messages read. */
  readonly offset: number;
  readonly documents: number;
  readonly begun: number;
}

/** Milliseconds after which messages are asked for anew. A server that came back knows of no request, which is seen after as long. */
const REQUEST_EXPIRES = 2000;
const RECONNECT_WAIT = 500;

/** What there is of a message beside its number in the stream. */
const MESSAGE_OVERHEAD = 64;

/**
 * Reads a JetStream stream through an ordered consumer: every message in the order of the stream, and nothing acknowledged, since the
 * place lies in the cursor. It never completes, and connects again when the connection is lost.
 *
 * Out: TextBatch of whole messages, about `chunkSize` bytes, or what came within `flushAfter`, with a cursor.
 * Delivery: exactly once for a run that goes on from a cursor, whatever the server delivers again, as long as the stream keeps its
 * messages; those that it has let go of meanwhile are counted in `lostMessages`.
 * State: `prefetch` bytes of messages, five batches. Needs `@nats-io/jetstream` and `@nats-io/transport-node`.
 * Counts `bytes`, `documents`, `rejectedDocuments`, `invalidBytes`, `nulls`, and `lostMessages`.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, for a missing package, a server or stream that is not there, another stream of the same name
 * @example
 *   await run(nats({ stream: "news" }).pipe(tokenize(), drain((batch) => learn(batch))), { signal });
 */
export function nats(options: NatsOptions, { from }: LiveStart = {}): Observable<TextBatch> {
  const settings = parseOptions(natsSchema, options);
  const start = from === undefined ? undefined : readCursor<NatsMark>("nats", from);
  return defer(() => {
    const scope = requireScope("nats");
    return fromDrafts(scope, (draft, signal) => read(settings, draft, signal, start));
  });
}

async function* read(
  settings: NatsSettings,
  draft: Draft,
  signal: AbortSignal,
  start: NatsMark | undefined,
): AsyncGenerator<TextBatch> {
  const client = await loadNatsClient();
  const connection = await connect(client, settings);
  try {
    const info = await streamInfo(client, connection, settings.stream);
    const lost = start ? lostSince(start, info, settings.stream) : 0;
    draft.ledger.add("lostMessages", lost);
    const consumer = await orderedConsumer(client, connection, settings, start);
    yield* batches(consumer, info.created, settings, draft, signal, start);
  } finally {
    await connection.close();
  }
}

async function* batches(
  consumer: NatsConsumer,
  created: string,
  settings: NatsSettings,
  draft: Draft,
  signal: AbortSignal,
  start: NatsMark | undefined,
): AsyncGenerator<TextBatch> {
  const { chunkSize, prefetch, stream } = settings;
  const { begun, documents = 0, offset = 0 } = start ?? {};
  let { sequence = 0 } = start ?? {};
  const sieve = await DocumentSieve.open("nats", settings, draft.reject);
  const report = new InputReport("nats", stream, draft.ledger, sieve, { offset, line: 1, documents });
  const writer = new TextWriter(chunkSize, begun);
  const taker = new MessageTaker(settings, report, writer);
  const messages = await consumer.consume({ max_bytes: bytesOf(prefetch), expires: REQUEST_EXPIRES });
  const stop = () => messages.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const limits = { groupSize: chunkSize, capacity: 4 * chunkSize, wait: millisecondsOf(settings.flushAfter) };
  for await (const group of gather(messages, ({ data }) => data.length + MESSAGE_OVERHEAD, limits)) {
    for (const { data, seq } of group) {
      if (seq <= sequence) continue; // delivered again
      taker.take(data, `message ${seq}`);
      sequence = seq;
    }
    const { position, ...batch } = writer.take();
    const mark: NatsMark = {
      created,
      sequence,
      offset: taker.offset,
      documents: report.documents,
      begun: position.documents,
    };
    yield { ...batch, position: { ...position, cursor: JSON.stringify(mark) } };
  }
  if (!signal.aborted) throw new Error(`nats: the stream ${stream} must go on, got its end`);
}

async function connect(
  { connect, credsAuthenticator, tokenAuthenticator }: NatsClient,
  { credentialsFile, servers, tokenFile }: NatsSettings,
): Promise<NatsConnection> {
  const credentials = credentialsFile === undefined ? undefined : await secretIn(credentialsFile);
  const token = tokenFile === undefined ? undefined : await secretIn(tokenFile);
  const authenticator = [
    ...(credentials ? [credsAuthenticator(credentials)] : []),
    ...(token ? [tokenAuthenticator(token.toString().trim())] : []),
  ];
  return connect({
    servers: [...servers],
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT,
    authenticator,
  }).catch((error: unknown) => {
    throw failure(`servers must be there and let us in (${servers.join(", ")})`, error);
  });
}

function secretIn(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw unreadable("nats", path, error);
  });
}

async function streamInfo(
  { jetstreamManager }: NatsClient,
  connection: NatsConnection,
  stream: string,
): Promise<StreamInfo> {
  try {
    return await (await jetstreamManager(connection)).streams.info(stream);
  } catch (error) {
    throw failure(`the server must have JetStream and the stream ${stream}`, error);
  }
}

/** How many messages the stream has let go of behind the place where a run goes on. @throws Error if it is another stream */
function lostSince({ created, sequence }: NatsMark, info: StreamInfo, stream: string): number {
  const { first_seq, last_seq } = info.state;
  if (info.created !== created || last_seq < sequence)
    throw new Error(
      `nats: the stream ${stream} must be the one of the run that goes on, made ${created}, got one made ${info.created} with ${last_seq} messages`,
    );
  return Math.max(0, first_seq - sequence - 1);
}

function orderedConsumer(
  { jetstream }: NatsClient,
  connection: NatsConnection,
  { start, stream, subject }: NatsSettings,
  mark: NatsMark | undefined,
): Promise<NatsConsumer> {
  const fromStart = { deliver_policy: start === "beginning" ? "all" : "new" } as const;
  const place = mark ? ({ deliver_policy: "by_start_sequence", opt_start_seq: mark.sequence + 1 } as const) : fromStart;
  return jetstream(connection).consumers.get(stream, { ...place, ...(subject ? { filter_subjects: subject } : {}) });
}

function failure(what: string, error: unknown): Error {
  return new Error(`nats: ${what}, got ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
