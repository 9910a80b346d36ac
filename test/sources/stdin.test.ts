import { PassThrough, Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { take } from "rxjs";
import { describe, expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import type { Rejection, TextBatch } from "#schemas";
import { type StdinOptions, stdin, stdinSchema } from "#sources";
import { collect } from "../support/collect.js";
import { documentsOf } from "../support/readBack.js";

const cut = (content: Uint8Array, size: number) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
    })(),
    { objectMode: false },
  );

const read = async (content: string | Uint8Array, options: StdinOptions = {}, size = 1000) =>
  documentsOf(await collect(stdin(options, { input: cut(Buffer.from(content), size) })));

describe("stdin", () => {
  it("takes lines, paragraphs, or everything as documents", async () => {
    expect(await read("a\r\n猫\n\nb")).toEqual(["a\n", "猫\n", "\n", "b"]);
    expect(await read("a\n猫\n\nb", { format: "paragraphs" })).toEqual(["a\n猫\n\n", "b"]);
    expect(await read("a\n猫", { format: "file" })).toEqual(["a\n猫"]);
  });

  it("reads records", async () => {
    expect(await read('{"body":"a"}\n', { format: "jsonl", field: "body" })).toEqual(["a"]);
    expect(await read('id,text\n1,"a,b"\n', { format: "csv" })).toEqual(["a,b"]);
    expect(await read("1\ta\n", { format: "tsv", header: false, field: "2" })).toEqual(["a"]);
  });

  it("unpacks what is packed, however it arrives", async () => {
    for (const size of [1, 2, 3, 50]) expect(await read(gzipSync("a\n猫\n"), {}, size)).toEqual(["a\n", "猫\n"]);
  });

  it("refuses what is no text, however it arrives", async () => {
    for (const size of [1, 2, 3, 50])
      await expect(read("BZh91AY&SY\x1d^", {}, size)).rejects.toThrow(
        "stdin: standard input: must be text, gzip or Zstandard, got bzip2; bzip2 -dc makes text of it",
      );
  });

  it("names itself in errors and in the ledger", async () => {
    await expect(read(Buffer.from([0x61, 0xff]), { onInvalid: "reject" })).rejects.toThrow(
      "stdin: standard input line 1: invalid UTF-8 byte 0xff at offset 1",
    );
    const ledger = new Ledger();
    await collect(stdin({}, { input: cut(Buffer.from([0x61, 0xff]), 1) }), { ledger });
    expect(ledger.child("standard input").get("invalidBytes")).toBe(1);
  });

  it("says in its schema and at a second subscription that it can be read once", async () => {
    const source = stdin({}, { input: cut(Buffer.from("a\n"), 10) });
    expect(documentsOf(await collect(source))).toEqual(["a\n"]);
    await expect(run(source)).rejects.toThrow("stdin: standard input must be read once, got a second subscription");
    expect(stdinSchema.replayable).toBe(false);
  });

  it("passes on what is there while more may come", async () => {
    const input = new PassThrough();
    input.write("a\nb\n");
    const batches = await collect(stdin({ chunkSize: 2 }, { input }).pipe(take(2)));
    expect(documentsOf(batches)).toEqual(["a\n", "b\n"]);
    await expect.poll(() => input.destroyed).toBe(true);
  });

  it("stops at once when aborted while it waits for input", async () => {
    const input = new PassThrough();
    const abort = new AbortController();
    const running = run(stdin({}, { input }), { signal: abort.signal });
    setImmediate(() => abort.abort(new Error("enough")));
    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => input.destroyed).toBe(true);
  });

  it("ends with the error of its input", async () => {
    const input = new Readable({
      read() {
        this.destroy(new Error("the other side is gone"));
      },
    });
    await expect(run(stdin({}, { input }))).rejects.toThrow("the other side is gone");
  });
});

describe("stdin without end", () => {
  const news = "one line\n二行目\n\nthird: \u00e9\r\nfourth 第四\nfifth\n";
  const cursorsOf = (batches: readonly TextBatch[]) => batches.map(({ position }) => position.cursor);

  it("passes on what came within flushAfter, though it is no whole batch", async () => {
    const input = new PassThrough();
    input.write("a quiet\nday");
    const batches = await collect(stdin({ flushAfter: "5ms" }, { input }).pipe(take(1)));
    expect(documentsOf(batches)).toEqual(["a quiet\n"]);
    expect(batches[0]?.position).toMatchObject({ offset: 8, documents: 1 });
  });

  it("ends each batch with a line, and tells none where a line is longer than a batch", async () => {
    const options = { chunkSize: 8 };
    const batches = await collect(stdin(options, { input: cut(Buffer.from("ab\ncd\nefghijklmnop\nq"), 8) }));
    expect(batches.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["ab\ncd\n", "efghijklmn", "op\n", "q"]);
    expect(cursorsOf(batches).map((cursor) => cursor !== undefined)).toEqual([true, false, true, false]);
  });

  it.each([{ format: "lines" }, { format: "lines", maxDocumentLength: 1000 }, { format: "jsonl" }] as const)(
    "goes on from any cursor to the same documents, numbers and counts: %o",
    async (options) => {
      const text =
        options.format === "jsonl"
          ? news
              .split("\n")
              .map((line) => JSON.stringify({ text: line }))
              .join("\n\n")
          : news;
      const content = Buffer.from(text);
      const settings = { ...options, chunkSize: 16 };
      const wholeLedger = new Ledger();
      const whole = await collect(stdin(settings, { input: cut(content, 7) }), { ledger: wholeLedger });
      for (const [index, { position }] of whole.entries()) {
        if (position.cursor === undefined) continue;
        for (const size of [1, 3, 1000]) {
          const ledger = new Ledger();
          await collect(stdin(settings, { input: cut(content, 7) }).pipe(take(index + 1)), { ledger });
          const rest = await collect(stdin(settings, { input: cut(content, size), from: position.cursor }), { ledger });
          expect(documentsOf([...whole.slice(0, index + 1), ...rest])).toEqual(documentsOf(whole));
          expect(rest.at(-1)?.position ?? position).toEqual(whole.at(-1)?.position);
          expect(ledger.toJSON()).toEqual(wholeLedger.toJSON());
        }
      }
      expect(cursorsOf(whole).filter((cursor) => cursor !== undefined).length).toBeGreaterThan(2);
    },
  );

  it("numbers rejected documents as if it had never stopped", async () => {
    const content = Buffer.from('{"text":"a"}\n{oops\n{"text":"b"}\n{"no":1}\n');
    const options = { format: "jsonl", chunkSize: 1, maxRejected: 9 } as const;
    const rejectionsFrom = async (from?: string) => {
      const rejections: Rejection[] = [];
      const onRejected = (rejection: Rejection) => rejections.push(rejection);
      const input = cut(content, 5);
      const batches = await collect(stdin(options, { input, from }), { onRejected });
      return { batches, rejections };
    };
    const whole = await rejectionsFrom();
    expect(whole.rejections).toMatchObject([
      { document: 2, line: 2, offset: 13 },
      { document: 4, line: 4, offset: 32 },
    ]);
    const rest = await rejectionsFrom(whole.batches[0]?.position.cursor);
    expect(rest.rejections).toEqual(whole.rejections);
    const last = await rejectionsFrom(whole.batches[1]?.position.cursor);
    expect(last.rejections).toEqual(whole.rejections.slice(1));
  });

  it("takes what comes as the rest, if told to", async () => {
    const [first] = await collect(stdin({ chunkSize: 4 }, { input: cut(Buffer.from("a\nb\n"), 9) }));
    const options = { onResume: "continue" } as const;
    const rest = await collect(stdin(options, { input: cut(Buffer.from("c\n"), 9), from: first?.position.cursor }));
    expect(documentsOf(rest)).toEqual(["c\n"]);
    expect(rest[0]?.position).toMatchObject({ offset: 6, documents: 3 });
  });

  it("refuses other text than was read before, and something that is no cursor", async () => {
    const [first] = await collect(stdin({}, { input: cut(Buffer.from(news), 99) }));
    const from = first?.position.cursor;
    const resumed = (text: string) => run(stdin({}, { input: cut(Buffer.from(text), 9), from }));
    // 9 + 10 + 1 + 11 + 14 + 6 bytes
    await expect(resumed(`x${news.slice(1)}`)).rejects.toThrow(
      "stdin: standard input must bring the 51 bytes again that were read before, got other text before byte 51; with onResume: continue",
    );
    await expect(resumed("one line\n")).rejects.toThrow("got its end after 9 bytes");
    const long = "词".repeat(300);
    const [whole] = await collect(stdin({}, { input: cut(Buffer.from(`${long}\n`), 9999) }));
    const other = cut(Buffer.from(`${long.slice(0, -1)}字\nmore\n`), 100); // its end is another one
    await expect(run(stdin({}, { input: other, from: whole?.position.cursor }))).rejects.toThrow(
      "got other text before byte 901",
    );
    expect(() => stdin({}, { from: "12" })).toThrow('stdin: from must be a cursor of an earlier batch, got "12"');
  });

  it("tells the counts of a batch with the batch, never before", async () => {
    const ledger = new Ledger();
    const seen: number[] = [];
    const input = cut(Buffer.from("a\nb\nc\nd\n"), 2);
    const onEvent = ({ position }: TextBatch) => {
      expect(ledger.get("documents")).toBe(position.documents);
      expect(ledger.get("bytes")).toBe(position.offset);
      seen.push(position.documents);
    };
    await collect(stdin({ chunkSize: 2 }, { input }), { ledger, onEvent });
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});
