import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect } from "vitest";
import { type FilesOptions, files } from "#sources";
import { anyText } from "../../support/anyText.js";
import { collect } from "../../support/collect.js";
import { documentsOf } from "../../support/readBack.js";
import { zstdOf } from "../../support/zstdOf.js";
import { assertClear, type CaseOf, target } from "../target.js";

const pieces = [
  "a",
  "b c",
  "猫",
  "😀",
  " ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  '"',
  '""',
  ",",
  "\\",
  "{",
  "}",
  "\u2028",
  "\u0085",
  "\0",
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces), anyText({ maxLength: 3 })), { maxLength: 30 })
  .map((parts) => parts.join("").toWellFormed());
const chunkSize = fc.integer({ min: 1, max: 12 });
const packing = fc.constantFrom("plain", "gzip", "zstd");
const packed: Record<"plain" | "gzip" | "zstd", (text: string) => Uint8Array> = {
  plain: (text) => Buffer.from(text),
  gzip: (text) => gzipSync(text),
  zstd: zstdOf,
};

const unified = (text: string) => text.replace(/\r\n?/g, "\n");
const withoutMark = (text: string) => text.replace(/^\uFEFF/, "");

/** The definitions of documents in plain text. */
const byHand: Record<"file" | "lines", (text: string) => string[]> = {
  file: (text) => [unified(withoutMark(text))],
  lines: (text) => unified(withoutMark(text)).match(/[^\n]*\n|[^\n]+$/g) ?? [],
};

async function read(folder: string, content: Uint8Array, options: Omit<FilesOptions, "paths">): Promise<string[]> {
  const paths = join(folder, "fuzzed");
  await writeFile(paths, content);
  return documentsOf(await collect(files({ paths, ...options })));
}

const plainCases = fc.record({ text, chunkSize, packing, format: fc.constantFrom("lines", "file") });

/** Plain text, packed or not and however it is cut, gives the documents of the definition. */
export const plainText = target<CaseOf<typeof plainCases>>("plainText", (folder) => ({
  cases: plainCases,
  async check({ text, chunkSize, packing, format }) {
    const content = packed[packing](text);
    expect(await read(folder, content, { format, chunkSize })).toEqual(byHand[format](text));
  },
}));

/** A record of JSON Lines with any of its characters escaped, and one of CSV with any of its cells in quotes. */
const jsonText = (text: string, escapes: readonly number[]) =>
  `"${Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    const mustEscape = unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000);
    return mustEscape || escapes.includes(i % 7) ? `\\u${unit.toString(16).padStart(4, "0")}` : text[i];
  }).join("")}"`;
const cell = (text: string, isQuoted: boolean) =>
  isQuoted || /[",\r\n\uFEFF]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const records = fc.array(fc.record({ text, isQuoted: fc.boolean(), other: text }), { maxLength: 6 });

const recordCases = fc.record({
  records,
  escapes: fc.array(fc.nat(6), { maxLength: 3 }),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  chunkSize,
  packing,
});

/** Records written by the rules of JSON Lines and CSV give their texts back. */
export const recordText = target<CaseOf<typeof recordCases>>("recordText", (folder) => ({
  cases: recordCases,
  async check({ records, escapes, lineEnd, chunkSize, packing }) {
    const expected = records.map(({ text }) => unified(text));
    const json = records.map(
      ({ text, other }) => `{"other": ${JSON.stringify(other)}, "text": ${jsonText(text, escapes)}}${lineEnd}`,
    );
    const csv = [{ other: "other", text: "text", isQuoted: false }, ...records].map(
      ({ text, other, isQuoted }) => `${cell(other, true)},${cell(text, isQuoted)}${lineEnd}`,
    );
    for (const [format, lines] of [["jsonl", json] as const, ["csv", csv] as const]) {
      const content = packed[packing](lines.join(""));
      expect(await read(folder, content, { format, chunkSize }), format).toEqual(expected);
    }
  },
}));

const bytes = fc.array(
  fc.oneof(
    fc
      .constantFrom(...pieces, '{"text": "a"}\n', "text,b\n", "1,2\n", '"a', "null", "[1]")
      .map((piece) => Buffer.from(piece)),
    fc.uint8Array({ maxLength: 4 }).map(Buffer.from),
  ),
  { maxLength: 20 },
);

const anyBytesCases = fc.record({
  base64: bytes.map((parts) => Buffer.concat(parts).toString("base64")),
  format: fc.constantFrom("lines", "file", "paragraphs", "jsonl", "csv", "tsv"),
  chunkSize,
  onInvalid: fc.constantFrom("replace", "reject"),
  maxRejected: fc.constantFrom(0, 2, "50%"),
});

/** Any bytes are read as some documents or refused clearly, in the same way wherever they are cut. */
export const anyBytes = target<CaseOf<typeof anyBytesCases>>("anyBytes", (folder) => ({
  cases: anyBytesCases,
  async check({ base64, chunkSize, ...options }) {
    const outcomes: string[] = [];
    for (const size of [chunkSize, 262_144]) {
      const read1 = read(folder, Buffer.from(base64, "base64"), { ...options, chunkSize: size });
      const found = await read1.catch((error: unknown) => {
        assertClear(error);
        return (error as Error).message;
      });
      outcomes.push(JSON.stringify(found));
    }
    expect(outcomes[0]).toBe(outcomes[1]);
  },
}));
