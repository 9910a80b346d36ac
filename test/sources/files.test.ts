import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { take } from "rxjs";
import { describe, expect, it } from "vitest";
import { Ledger, run } from "#runtime";
import type { TextBatch } from "#schemas";
import { type FilesOptions, files, filesSchema } from "#sources";
import { collect } from "../support/collect.js";
import { documentsOf } from "../support/readBack.js";
import { caseCount } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { zstdOf } from "../support/zstdOf.js";

const FIXTURES = join(import.meta.dirname, "../fixtures/sources");

/** The path of a new file with this content. */
async function fileWith(content: string | Uint8Array, name = "a.txt"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const read = async (options: FilesOptions, ledger = new Ledger()) =>
  documentsOf(await collect(files(options), { ledger }));

// A byte-order mark, line ends of all three kinds, blank lines, two- to four-byte characters, no line end at the end.
const NASTY = "\uFEFFone\r\n\r\n \tinner naïve\r\r\n  \n猫坐着 😀\n\n\n\ttab 𝒳\r\nlast";
const NASTY_LINES = ["one\n", "\n", " \tinner naïve\n", "\n", "  \n", "猫坐着 😀\n", "\n", "\n", "\ttab 𝒳\n", "last"];

describe("documents of plain text", () => {
  it("takes each line as a document, with its own line end, blank lines too", async () => {
    expect(await read({ paths: await fileWith(NASTY) })).toEqual(NASTY_LINES);
  });

  it("takes a whole file as a document, an empty one too", async () => {
    const paths = [await fileWith(NASTY), await fileWith(""), await fileWith("x\n")];
    expect(await read({ paths, format: "file" })).toEqual([NASTY_LINES.join(""), "", "x\n"]);
  });

  it("takes what stands between blank lines as a document, which begins at its first visible character", async () => {
    const paths = await fileWith(NASTY);
    expect(await read({ paths, format: "paragraphs" })).toEqual([
      "one\n\n \t",
      "inner naïve\n\n  \n",
      "猫坐着 😀\n\n\n\t",
      "tab 𝒳\nlast",
    ]);
  });

  it("begins no paragraph before the first text of a file", async () => {
    expect(await read({ paths: await fileWith("\n \n\na\nb\n\n"), format: "paragraphs" })).toEqual(["\n \n\na\nb\n\n"]);
  });

  it("begins a document with each file, though the one before lacks a line end", async () => {
    expect(await read({ paths: [await fileWith("a"), await fileWith("b")] })).toEqual(["a", "b"]);
  });

  it("reads the same where batches are read at once, and into memory that it uses again", async () => {
    const text = `${"naïve 猫, a line\r\n".repeat(60)}last`;
    const [packed, ascii] = [gzipSync(text), "a line of ASCII\n".repeat(1000)];
    const paths = [await fileWith(text), await fileWith(""), await fileWith(packed, "b.txt.gz"), await fileWith(ascii)];
    const copied = async (options: FilesOptions) => {
      const batches: TextBatch[] = [];
      const memory = new Set<ArrayBufferLike>();
      const onEvent = (batch: TextBatch) => {
        memory.add(batch.bytes.buffer);
        batches.push({ ...batch, bytes: batch.bytes.slice() });
      };
      await run(filesSchema.create({}, options, { epoch: 0, readAtOnce: true }), { onEvent });
      return { documents: documentsOf(batches), memory: memory.size };
    };
    const whole = await read({ paths });
    for (const chunkSize of [1, 7, 64]) expect((await copied({ paths, chunkSize })).documents).toEqual(whole);
    expect((await copied({ paths: paths[3]!, chunkSize: 100 })).memory).toBeLessThan(5); // of 160 batches
  });

  it.each(["lines", "file", "paragraphs"] as const)("gives the same %s whatever the chunk size", async (format) => {
    const path = await fileWith(NASTY);
    const whole = await read({ paths: path, format });
    for (let chunkSize = 1; chunkSize <= 64; chunkSize++)
      expect(await read({ paths: path, format, chunkSize })).toEqual(whole);
  });

  it("never ends a batch inside a character, and says where in the file each batch ends", async () => {
    const path = await fileWith(NASTY);
    const source = await readFile(path);
    for (const chunkSize of [1, 2, 3, 5]) {
      const batches = await collect(files({ paths: path, chunkSize }));
      let text = "";
      for (const { bytes, position } of batches) {
        text += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        const before = source.toString("utf8", 3, position.offset).replace(/\r\n?/g, "\n");
        expect(text).toBe(before);
        expect(position.source).toBe(path);
      }
      expect(batches.at(-1)!.position).toEqual({ source: path, offset: source.length, documents: 10 });
    }
  });

  it("puts small files together in a batch, and splits a long line over many", async () => {
    const paths = await Promise.all(Array.from({ length: 20 }, (_, i) => fileWith(`file ${i}\n`)));
    expect(await collect(files({ paths }))).toHaveLength(1);
    const long = await fileWith("x".repeat(1_000_000));
    const batches = await collect(files({ paths: long, chunkSize: 1000 }));
    expect(batches).toHaveLength(1000);
    expect(batches.flatMap((batch) => [...batch.documentOffsets])).toEqual([0]);
  });

  it("holds less than two chunks in a batch, however far packed text unpacks", async () => {
    const path = await fileWith(gzipSync(Buffer.alloc(3_000_000, "字")), "long.gz");
    const batches = await collect(files({ paths: path, chunkSize: 4096 }));
    expect(Math.max(...batches.map((batch) => batch.bytes.length))).toBeLessThan(2 * 4096);
    expect(batches.reduce((sum, batch) => sum + batch.bytes.length, 0)).toBe(3_000_000);
  });

  it("gives every batch memory of its own", async () => {
    const batches = await collect(files({ paths: await fileWith("a\nb\nc\n".repeat(100)), chunkSize: 64 }));
    expect(new Set(batches.map((batch) => batch.bytes.buffer)).size).toBe(batches.length);
    for (const { bytes } of batches) expect(bytes.buffer.byteLength).toBe(bytes.length);
  });
});

describe("invalid UTF-8", () => {
  it("is replaced as TextDecoder does it, and counted for the run and the file", async () => {
    // Five faulty bytes: ff; e2 82 (a character cut short, one mark for both); c0 80 (overlong, one mark each).
    const path = await fileWith(Buffer.from("61ff62e28263c08064", "hex"));
    const ledger = new Ledger();
    expect(await read({ paths: path }, ledger)).toEqual(["a\uFFFDb\uFFFDc\uFFFD\uFFFDd"]);
    expect(ledger.get("invalidBytes")).toBe(5);
    expect(ledger.child(path).get("invalidBytes")).toBe(5);
  });

  it("becomes the same text and the same count for any bytes and any chunk size", async () => {
    const path = await fileWith("");
    const nastyByte = fc.constantFrom(
      0x0a,
      0x0d,
      0x41,
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc3,
      0xe0,
      0xe4,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    );
    const property = fc.asyncProperty(
      fc.array(nastyByte, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (list, chunkSize) => {
        await writeFile(path, Buffer.from(list));
        const ledgers = [new Ledger(), new Ledger()] as const;
        const expected = new TextDecoder().decode(Uint8Array.from(list)).replace(/\r\n?/g, "\n");
        expect((await read({ paths: path, chunkSize, format: "file" }, ledgers[0])).join("")).toBe(expected);
        await read({ paths: path, format: "file" }, ledgers[1]);
        expect(ledgers[0].get("invalidBytes")).toBe(ledgers[1].get("invalidBytes"));
      },
    );
    await fc.assert(property, { seed: 7, numRuns: caseCount(300) });
  });

  it("ends the run under reject, with its place", async () => {
    const path = await fileWith(Buffer.concat([Buffer.from("\uFEFFone\r\ntwo\r猫"), Buffer.from([0xff, 0x0a])]));
    for (const chunkSize of [1, 4, 100]) {
      // 3 bytes of mark, 5 of "one\r\n", 4 of "two\r", 3 of the cat
      const error = `files: ${path} line 3: invalid UTF-8 byte 0xff at offset 15`;
      await expect(read({ paths: path, onInvalid: "reject", chunkSize })).rejects.toThrow(new SyntaxError(error));
    }
  });
});

describe("what is no text", () => {
  const bzip2 = Buffer.from("425a68393141592653591d5e59d5000000c1000010006020002198198461772453850901d5e59d50", "hex"); // "hi\n"
  const iconv = "iconv -f UTF-16LE -t UTF-8 makes text of it";
  const mark = "UTF-16 (it begins with the byte-order mark fffe); iconv -f UTF-16 -t UTF-8 makes text of it";

  it.each([
    ["bzip2", bzip2, "must be text, gzip or Zstandard, got bzip2; bzip2 -dc makes text of it"],
    [
      "bzip2 in gzip",
      gzipSync(bzip2),
      "must be text, gzip or Zstandard, got bzip2 in gzip; gzip -dc | bzip2 -dc makes text of it",
    ],
    [
      "gzip in gzip",
      gzipSync(gzipSync("猫\n")),
      "must be text, gzip or Zstandard, got gzip in gzip; gzip -dc | gzip -dc makes text of it",
    ],
    ["UTF-16", Buffer.from("\uFEFFa", "utf16le"), `must be UTF-8, got ${mark}`],
    [
      "UTF-16 in gzip",
      gzipSync(Buffer.from("\uFEFF猫", "utf16le")),
      /must be UTF-8, got UTF-16 .* in gzip; gzip -dc \| iconv/,
    ],
    [
      "no mark",
      Buffer.from("猫坐着。\nhi\n", "utf16le"),
      `must be UTF-8, got UTF-16LE without a byte-order mark; ${iconv}`,
    ],
  ])("is refused: %s, wherever the chunks were cut", async (_, bytes, fault) => {
    const path = await fileWith(bytes);
    for (const chunkSize of [1, 3, 1000]) {
      const error = typeof fault === "string" ? `files: ${path}: ${fault}` : fault;
      await expect(read({ paths: path, chunkSize })).rejects.toThrow(error);
    }
  });

  it("is refused in every format", async () => {
    for (const format of ["lines", "file", "paragraphs", "jsonl", "csv", "tsv"] as const)
      await expect(read({ paths: await fileWith(bzip2), format, maxRejected: 9 })).rejects.toThrow("got bzip2");
  });

  it("is nothing that merely begins with the same letters, or nothing at all", async () => {
    const texts = ["PAR1 and BZh9", "PK", "%PDF-1.4 begins so", "", "\0a"];
    const paths = await Promise.all(texts.map((text) => fileWith(text)));
    expect(await read({ paths, format: "file" })).toEqual(texts);
    const cut = await fileWith("", "corpus.txt.bz2");
    await expect(read({ paths: cut })).rejects.toThrow(`files: ${cut}: must be a whole packed file, got 0 bytes`);
  });
});

describe("records", () => {
  const jsonl = '{"text":"one"}\r\n\n{"id":2,"text":"two\\r\\nlines 猫"}\n{"text":null}\n{"text":""}';

  it("reads a field of JSON lines, null as an empty document", async () => {
    const ledger = new Ledger();
    const path = await fileWith(jsonl, "a.jsonl");
    expect(await read({ paths: path }, ledger)).toEqual(["one", "two\nlines 猫", "", ""]);
    expect([ledger.get("documents"), ledger.get("nulls"), ledger.get("bytes")]).toEqual([
      4,
      1,
      Buffer.byteLength(jsonl),
    ]);
  });

  it("finds a field of an object inside, and one whose own name holds a dot", async () => {
    const path = await fileWith('{"a":{"b":"inner"}}\n{"a.b":"dotted"}\n', "a.ndjson");
    expect(await read({ paths: path, field: "a.b" })).toEqual(["inner", "dotted"]);
  });

  it("replaces half a surrogate pair and counts its three bytes", async () => {
    const ledger = new Ledger();
    const path = await fileWith('{"text":"a\\ud800b"}', "a.jsonl");
    expect(await read({ paths: path }, ledger)).toEqual(["a\uFFFDb"]);
    expect(ledger.get("invalidBytes")).toBe(3);
    await expect(read({ paths: path, onInvalid: "reject" })).rejects.toThrow(
      `files: ${path} line 1: invalid Unicode, half a surrogate pair`,
    );
  });

  const csv = '\uFEFFid,text\r\n1,"he said ""no"",\r\nthen 猫"\r\n\r\n2,plain\r\n3,\r\n';

  it("reads a column of CSV with quotes, commas and line ends inside, by name or number", async () => {
    const path = await fileWith(csv, "a.csv");
    const expected = ['he said "no",\nthen 猫', "plain", ""];
    expect(await read({ paths: path })).toEqual(expected);
    expect(await read({ paths: path, field: "2" })).toEqual(expected);
    expect(await read({ paths: path, field: "2", header: false })).toEqual(["text", ...expected]);
  });

  it("reads back any cells that were written as CSV, in any column, at any chunk size", async () => {
    const path = await fileWith("", "a.csv");
    const cell = fc.string({ unit: fc.constantFrom("a", "猫", '"', ",", "\n", "\r\n", " ", "\t"), maxLength: 6 });
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
    const property = fc.asyncProperty(
      table,
      fc.nat(2),
      fc.integer({ min: 1, max: 20 }),
      async (rows, column, chunkSize) => {
        const quoted = (text: string, i: number) =>
          i > 0 && /^[a猫 \t]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
        await writeFile(path, rows.map((row) => row.map(quoted).join(",")).join("\r\n"));
        const found = await read({ paths: path, header: false, field: String(column + 1), chunkSize });
        expect(found).toEqual(rows.map((row) => row[column]!.replaceAll("\r\n", "\n")));
      },
    );
    await fc.assert(property, { seed: 11, numRuns: caseCount(200) });
  });

  const tsv = 'label\ttext\nx\t"quotes" stay\r\n\ny\t猫\n';

  it("reads a column of TSV, in which quotes mean nothing", async () => {
    const path = await fileWith(tsv, "a.tsv");
    expect(await read({ paths: path })).toEqual(['"quotes" stay', "猫"]);
    expect(await read({ paths: path, field: "label" })).toEqual(["x", "y"]);
  });

  it.each([
    ["a.jsonl", jsonl],
    ["a.csv", csv],
    ["a.tsv", tsv],
  ])("gives the same documents of %s whatever the chunk size, and ends at the file's end", async (name, content) => {
    const path = await fileWith(content, name);
    const whole = await read({ paths: path });
    for (let chunkSize = 1; chunkSize <= 64; chunkSize++) {
      const batches = await collect(files({ paths: path, chunkSize }));
      expect(documentsOf(batches)).toEqual(whole);
      expect(batches.at(-1)!.position.documents).toBe(whole.length);
    }
  });

  it.each([
    ["a.jsonl", '{"text":"a"}\n{"text":\n', /a\.jsonl line 2: must be one JSON value, got "\{\\"text\\":"$/],
    [
      "b.jsonl",
      '{"body":"a","id":1}\n',
      /b\.jsonl line 1: must have a text in "text" \(option field\), got an object with body, id$/,
    ],
    ["c.jsonl", '{"text":[1]}\n', /c\.jsonl line 1: text must be a text, got \[1\]$/],
    ["d.jsonl", "7\n", /d\.jsonl line 1: must have a text in "text" \(option field\), got 7$/],
    [
      "a.csv",
      "id,body\n1,b\n",
      /a\.csv: field must be a column's name or number from 1, got none, and no column is called text; the columns are id, body$/,
    ],
    ["b.csv", "id,text\n1\n", /b\.csv line 2: must have 2 columns, got 1$/],
    ["c.csv", 'id,text\n1,"open\n', /c\.csv line 2: must be a CSV record, got a quote that is not closed$/],
    [
      "d.csv",
      'id,text\n"1\n2",b\n1,5" nail\n',
      /d\.csv line 4: must be a CSV record, got a quote inside a cell that does not begin with one$/,
    ],
    ["e.csv", 'id,text\n1,"a"b\n', /e\.csv line 2: must be a CSV record, got text behind a closing quote$/],
    [
      "a.tsv",
      "id\tbody\n",
      /a\.tsv: field must be a column's name or number from 1, got none, and no column is called text; the columns are id, body$/,
    ],
    ["b.tsv", "id\ttext\n1\n", /b\.tsv line 2: must have 2 columns, got 1$/],
  ])("says where %s is at fault (%#)", async (name, content, message) => {
    await expect(read({ paths: await fileWith(content, name) })).rejects.toThrow(message);
  });

  it.each(["a.jsonl", "a.csv", "a.tsv"])(
    "refuses a record of %s beyond maxRecordLength, before holding it",
    async (name) => {
      const record = { "a.jsonl": '{"text":"', "a.csv": 'text\n"', "a.tsv": "text\n" }[name];
      const path = await fileWith(record + "x".repeat(5000), name);
      await expect(read({ paths: path, maxRecordLength: 1000, chunkSize: 100 })).rejects.toThrow(
        /line \d: a record must be at most 1000 bytes \(maxRecordLength\), got more$/,
      );
    },
  );

  it("counts and places invalid bytes in records", async () => {
    const bad = (before: string, after: string) =>
      Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
    const jsonPath = await fileWith(bad('{"text":"a"}\n{"text":"', '"}\n'), "a.jsonl");
    const csvPath = await fileWith(bad("text\na\n", "\n"), "a.csv");
    const ledger = new Ledger();
    expect(await read({ paths: [jsonPath, csvPath] }, ledger)).toEqual(["a", "\uFFFD", "a", "\uFFFD"]);
    expect(ledger.get("invalidBytes")).toBe(2);
    await expect(read({ paths: jsonPath, onInvalid: "reject" })).rejects.toThrow(
      "line 2: invalid UTF-8 byte 0xff at offset 22",
    );
    await expect(read({ paths: csvPath, onInvalid: "reject" })).rejects.toThrow(
      "line 3: invalid UTF-8 byte 0xff at offset 7",
    );
  });
});

describe("packed files", () => {
  const text = Array.from({ length: 300 }, (_, i) => `line ${i} 猫\n`).join("");

  it("unpacks gzip by content, of any name and of many members", async () => {
    const packed = Buffer.concat([gzipSync(text.slice(0, 1000)), gzipSync(""), gzipSync(text.slice(1000))]);
    const path = await fileWith(packed, "no-name");
    const ledger = new Ledger();
    expect((await read({ paths: path }, ledger)).join("")).toBe(text);
    expect(ledger.get("bytes")).toBe(Buffer.byteLength(text));
    for (const chunkSize of [1, 7, 64]) expect((await read({ paths: path, chunkSize })).join("")).toBe(text);
  });

  it("reads text that only has the name of a packed file", async () => {
    expect(await read({ paths: await fileWith("plain\n", "a.txt.gz") })).toEqual(["plain\n"]);
  });

  it("unpacks Zstandard, of many frames", async () => {
    const path = join(FIXTURES, "two-frames.txt.zst");
    const lines = await read({ paths: path });
    expect(lines).toHaveLength(200);
    expect(lines[199]).toBe("line 199 of a text with 猫 3\n"); // 199 = 28 x 7 + 3
    for (const chunkSize of [1, 5, 64]) expect(await read({ paths: path, chunkSize })).toEqual(lines);
  });

  it("takes records out of packed files", async () => {
    expect(await read({ paths: await fileWith(gzipSync('{"text":"a"}\n'), "a.jsonl.gz") })).toEqual(["a"]);
    expect(await read({ paths: await fileWith(gzipSync("text\na\n"), "a.csv.gz") })).toEqual(["a"]);
  });

  it("says that a gzip file was cut, at any place, or is damaged", async () => {
    const whole = gzipSync(text);
    for (const length of [5, 12, 500, whole.length - 8, whole.length - 1]) {
      const path = await fileWith(whole.subarray(0, length));
      await expect(read({ paths: path })).rejects.toThrow(
        `files: ${path}: must be a whole gzip file, got unexpected end of file`,
      );
    }
    const damaged = Buffer.from(whole);
    damaged[whole.length - 6]! ^= 1; // in the checksum
    await expect(read({ paths: await fileWith(damaged) })).rejects.toThrow(
      /must be a whole gzip file, got incorrect data check$/,
    );
  });

  it("refuses bytes behind the end of a packed file, wherever the chunks were cut", async () => {
    const zstd = await readFile(join(FIXTURES, "two-frames.txt.zst"));
    for (const chunkSize of [1, 7, 100_000]) {
      const padded = await fileWith(Buffer.concat([gzipSync(text), Buffer.alloc(9)]));
      await expect(read({ paths: padded, chunkSize })).rejects.toThrow(
        "must be a whole gzip file, got zeros behind its end",
      );
      const followed = await fileWith(Buffer.concat([gzipSync(text), Buffer.from("more")]));
      await expect(read({ paths: followed, chunkSize })).rejects.toThrow(
        "must be a whole gzip file, got incorrect header check",
      );
      const zstdPath = await fileWith(Buffer.concat([zstd, Buffer.from("more")]));
      await expect(read({ paths: zstdPath, chunkSize })).rejects.toThrow(
        "must be a whole zstd file, got bytes after the last frame",
      );
    }
  });

  it("refuses a Zstandard file that wants more memory than zstd gives without being told to", async () => {
    const packed = zstdOf("猫\n");
    packed[5] = (28 - 10) << 3; // a window of 2^28 bytes
    await expect(read({ paths: await fileWith(packed) })).rejects.toThrow(
      "must be a whole zstd file, got one with a window of more than 128 MiB",
    );
  });

  it("says that a Zstandard file was cut, at any place, or is damaged", async () => {
    const whole = await readFile(join(FIXTURES, "two-frames.txt.zst"));
    for (let length = 5; length < whole.length; length += 37) {
      const path = await fileWith(whole.subarray(0, length));
      const isFrameEnd = await read({ paths: path }).then(
        (lines) => lines.length < 200,
        (error) => /must be a whole zstd file/.test(error.message),
      );
      expect(isFrameEnd).toBe(true);
    }
    for (const length of [whole.length - 1, whole.length - 4, whole.length - 20]) {
      await expect(read({ paths: await fileWith(whole.subarray(0, length)) })).rejects.toThrow(
        /must be a whole zstd file/,
      );
    }
    const damaged = Buffer.from(whole);
    damaged[whole.length - 1]! ^= 1; // in the checksum
    await expect(read({ paths: await fileWith(damaged) })).rejects.toThrow(/must be a whole zstd file/);
  });
});

describe("Parquet", () => {
  const once = ["the cat", "猫\n坐着", "", "", "the cat", "naïve 😀"];
  const expected = [...once, ...once, ...once, ...once, ...once];

  it.each(["zstd-dictionary", "snappy-plain", "gzip-page-index", "lz4-binary"])(
    "reads a column of %s, as pyarrow wrote it",
    async (name) => {
      const path = join(FIXTURES, `${name}.parquet`);
      const ledger = new Ledger();
      expect(await read({ paths: path }, ledger)).toEqual(expected);
      expect([ledger.get("documents"), ledger.get("nulls")]).toEqual([30, 5]);
      expect(await read({ paths: path, chunkSize: 1 })).toEqual(expected);
    },
  );

  it("reads a member of a struct", async () => {
    const paths = join(FIXTURES, "zstd-dictionary.parquet");
    expect(await read({ paths, field: "article.body" })).toEqual(expected);
  });

  it("is known by its content, not its name", async () => {
    const bytes = await readFile(join(FIXTURES, "snappy-plain.parquet"));
    const path = await fileWith(bytes, "a.txt");
    expect(await read({ paths: path })).toEqual(expected);
    await expect(read({ paths: path, format: "lines" })).rejects.toThrow(
      "must be text, gzip or Zstandard, got a Parquet file",
    );
  });

  it.each([
    ["body", 'field must be one of its columns, got "body"; the columns are id, text, article.body, tags.list.element'],
    ["id", "the column id must hold text, got INT64"],
    ["tags", "the column tags must hold text, got a nested column"],
    ["article", "the column article must hold text, got a nested column"],
  ])("refuses the column %s", async (field, message) => {
    const path = join(FIXTURES, "zstd-dictionary.parquet");
    await expect(read({ paths: path, field })).rejects.toThrow(`files: ${path}: ${message}`);
  });

  it("says that a file was cut, or is not one", async () => {
    const whole = await readFile(join(FIXTURES, "zstd-dictionary.parquet"));
    for (const bytes of [whole.subarray(0, 2000), whole.subarray(0, 6), Buffer.from("text"), Buffer.alloc(0)]) {
      const path = await fileWith(bytes, "a.parquet");
      await expect(read({ paths: path })).rejects.toThrow(`files: ${path}: must be a whole Parquet file, got `);
    }
  });

  it("never crashes on damage: it reads, or says what is wrong", async () => {
    const whole = await readFile(join(FIXTURES, "zstd-dictionary.parquet"));
    const path = await fileWith("", "a.parquet");
    for (let at = 4; at < whole.length - 4; at += 41) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 0xff;
      await writeFile(path, damaged);
      const outcome = await read({ paths: path }).then(
        (documents) => documents.length, // a letter changed where nothing guards it
        (error: Error) => error.message,
      );
      if (outcome !== 30) expect(outcome).toMatch(/^files: .*a\.parquet: (must|field|the column)/);
    }
  });
});

describe("as a stream", () => {
  it("is cold: a second subscription reads the same again", async () => {
    const source = files({ paths: await fileWith("a\nb\n") });
    expect(documentsOf(await collect(source))).toEqual(documentsOf(await collect(source)));
    expect(filesSchema.replayable).toBe(true);
  });

  it("counts bytes and documents for the run and each file", async () => {
    const [one, two] = [await fileWith("a\nb\n"), await fileWith("猫")];
    const ledger = new Ledger();
    await read({ paths: [one!, two!] }, ledger);
    expect(Object.fromEntries(ledger.counts)).toEqual({ inputBytes: 7, bytes: 7, documents: 3 });
    expect(Object.fromEntries(ledger.child(two!).counts)).toEqual({ inputBytes: 3, bytes: 3, documents: 1 });
  });

  it.each([
    ["plain text", "a.txt", Buffer.alloc(500_000, "a line\n")],
    ["gzip", "a.gz", gzipSync(Buffer.alloc(500_000, "a line\n"))],
    ["CSV", "a.csv", Buffer.concat([Buffer.from("text\n"), Buffer.alloc(500_000, "a line\n")])],
  ])("closes %s after take(2)", async (_, name, content) => {
    const path = await fileWith(content, name);
    const batches = await collect(files({ paths: path, chunkSize: 1000 }).pipe(take(2)));
    expect(batches).toHaveLength(2);
    await expect.poll(() => isOpen(path)).toBe(false);
  });

  it("closes the file and rejects when it is aborted", async () => {
    const path = await fileWith(Buffer.alloc(500_000, "a line\n"));
    const abort = new AbortController();
    let events = 0;
    const running = run(files({ paths: path, chunkSize: 1000 }), {
      signal: abort.signal,
      onEvent: () => {
        if (++events === 3) abort.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => isOpen(path)).toBe(false);
    expect(events).toBe(3);
  });

  it("closes a file that is at fault", async () => {
    const path = await fileWith("{", "a.jsonl");
    await expect(read({ paths: path })).rejects.toThrow("must be one JSON value");
    expect(await isOpen(path)).toBe(false);
  });

  it("says that it must be run", async () => {
    const error = await new Promise((resolve) => files({ paths: "x" }).subscribe({ error: resolve }));
    expect(String(error)).toMatch(/^TypeError: files: must be subscribed inside run/);
  });
});

/** Whether this process holds the file open; only Linux tells. */
async function isOpen(path: string): Promise<boolean> {
  const descriptors = await readdir("/proc/self/fd").catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return targets.includes(path);
}

describe("wrong options and places", () => {
  it("throws at the call for a wrong option", () => {
    expect(() => files({ paths: "a", chunkSize: 0 })).toThrow(
      new RangeError("files: chunkSize must be an integer >= 1, got 0"),
    );
    expect(() => files({} as FilesOptions)).toThrow("files: paths is required and must be a path or a list of paths");
    expect(() => files({ paths: [] })).toThrow(
      "files: paths must be a path or a list of paths, at least 1, none of them",
    );
  });

  it("says what is missing", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other", "a.bin"), "");
    const cases: [string, string][] = [
      ["no.txt", "must be a file, a folder or a glob, got nothing there"],
      ["*.csv", "must match a file, got none"],
      ["other/a.bin/x", "must be readable, got ENOTDIR"],
      ["other", "must hold text files, got 1 file of other kinds; a glob takes files of any name"],
    ];
    for (const [name, message] of cases) await expect(read({ paths: join(folder, name) })).rejects.toThrow(message);
  });
});
