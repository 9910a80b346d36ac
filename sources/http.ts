import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Observable } from "rxjs";
import { bytesOf, millisecondsOf } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { unreadable } from "../storage/files/unreadable.js";
import { checkEntrySettings } from "./documents/documentEntry.js";
import { type HttpSettings, httpFields } from "./http/httpFields.js";
import { Journal } from "./http/journal.js";
import { type JournalMark, JournalReader } from "./http/journalReader.js";
import { type PostMark, PostQueue } from "./http/postQueue.js";
import { isLoopback, PostServer } from "./http/postServer.js";
import { PostTaker } from "./http/postTaker.js";
import { type Live, liveSource, liveUnit } from "./live/liveSource.js";

export const httpSchema = defineUnit({
  name: "http",
  ...liveUnit,
  summary: "Listens on a port, and takes in the text that is posted to it",
  fields: httpFields,
  create: (_, options, { start }): Observable<TextBatch> => http(options, start),
});

export type HttpOptions = OptionsOf<typeof httpSchema>;

export interface HttpStart extends LiveStart {
  /** Told where it listens, once it does. */
  readonly onListening?: (address: AddressInfo) => void;
}

/**
 * Takes in text that is posted: `text/plain`, JSON lines, CSV, TSV, and forms with files of these, packed with gzip or not. It never
 * completes. A post is taken in as a whole or not at all, and answered with 202 and the number of its documents.
 *
 * Out: TextBatch of whole posts, or with a journal of whole documents, about `chunkSize` bytes, with a cursor.
 * Delivery: without a journal 202 says that the text was passed on to the pipeline; what was learned of it since the last checkpoint is
 * lost with the process: at most once. With one it says that the text is on the disk, and a run that goes on from a cursor reads it
 * from there: exactly once. A client without an answer cannot know.
 * State: `capacity` bytes of text and the posts on their way in, as many again and one; a batch.
 * Counts `bytes`, `documents`, `rejectedDocuments`, `invalidBytes`, `nulls`, and `refusedPosts` (400 and 429).
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, for an address that is taken; RangeError for more rejected documents than `maxRejected`
 * @example
 *   await run(http({ port: 7412, journal: "posts.jsonl" }).pipe(tokenize(), drain((batch) => learn(batch))), { signal });
 */
export function http(
  options: HttpOptions = {},
  { from, onListening = () => {} }: HttpStart = {},
): Observable<TextBatch> {
  const settings = parseOptions(httpSchema, options);
  checkEntrySettings("http", { ...settings, format: "auto" }, []); // posts have types of their own
  const { host, tokenFile } = settings;
  if (!isLoopback(host) && tokenFile === undefined)
    throw new TypeError(`http: tokenFile is required where host is not this machine alone, got host ${host}`);
  return liveSource<JournalMark & PostMark>("http", from, (live) => listen(settings, live, onListening));
}

async function* listen(
  settings: HttpSettings,
  { draft, signal, start }: Live<JournalMark & PostMark>,
  onListening: (address: AddressInfo) => void,
): AsyncGenerator<TextBatch> {
  const token = settings.tokenFile === undefined ? undefined : await readToken(settings.tokenFile);
  const taker = await PostTaker.open(settings, draft);
  const journal = settings.journal === undefined ? undefined : await Journal.open(settings.journal, start);
  const posts = journal ? new JournalReader(journal, settings, draft, start) : new PostQueue(settings, draft, start);
  signal.addEventListener("abort", () => posts.end(), { once: true });
  let server: PostServer | undefined;
  try {
    server = await PostServer.listen({
      host: settings.host,
      port: settings.port,
      token,
      maxBodyLength: bytesOf(settings.maxBodyLength),
      timeout: millisecondsOf(settings.requestTimeout),
      capacity: bytesOf(settings.capacity),
      isFull: () => posts.isFull,
      accept: async ({ headers }, body) => posts.add(await taker.take(headers, body, posts.end)),
      onRefused: () => draft.ledger.add("refusedPosts", 1),
    });
    onListening(server.address);
    if (!signal.aborted) yield* posts.batches();
  } finally {
    posts.end();
    await server?.close();
    await journal?.close();
  }
}

async function readToken(path: string): Promise<string> {
  const file = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable("http", path, error);
  });
  const token = file.trim();
  if (token.length === 0 || /\s/.test(token))
    throw new SyntaxError(`http: ${path} must hold one token, got ${token ? "white space in it" : "none"}`);
  return token;
}
