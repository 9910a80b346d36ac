import { PassThrough, Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { Ledger } from "lexstream/kernels";
import { run } from "lexstream/pipelines";
import { type StdinOptions, stdin, stdinSchema } from "lexstream/sources";
import { take } from "rxjs";
import { describe, expect, it } from "vitest";
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
  documentsOf(await collect(stdin(options, cut(Buffer.from(content), size))));

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

  it("names itself in errors and in the ledger", async () => {
    await expect(read(Buffer.from([0x61, 0xff]), { onInvalid: "reject" })).rejects.toThrow(
      "stdin: standard input line 1: invalid UTF-8 byte 0xff at offset 1",
    );
    const ledger = new Ledger();
    await collect(stdin({}, cut(Buffer.from([0x61, 0xff]), 1)), { ledger });
    expect(ledger.child("standard input").get("invalidBytes")).toBe(1);
  });

  it("says in its schema and at a second subscription that it can be read once", async () => {
    const source = stdin({}, cut(Buffer.from("a\n"), 10));
    expect(documentsOf(await collect(source))).toEqual(["a\n"]);
    await expect(run(source)).rejects.toThrow("stdin: standard input must be read once, got a second subscription");
    expect(stdinSchema.replayable).toBe(false);
  });

  it("passes on what is there while more may come", async () => {
    const input = new PassThrough();
    input.write("a\nb\n");
    const batches = await collect(stdin({ chunkSize: 2 }, input).pipe(take(2)));
    expect(documentsOf(batches)).toEqual(["a\n", "b\n"]);
    await expect.poll(() => input.destroyed).toBe(true);
  });

  it("stops at once when aborted while it waits for input", async () => {
    const input = new PassThrough();
    const abort = new AbortController();
    const running = run(stdin({}, input), { signal: abort.signal });
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
    await expect(run(stdin({}, input))).rejects.toThrow("the other side is gone");
  });
});
