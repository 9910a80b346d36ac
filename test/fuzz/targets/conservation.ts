import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Ledger } from "#runtime";
import type { TextBatch } from "#schemas";
import { DocumentSieve } from "../../../dist/sources/documents/documentSieve.js";
import { InputReport } from "../../../dist/sources/documents/inputReport.js";
import { readDocuments } from "../../../dist/sources/documents/readDocuments.js";
import type { ReadSettings } from "../../../dist/sources/documents/readSettings.js";
import type { StreamFormat } from "../../../dist/sources/documents/streamFormats.js";
import { TextWriter } from "../../../dist/sources/documents/textWriter.js";
import { countDocuments } from "../../support/countDocuments.js";
import { documentsOf } from "../../support/readBack.js";
import { zstdOf } from "../../support/zstdOf.js";
import { assertClear, type CaseOf, target } from "../target.js";

const words = ["a", "the cat", "猫", "坐在垫子上。", "😀", "7", "e\u0301", " ", "\u3000", "\u2028"];
const lineEnds = ["\n", "\r\n", "\r", "\n\n", "\r\r\n", " \t\n"];
/** Stands for a byte that is not UTF-8. */
const INVALID = "\uE000";
const signs = ['"', '""', '"', ",", "\t", "{", "}", "[", "]", ":", "\\", "\uFEFF", INVALID];
const rows = [
  '{"text":"猫 a"}',
  '{"text":null}',
  '{"text":"a","text":"b"}',
  '{"text":',
  "null",
  '"a, b"',
  '"a\n猫"',
  "a,b",
  '猫,"b"',
  "a\tb",
];
const free = fc
  .array(fc.oneof(...[words, lineEnds, signs, rows].map((list) => fc.constantFrom(...list))), { maxLength: 16 })
  .map((parts) => parts.join(""));

const values = [
  '{"text":"猫 }]"}',
  '{"text":"a\\",["}',
  '{"text": null }',
  '{"text":[{},[1, "a"]]}',
  '{"o":{"text":1}}',
  '{"text":"\\\\"}',
];
const blank = fc.constantFrom("", " ", "\n", "\r\n  ", "\r", "\t");
const valuesOf = (choice: readonly string[]) =>
  fc.array(fc.tuple(blank, fc.constantFrom(...choice), blank), { maxLength: 6 });
const array = valuesOf([...values, "7", "null", '"a, b"', "{oops}", "[[],{}]", INVALID]).map(
  (list) => `[${list.map((parts) => parts.join("")).join(",")}]`,
);
/** The first of several objects takes two lines, or it would be JSON lines. */
const objects = valuesOf(values).map((list) =>
  list.map(([before, value, after]) => before + value.replace("{", "{\n") + after).join(""),
);

const json = fc.record({ format: fc.constant("json" as const), text: fc.oneof(array, objects) });
const others = fc.record({
  format: fc.constantFrom("lines" as const, "paragraphs", "csv", "csv", "tsv", "jsonl"),
  text: free,
});

const cases = fc.record({
  input: fc.oneof({ weight: 4, arbitrary: others }, { weight: 1, arbitrary: json }),
  header: fc.boolean(),
  packing: fc.oneof({ weight: 8, arbitrary: fc.constant("plain") }, fc.constant("gzip"), fc.constant("zstd")),
  chunks: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
  chunkSize: fc.integer({ min: 1, max: 12 }),
  onInvalid: fc.constantFrom("replace", "reject"),
  maxDocumentLength: fc.constantFrom(undefined, undefined, 6),
});

/** Read and rejected documents are together as many as a naive count finds, and each of them is there or listed. */
export const conservation = target<CaseOf<typeof cases>>("conservation", () => ({
  cases,
  async check({ input, packing, chunks, ...options }) {
    const { format, text } = input;
    const expected = countDocuments({ ...input, header: options.header });
    const ledger = new Ledger();
    let listed = 0;
    const sieve = await DocumentSieve.open("fuzz", { maxRejected: 1e9 }, () => listed++);
    const report = new InputReport("fuzz", "text", ledger, sieve);
    const settings = { ...common, ...options, format, field: fieldOf(format) };
    const read = readAll(cut(packed(text, packing), chunks), format, settings, report);
    const found = await read.then(documentsOf, (error: unknown) => {
      assertClear(error);
      if (expected !== undefined && !isInHeader(error, options.header)) throw error;
    });
    if (!found) return;
    const counted = ["documents", "rejectedDocuments", "nulls"].map((counter) => ledger.get(counter)) as [
      number,
      number,
      number,
    ];
    const [documents, rejected, nulls] = counted;
    const isRight = documents === found.length && rejected === listed && documents + rejected === expected;
    if (!isRight || nulls > documents)
      throw new Error(
        `must account for ${expected} documents, got ${found.length} and ${listed} rejected, counted as ${counted}`,
      );
  },
}));

const noEntries = {
  id: undefined,
  labels: undefined,
  labelSeparator: undefined,
  labelPrefix: "__label__",
  weight: undefined,
  fields: undefined,
};
const common = { ...noEntries, maxRecordLength: 1 << 20, maxExpansion: 1000, only: undefined };

/** As every source reads what is not followed: in process and without a run, which would take most of the time. */
async function readAll(
  chunks: Iterable<Uint8Array>,
  format: StreamFormat,
  settings: ReadSettings,
  report: InputReport,
): Promise<TextBatch[]> {
  const writer = new TextWriter(settings.chunkSize);
  const batches: TextBatch[] = [];
  for await (const batch of readDocuments(asyncOf(chunks), format, settings, report, writer)) batches.push(batch);
  if (!writer.isEmpty) batches.push(writer.take());
  return batches;
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** A header that is not UTF-8 is no fault of a document, and ends the run. */
const isInHeader = (error: unknown, header: boolean) => header && /invalid UTF-8/.test((error as Error).message);

/** Tables are asked for their first column, JSON for its text. */
const fieldOf = (format: string) => (format === "csv" || format === "tsv" ? "1" : "text");

function packed(text: string, packing: string): Uint8Array {
  const bytes = Buffer.from(text).toString("latin1").replaceAll(Buffer.from(INVALID).toString("latin1"), "\xff");
  const content = Buffer.from(bytes, "latin1");
  return packing === "gzip" ? gzipSync(content) : packing === "zstd" ? zstdOf(content) : content;
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, k = 0; at < bytes.length; k++) {
    const end = at + sizes[k % sizes.length]!;
    yield bytes.subarray(at, end);
    at = end;
  }
}
