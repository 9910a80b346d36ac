import { defer, type Observable } from "rxjs";
import { requireScope } from "../runtime/flow.js";
import { fromPull } from "../runtime/fromPull.js";
import type { DocumentEntry } from "../schemas/documents.js";
import { integer } from "../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../schemas/options.js";
import type { TextBatch } from "../schemas/text.js";
import { checkedEntry, partsOf } from "./documents/documentEntry.js";
import { encodeText } from "./documents/encodeText.js";
import { InputReport } from "./documents/inputReport.js";
import { incompleteTail } from "./documents/repairUtf8.js";
import { TextWriter } from "./documents/textWriter.js";

export const fromTextsSchema = defineOptions({
  name: "fromTexts",
  fields: {
    chunkSize: integer({
      description: "About how many bytes a batch holds; a document may be cut at any of its characters",
      default: 262_144,
      min: 1,
    }),
  },
});

export type FromTextsOptions = OptionsOf<typeof fromTextsSchema>;

/** A text, and what is known of it. */
export interface TextDocument extends DocumentEntry {
  readonly text: string;
}

/**
 * A stream of documents, one a string, or one an object with its text and what is known of it, in the order given. Half a surrogate pair becomes U+FFFD, line ends become "\n".
 *
 * In: strings; an iterable that can be read only once makes a stream that can be read only once. Out: TextBatch.
 * State: one string and one batch of less than two chunks. Counts `bytes` and `documents`.
 * @throws TypeError or RangeError at the call, for a wrong option; TypeError through the stream, for what is no such
 *   document, or has other parts than the first one
 * @example
 *   await run(fromTexts(["The cat sat.", "猫坐着。"]).pipe(tokenize(), buildVocab({ minCount: 1 })));
 */
export function fromTexts(
  texts: Iterable<string | TextDocument>,
  options: FromTextsOptions = {},
): Observable<TextBatch> {
  const { chunkSize } = parseOptions(fromTextsSchema, options);
  return defer(() => {
    const report = new InputReport("fromTexts", "texts", requireScope("fromTexts").ledger);
    return fromPull(() => write(texts, chunkSize, report));
  });
}

async function* write(
  texts: Iterable<string | TextDocument>,
  chunkSize: number,
  report: InputReport,
): AsyncGenerator<TextBatch> {
  const writer = new TextWriter(chunkSize);
  writer.open(report.name);
  const entryOf = entryReader();
  let offset = 0;
  for (const document of texts) {
    const text = typeof document === "string" ? document : document?.text;
    if (typeof text !== "string") throw new TypeError(`fromTexts: texts must be strings, got ${typeof document}`);
    writer.begin(entryOf(document));
    report.add("documents", 1);
    for (const piece of pieces(encodeText(text, "", "replace", report), chunkSize)) {
      writer.append(piece);
      report.add("bytes", piece.length);
      offset += piece.length;
      writer.reach(offset);
      if (writer.isFull) yield writer.take();
    }
    if (writer.isFull) yield writer.take();
  }
  if (!writer.isEmpty) yield writer.take();
}

/** What is known of each document in turn; undefined where that is nothing. */
function entryReader(): (document: string | TextDocument) => DocumentEntry | undefined {
  let number = 0;
  let expected: string | undefined;
  const fail = (what: string) => new TypeError(`fromTexts: document ${number}: ${what}`);
  return (document) => {
    const { text: _, ...entry } = typeof document === "string" ? { text: document } : document;
    const parts = ["text", ...partsOf(entry)].join(", ");
    expected ??= parts;
    number++;
    if (parts !== expected) throw fail(`must have the parts of the first one, ${expected}, got ${parts}`);
    return parts === "text" ? undefined : checkedEntry(entry, fail);
  };
}

/** Pieces of at most `size` bytes that end between characters; a character larger than that is a piece of its own. */
function* pieces(text: Uint8Array, size: number): Generator<Uint8Array> {
  for (let from = 0, to: number; from < text.length; from = to) {
    to = Math.min(from + size, text.length);
    const whole = to - incompleteTail(text.subarray(from, to));
    if (whole > from) to = whole;
    else while (incompleteTail(text.subarray(from, to)) > 0) to++;
    yield text.subarray(from, to);
  }
}
