import type { Readable } from "node:stream";
import { defer, finalize, type Observable } from "rxjs";
import { requireScope } from "../runtime/flow.js";
import { millisecondsOf, oneOf } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../schemas/options.js";
import type { LiveStart, TextBatch } from "../schemas/text.js";
import { defineUnit } from "../schemas/units.js";
import { checkEntrySettings, POSITION } from "./documents/documentEntry.js";
import { documentFields } from "./documents/documentFields.js";
import { DocumentSieve } from "./documents/documentSieve.js";
import type { Draft } from "./documents/draft.js";
import { InputReport } from "./documents/inputReport.js";
import { readDocuments } from "./documents/readDocuments.js";
import { type RecordFormat, recordFormats } from "./documents/recordTaker.js";
import { streamFormats } from "./documents/streamFormats.js";
import { TextWriter } from "./documents/textWriter.js";
import { gather } from "./live/inbox.js";
import { flushAfter } from "./live/liveFields.js";
import { liveSource } from "./live/liveSource.js";
import { type StreamMark, StreamPlace } from "./live/streamPlace.js";

export const stdinSchema = defineUnit({
  name: "stdin",
  kind: "source",
  reads: "nothing",
  makes: "text",
  replayable: false,
  live: true,
  summary: "Reads documents from standard input, once, as they come",
  fields: {
    format: oneOf(streamFormats, {
      description:
        "What a document is: each of the `lines`, the whole `file`, `paragraphs` between blank lines, `labelled` lines as of fastText, or a record's field",
      default: "lines",
    }),
    ...documentFields,
    flushAfter,
    onResume: oneOf(["skip", "continue"], {
      description:
        "A run that goes on gets the same text again, and is to `skip` what it has read of it, or gets what comes after it, and is to `continue`",
      default: "skip",
    }),
  },
  create: (_, options, { start }): Observable<TextBatch> => stdin(options, start),
});

export type StdinOptions = OptionsOf<typeof stdinSchema>;
type StdinSettings = SettingsOf<typeof stdinSchema>;

export interface StdinStart extends LiveStart {
  /** Another byte stream in the place of standard input. */
  readonly input?: Readable;
}

/**
 * Reads documents from standard input, packed (gzip, Zstandard) or not, whether it ends or not. What was read is gone, so that a
 * second subscription fails, and a graph that needs two passes must keep the first one's tokens.
 *
 * Out: TextBatch, of about `chunkSize` bytes, or what came within `flushAfter`. Batches of lines, labelled or not, and JSONL end with a line, and have
 * a cursor, unless a line is longer than `chunkSize`.
 * Delivery: exactly once where the same text comes again (`onResume: skip`), which is checked; with `continue`, at most once: what was
 * read from the pipe after the last checkpoint is gone.
 * State: as `files`, and five chunks read ahead. Unsubscribing closes the input at once, even while it waits for data.
 * Counts `bytes` (unpacked), `documents`, `rejectedDocuments`, `invalidBytes` and `nulls`.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, as `files` does, at a second subscription, and where other text comes than was read before
 * @example
 *   await run(stdin({ format: "jsonl", field: "body" }).pipe(tokenize(), buildVocab()));
 */
export function stdin(options: StdinOptions = {}, { from, input }: StdinStart = {}): Observable<TextBatch> {
  const settings = parseOptions(stdinSchema, options);
  checkEntrySettings("stdin", settings, [POSITION]);
  const stream = () => input ?? process.stdin;
  const documents = liveSource<StreamMark>("stdin", from, ({ draft, start }) =>
    readStream(stream(), settings, draft, start),
  );
  let isRead = false;
  return defer(() => {
    requireScope("stdin");
    if (isRead) throw new Error("stdin: standard input must be read once, got a second subscription");
    isRead = true;
    return documents.pipe(finalize(() => stream().destroy()));
  });
}

async function* readStream(
  input: Readable,
  settings: StdinSettings,
  draft: Draft,
  start: StreamMark | undefined,
): AsyncGenerator<TextBatch> {
  const { chunkSize, format, onResume } = settings;
  const writer = new TextWriter(chunkSize, start?.begun);
  const sieve = await DocumentSieve.open("stdin", settings, draft.reject);
  const report = new InputReport("stdin", "standard input", draft.ledger, sieve, start);
  const place = new StreamPlace(report, start);
  const limits = { groupSize: chunkSize, capacity: 4 * chunkSize, wait: millisecondsOf(settings.flushAfter) };
  const regroup = (chunks: AsyncIterable<Uint8Array>) => {
    const news = start && onResume === "skip" ? place.passOver(chunks) : chunks;
    return place.wholeLines(
      gather(news, ({ length }) => length, limits),
      writer,
      chunkSize,
    );
  };
  const marked = (batch: TextBatch): TextBatch => {
    const canGoOn = recordFormats.includes(format as RecordFormat) && place.isAt(batch.position.offset);
    if (!canGoOn) return batch;
    const cursor = JSON.stringify(place.mark(batch.position.documents));
    return { ...batch, position: { ...batch.position, cursor } };
  };
  for await (const batch of readDocuments(input, format, settings, report, writer, regroup)) yield marked(batch);
  sieve.finish("stdin");
  if (!writer.isEmpty) yield marked(writer.take());
}
