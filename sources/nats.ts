import type { Observable } from "rxjs";
import { byteSize, bytesOf, oneOf, text, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import { plural } from "../schemas/plural.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { checkEntrySettings, MESSAGE, POSITION } from "./documents/documentEntry.js";
import { secretIn } from "./http/secretIn.js";
import { messageFields, messageFormat } from "./live/liveFields.js";
import { type Live, liveSource, liveUnit } from "./live/liveSource.js";
import { type MessageMark, messageBatches } from "./live/messageBatches.js";
import {
  loadNatsClient,
  type NatsClient,
  type NatsConnection,
  type NatsConsumer,
  type NatsMessage,
  type NatsMessages,
  type StreamInfo,
} from "./live/natsClient.js";

export const natsSchema = defineUnit({
  name: "nats",
  ...liveUnit,
  summary: "Reads the messages of a NATS JetStream stream, in their order, without end",
  fields: {
    servers: texts({
      description: "Addresses of the server or cluster",
      default: ["nats://127.0.0.1:4222"],
      minItems: 1,
    }),
    stream: text({ description: "The stream to read; it must be there", minLength: 1, example: "news" }),
    subject: text({
      description: "Reads only messages with this subject, which may have wildcards",
      optional: true,
      minLength: 1,
    }),
    format: messageFormat("the whole"),
    start: oneOf(["beginning", "end"], {
      description: "Where a run begins: with the first message that the stream still has, or with the next one to come",
      default: "beginning",
    }),
    prefetch: byteSize({ description: "How much is asked for ahead", default: "4MiB" }),
    credentialsFile: text({
      description: "A file of credentials, as `nsc` makes it",
      optional: true,
      file: "path",
    }),
    tokenFile: text({ description: "A file with a token", optional: true, file: "path" }),
    ...messageFields,
  },
  create: (_, options, { start }): Observable<TextBatch> => nats(options, start),
});

export type NatsOptions = OptionsOf<typeof natsSchema>;
type NatsSettings = SettingsOf<typeof natsSchema>;

interface NatsMark extends MessageMark {
  /** When the stream was made: another one of the same name has other messages. */
  readonly created: string;
  /** The last message read. */
  readonly sequence: number;
}

/** Milliseconds after which messages are asked for anew. A server that came back knows of no request, which is seen after as long. */
const REQUEST_EXPIRES = 2000;
const RECONNECT_WAIT = 500;

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
  checkEntrySettings("nats", settings, [MESSAGE, POSITION]);
  return liveSource<NatsMark>("nats", from, (live) => read(settings, live));
}

async function* read(settings: NatsSettings, live: Live<NatsMark>): AsyncGenerator<TextBatch> {
  const { draft, signal, start } = live;
  const client = await loadNatsClient();
  const connection = await connect(client, settings);
  try {
    const info = await streamInfo(client, connection, settings.stream);
    const lost = start ? lostSince(start, info, settings.stream) : 0;
    draft.ledger.add("lostMessages", lost);
    const consumer = await orderedConsumer(client, connection, settings, start);
    const messages = await consumer.consume({ max_bytes: bytesOf(settings.prefetch), expires: REQUEST_EXPIRES });
    let sequence = start?.sequence ?? 0;
    yield* messageBatches<NatsMessage>({
      ...live,
      name: settings.stream,
      settings,
      open: (either) => endedBy(either, messages),
      idOf: ({ seq }) => String(seq),
      waitingBehind: ({ info }) => info.pending,
      nameOf: ({ seq }) => `message ${seq}`,
      placeOf: ({ seq }) => {
        if (seq <= sequence) return undefined; // delivered again
        sequence = seq;
        return { created: info.created, sequence };
      },
    });
    if (!signal.aborted) throw new Error(`nats: the stream ${settings.stream} must go on, got its end`);
  } finally {
    await connection.close();
  }
}

function endedBy(signal: AbortSignal, messages: NatsMessages): NatsMessages {
  const stop = () => messages.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return messages;
}

async function connect(
  { connect, credsAuthenticator, tokenAuthenticator }: NatsClient,
  { credentialsFile, servers, tokenFile }: NatsSettings,
): Promise<NatsConnection> {
  const credentials = credentialsFile === undefined ? undefined : await secretIn("nats", credentialsFile);
  const token = tokenFile === undefined ? undefined : await secretIn("nats", tokenFile);
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
      `nats: the stream ${stream} must be the one of the run that goes on, made ${created}, got one made ${info.created} with ${plural(last_seq, "message")}`,
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
