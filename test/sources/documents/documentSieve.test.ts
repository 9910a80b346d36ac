import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "#runtime";
import type { Rejection } from "#schemas";
import { type FilesOptions, files, stdin } from "#sources";
import { collect } from "../../support/collect.js";
import { documentsOf } from "../../support/readBack.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

async function fileWith(content: string | Uint8Array, name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

async function sift(options: FilesOptions) {
  const rejections: Rejection[] = [];
  const ledger = new Ledger();
  const events = await collect(files(options), { ledger, onRejected: (rejection) => rejections.push(rejection) });
  return { documents: documentsOf(events), rejections, ledger };
}

/** Latin-1, in which a character above 0x7f is a byte that is not UTF-8. */
const bytes = (text: string) => Buffer.from(text, "latin1");

describe("a source that may reject documents", () => {
  it("goes on without JSON that does not parse, lacks its field, or is too long, and says what and where", async () => {
    const lines = [
      '{"text":"a"}',
      "{oops",
      "",
      '{"body":1}',
      '{"text":7}',
      `{"text":"${"x".repeat(40)}"}`,
      '{"text":"b"}',
    ];
    const path = await fileWith(`${lines.join("\n")}\n`, "a.jsonl");
    const { documents, rejections, ledger } = await sift({ paths: path, maxRejected: 4, maxRecordLength: 30 });
    expect(documents).toEqual(["a", "b"]);
    // Offsets: 12 + 1 bytes of the first line; 5 + 1 of the second, 1 of the empty one; 10 + 1; 10 + 1
    expect(rejections).toEqual([
      { source: path, document: 2, line: 2, offset: 13, reason: 'must be one JSON value, got "{oops"' },
      {
        source: path,
        document: 3,
        line: 4,
        offset: 20,
        reason: 'must have a text in "text" (option field), got an object with body',
      },
      { source: path, document: 4, line: 5, offset: 31, reason: "text must be a text, got 7" },
      {
        source: path,
        document: 5,
        line: 6,
        offset: 42,
        reason: "a record must be at most 30 bytes (maxRecordLength), got more",
      },
    ]);
    expect(ledger.get("rejectedDocuments")).toBe(4);
    expect(ledger.child(path).get("rejectedDocuments")).toBe(4);
    expect(ledger.get("documents")).toBe(2);
  });

  it("goes on without lines, paragraphs and files that are not UTF-8 or too long", async () => {
    const text = bytes("\xef\xbb\xbfone\r\ntw\xff\r\n\r\nthree is long\rfour\xe7\x8c");
    const options = { onInvalid: "reject", maxRejected: 3, maxDocumentLength: 8, chunkSize: 2 } as const;
    const lines = await sift({ ...options, paths: await fileWith(text, "a.txt") });
    expect(lines.documents).toEqual(["one\n", "\n"]);
    expect(lines.rejections.map(({ source, ...rest }) => rest)).toEqual([
      { document: 2, line: 2, offset: 8, reason: "invalid UTF-8 byte 0xff" }, // behind 3 + 3 + 2 bytes
      { document: 4, line: 4, offset: 15, reason: "a document must be at most 8 bytes (maxDocumentLength), got more" },
      { document: 5, line: 5, offset: 29, reason: "invalid UTF-8 byte 0xe7" },
    ]);
    const path = await fileWith(bytes("ok\n\n  b\xffd\nline\n\nlast"), "b.txt");
    const paragraphs = await sift({ ...options, paths: path, format: "paragraphs", maxDocumentLength: 100 });
    expect(paragraphs.documents).toEqual(["ok\n\n  ", "last"]);
    expect(paragraphs.rejections).toMatchObject([{ document: 2, line: 3, offset: 6 }]);
    const whole = await sift({ ...options, paths: path, format: "file" });
    expect(whole.documents).toEqual([]);
    expect(whole.rejections).toMatchObject([{ document: 1, line: 1, offset: 0 }]);
  });

  it("goes on without records of CSV, TSV and Parquet, but not without a header", async () => {
    const csv = await fileWith('id,text\n1,a\n2\n3,"b\nb"\n4,x"y\n', "a.csv");
    const table = await sift({ paths: csv, maxRejected: "50%" });
    expect(table.documents).toEqual(["a", "b\nb"]);
    expect(table.rejections).toMatchObject([
      { document: 2, line: 3, offset: 12, reason: "must have 2 columns, got 1" },
      { document: 4, line: 6, reason: "must be a CSV record, got a quote inside a cell that does not begin with one" },
    ]);
    const broken = await fileWith('"id,text\n1,a\n', "b.csv");
    await expect(sift({ paths: broken, maxRejected: 9 })).rejects.toThrow("a quote that is not closed");
    const parquet = join(import.meta.dirname, "../../fixtures/sources/lz4-binary.parquet");
    const all = await sift({ paths: parquet, field: "text" });
    const most = Math.max(...all.documents.map((text) => Buffer.byteLength(text))) - 1;
    const some = await sift({ paths: parquet, field: "text", maxDocumentLength: most, maxRejected: "100%" });
    expect(some.documents).toEqual(all.documents.filter((text) => Buffer.byteLength(text) <= most));
    expect(some.documents.length + some.rejections.length).toBe(all.documents.length);
    expect(some.rejections[0]!.reason).toMatch(/^a document must be at most \d+ bytes \(maxDocumentLength\), got \d+$/);
  });

  it("ends with the fault itself where none may be rejected, before a document that is too long has ended", async () => {
    const path = await fileWith("short\nmuch too long\n", "a.txt");
    await expect(sift({ paths: path, maxDocumentLength: 6, chunkSize: 4 })).rejects.toThrow(
      new RangeError(`files: ${path} line 2: a document must be at most 6 bytes (maxDocumentLength), got more`),
    );
    await expect(sift({ paths: path, maxDocumentLength: 6, maxRejected: "0%" })).rejects.toThrow(RangeError);
  });

  it("ends with one document more than may be rejected, and says which", async () => {
    const path = await fileWith("{\n{}\n[]\n", "a.jsonl");
    await expect(sift({ paths: path, maxRejected: 2 })).rejects.toThrow(
      `files: at most 2 documents may be rejected (maxRejected), got 3 of 3; the last one: files: ${path} line 3: must have a text in "text" (option field), got `,
    );
  });

  it("takes a share of all documents, and from the thousandth on ends as soon as it is exceeded", async () => {
    const good = '{"text":"a"}\n';
    const few = await fileWith(`{\n${good.repeat(99)}`, "few.jsonl"); // 1 of 100, though the first is 1 of 1
    expect((await sift({ paths: few, maxRejected: "1%" })).rejections).toHaveLength(1);
    const more = await fileWith(`{\n{\n${good.repeat(99)}`, "more.jsonl");
    await expect(sift({ paths: more, maxRejected: "1%" })).rejects.toThrow(
      "files: at most 1% documents may be rejected (maxRejected), got 2 of 101",
    );
    const early = await fileWith(`${good.repeat(999)}{\n${"{\n".repeat(10)}`, "early.jsonl");
    await expect(sift({ paths: early, maxRejected: "0.1%" })).rejects.toThrow(/got 2 of 1001; the last one: /);
  });

  it("names standard input", async () => {
    const rejections: Rejection[] = [];
    const source = stdin({ format: "jsonl", maxRejected: 1 }, { input: Readable.from([Buffer.from("{\n")]) });
    await collect(source, { onRejected: (rejection) => rejections.push(rejection) });
    expect(rejections).toMatchObject([{ source: "standard input", document: 1 }]);
  });

  it("rejects the same documents wherever chunks were cut, and reads exactly those again", async () => {
    const line = fc.constantFrom("good", "b\xff", "\xe7\x8c\xab", "", "much too long", "cr\r", "  ");
    const formats = fc.constantFrom("lines" as const, "paragraphs" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        formats,
        fc.integer({ min: 1, max: 9 }),
        async (lines, format, chunkSize) => {
          const path = await fileWith(bytes(lines.join("\n")), "a.txt");
          const options = {
            paths: path,
            format,
            onInvalid: "reject",
            maxDocumentLength: 9,
            maxRejected: "100%",
          } as const;
          const whole = await sift(options);
          const cut = await sift({ ...options, chunkSize });
          expect([cut.documents, cut.rejections]).toEqual([whole.documents, whole.rejections]);
          const all = await sift({ paths: path, format, chunkSize });
          const numbers = new Set(whole.rejections.map(({ document }) => document));
          expect(whole.documents).toEqual(all.documents.filter((_, k) => !numbers.has(k + 1)));

          const only = await fileWith(
            whole.rejections.map((one) => `${JSON.stringify(one)}\n`).join(""),
            "rejected.jsonl",
          );
          const again = await sift({ paths: path, format, only, chunkSize });
          expect(again.documents).toEqual(all.documents.filter((_, k) => numbers.has(k + 1)));
          expect((await sift({ ...options, only })).rejections).toEqual(whole.rejections);
        },
      ),
      { numRuns: caseCount(60), seed: 4 },
    );
  });

  it("refuses a list of documents that are not there, or that is no list", async () => {
    const path = await fileWith("a\nb\n", "a.txt");
    const only = await fileWith(`{"source":${JSON.stringify(path)},"document":3}\n`, "rejected.jsonl");
    await expect(sift({ paths: path, only })).rejects.toThrow(
      `files: only must name documents that are there, got document 3 of ${path}, and 0 more of it, which are not`,
    );
    await expect(sift({ paths: path, only: path })).rejects.toThrow(
      `files: ${path} line 1: must name a source and a document, got "a"`,
    );
    await expect(sift({ paths: path, only: `${path}x` })).rejects.toThrow("must be a file, got nothing there");
  });
});
