import type { Readable } from "node:stream";
import { defer, finalize, type Observable } from "rxjs";
import { type RunScope, requireScope } from "../kernels/flow.js";
import { oneOf } from "../schemas/fields.js";
import type { TextBatch } from "../schemas/text.js";
import { defineUnit, type OptionsOf, parseOptions, type SettingsOf } from "../schemas/units.js";
import { documentFields } from "./documentFields.js";
import { DocumentSieve } from "./documentSieve.js";
import { fromPull } from "./fromPull.js";
import { InputReport } from "./inputReport.js";
import { readDocuments, streamFormats } from "./readDocuments.js";
import { TextWriter } from "./textWriter.js";

export const stdinSchema = defineUnit({
  name: "stdin",
  kind: "source",
  consumes: "nothing",
  produces: "text",
  replayable: false,
  summary: "Reads documents from standard input, once",
  fields: {
    format: oneOf(streamFormats, {
      description:
        "What a document is: each of the `lines`, the whole `file`, `paragraphs` between blank lines, or a record's field",
      default: "lines",
    }),
    ...documentFields,
  },
});

export type StdinOptions = OptionsOf<typeof stdinSchema>;

/**
 * Reads documents from standard input, packed (gzip, Zstandard) or not. A live stream: what was read is gone, so that a second
 * subscription fails, and a graph that needs two passes must keep the first one's tokens.
 *
 * In: `input`, another byte stream in the place of standard input. Out: TextBatch, of about `chunkSize` bytes.
 * State: as `files`. Unsubscribing closes the input at once, even while it waits for data.
 * Counts `bytes` (unpacked), `documents`, `rejectedDocuments`, `invalidBytes` and `nulls`.
 * @throws TypeError or RangeError at the call, for a wrong option
 * @throws Error through the stream, as `files` does, and at a second subscription
 * @example
 *   await run(stdin({ format: "jsonl", field: "body" }).pipe(tokenize(), buildVocab()));
 */
export function stdin(options: StdinOptions = {}, input: Readable = process.stdin): Observable<TextBatch> {
  const settings = parseOptions(stdinSchema, options);
  let isRead = false;
  return defer(() => {
    const scope = requireScope("stdin");
    if (isRead) throw new Error("stdin: standard input must be read once, got a second subscription");
    isRead = true;
    return fromPull(() => readStream(input, settings, scope)).pipe(finalize(() => input.destroy()));
  });
}

async function* readStream(
  input: Readable,
  settings: SettingsOf<typeof stdinSchema>,
  scope: RunScope,
): AsyncGenerator<TextBatch> {
  const writer = new TextWriter(settings.chunkSize);
  const sieve = await DocumentSieve.open("stdin", settings, scope);
  const report = new InputReport("stdin", "standard input", scope.ledger, sieve);
  yield* readDocuments(input, settings.format, settings, report, writer);
  sieve.finish("stdin");
  if (!writer.isEmpty) yield writer.take();
}
