import type { Observable } from "rxjs";
import { millisecondsOf, text, texts } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { checkEntrySettings, MESSAGE, POSITION } from "./documents/documentEntry.js";
import { checkAddress, nameOfAddress } from "./http/address.js";
import { authorization, bearerFile } from "./http/secretIn.js";
import { EventParser, type ServerEvent } from "./live/eventParser.js";
import { messageFields, messageFormat } from "./live/liveFields.js";
import { type Live, liveSource, liveUnit } from "./live/liveSource.js";
import { type MessageMark, messageBatches } from "./live/messageBatches.js";
import { ConnectionLost, checkWaits, reconnectFields, reconnecting } from "./live/reconnecting.js";

export const sseSchema = defineUnit({
  name: "sse",
  ...liveUnit,
  summary: "Reads the events that a server sends over HTTP (server-sent events), and connects again when it must",
  fields: {
    url: text({
      description: "Where the events are, with `http:` or `https:`",
      minLength: 1,
      example: "https://example.org/events",
    }),
    events: texts({ description: "Reads events of these types only", optional: true }),
    format: messageFormat("an event's whole"),
    tokenFile: bearerFile,
    ...reconnectFields,
    ...messageFields,
  },
  create: (_, options, { start }): Observable<TextBatch> => sse(options, start),
});

export type SseOptions = OptionsOf<typeof sseSchema>;
type SseSettings = SettingsOf<typeof sseSchema>;

interface SseMark extends MessageMark {
  /** What the server is told as `Last-Event-ID`. */
  readonly lastId: string;
}

/** Answers after which it makes sense to ask again. */
const isPassing = (status: number) => status >= 500 || status === 429 || status === 408;

/**
 * Reads server-sent events, as a browser's EventSource does: when the connection is lost it is made again, with the last event's id as
 * `Last-Event-ID`. It completes only if the server answers with 204.
 *
 * Out: TextBatch of whole events, about `chunkSize` bytes, or what came within `flushAfter`, with a cursor.
 * Delivery: exactly once, also for a run that goes on from a cursor, where each event has an id of its own and the server goes on
 * behind the one it is told; otherwise what it sends meanwhile is lost, and what it sends again is read again.
 * State: five chunks of events and what HTTP reads ahead; while the pipeline is full the connection is not read.
 * Counts `bytes`, `documents`, `rejectedDocuments`, `invalidBytes`, `nulls`, and `lostConnections`.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, if the first connection cannot be made or a later one is refused; RangeError for an event longer
 *   than `maxRecordLength`
 * @example
 *   await run(sse({ url: "https://example.org/events" }).pipe(tokenize(), drain((batch) => learn(batch))), { signal });
 */
export function sse(options: SseOptions, { from }: LiveStart = {}): Observable<TextBatch> {
  const settings = parseOptions(sseSchema, options);
  checkEntrySettings("sse", settings, [MESSAGE, POSITION]);
  checkAddress("sse", settings.url, ["http:", "https:"]);
  checkWaits("sse", settings);
  return liveSource<SseMark>("sse", from, (live) =>
    messageBatches<ServerEvent>({
      ...live,
      name: nameOfAddress(settings.url),
      settings,
      open: (signal) => events(settings, { ...live, signal }),
      idOf: ({ id }) => id || null,
      nameOf: (_, number) => `event ${number}`,
      placeOf: ({ id }) => ({ lastId: id }),
    }),
  );
}

async function* events(settings: SseSettings, live: Live<SseMark>): AsyncGenerator<ServerEvent> {
  const headers = { Accept: "text/event-stream", ...(await authorization("sse", settings.tokenFile)) };
  let parser = new EventParser(settings.maxRecordLength, live.start?.lastId);
  const all = reconnecting(settings, live, {
    async connect() {
      const { lastId, retry } = parser;
      parser = new EventParser(settings.maxRecordLength, lastId);
      parser.retry = retry;
      const place = lastId === "" ? {} : { "Last-Event-ID": Buffer.from(lastId).toString("latin1") };
      const body = await request(settings.url, { ...headers, ...place }, live.signal);
      return body && parsed(body, parser, nameOfAddress(settings.url));
    },
    firstWait: () => parser.retry ?? millisecondsOf(settings.reconnectAfter),
  });
  const wanted = settings.events && new Set(settings.events);
  for await (const event of all) if (!wanted || wanted.has(event.type)) yield event;
}

/** The body of the answer; undefined if the server says that there is nothing more. */
async function request(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const name = nameOfAddress(url);
  const answer = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw new ConnectionLost(`sse: ${name} must answer, got ${reasonOf(error)}`, { cause: error });
  });
  const { body, status } = answer;
  const type = answer.headers.get("Content-Type") ?? "no Content-Type";
  if (status === 204) return undefined;
  if (status === 200 && body && /^text\/event-stream\s*(;|$)/i.test(type)) return body;
  await body?.cancel();
  const Kind = isPassing(status) ? ConnectionLost : Error;
  throw new Kind(`sse: ${name} must send text/event-stream with status 200, got ${type} with ${status}`);
}

async function* parsed(
  body: AsyncIterable<Uint8Array>,
  parser: EventParser,
  name: string,
): AsyncGenerator<ServerEvent> {
  for await (const chunk of untilLost(body, name)) {
    try {
      yield* parser.push(chunk);
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`sse: ${name}: ${error.message}`);
      throw error;
    }
  }
}

async function* untilLost(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new ConnectionLost(`sse: ${name} must go on, got ${reasonOf(error)}`, { cause: error });
  }
}

/** `fetch` says what happened in the cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as Error;
  return cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code || cause.name : String(cause);
}
