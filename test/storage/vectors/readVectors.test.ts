import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { strokeBuckets } from "#kernels";
import { Ledger } from "#runtime";
import { writeVectors } from "#sinks";
import { readVectors } from "#storage";
import { collect } from "../../support/collect.js";
import { twoLanguages, vectorTable } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { unsigned } from "../../support/unsigned.mjs";
import { zstdOf } from "../../support/zstdOf.js";

async function fileOf(content: string | Uint8Array, name = "v"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const table = vectorTable(twoLanguages, 3);

it.each(["v.arrow", "v.parquet", "v.vec", "v.bin", "v.tsv"])(
  "refuses a file cut short at any byte: %s",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    await collect(of(table).pipe(writeVectors({ path })));
    const whole = await readFile(path);
    const accepted: number[] = [];
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      await readVectors(path).then(
        () => accepted.push(length),
        (error) => expect(error.message).toContain(path),
      );
    }
    expect(accepted).toEqual([]);
  },
);

it("refuses GloVe text cut within a line; one cut at a line end cannot be told from a whole one", async () => {
  const path = join(await temporaryFolder(), "v.glove");
  await collect(of(table).pipe(writeVectors({ path })));
  const whole = await readFile(path);
  const lineEnds = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  const accepted: number[] = [];
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    await readVectors(path, { format: "gloveText" }).then(
      () => accepted.push(length),
      () => {},
    );
  }
  expect(accepted).toEqual(lineEnds.slice(0, -1));
});

it("refuses gzip cut short at any byte, and reads whole gzip", async () => {
  const packed = gzipSync("2 2\nthe 1 -0.5\n猫 0.25 2\n");
  const path = await fileOf(packed);
  expect(await readVectors(path)).toMatchObject({ terms: ["the", "猫"], values: Float32Array.of(1, -0.5, 0.25, 2) });
  for (let length = 1; length < packed.length; length++) {
    await writeFile(path, packed.subarray(0, length));
    await expect(readVectors(path), `${length}`).rejects.toThrow(path);
  }
});

const word2vec = "2 2\nthe 1 -0.5\n猫 0.25 2\n";
const glove = word2vec.slice(word2vec.indexOf("\n") + 1);
const expected = { terms: ["the", "猫"], values: Float32Array.of(1, -0.5, 0.25, 2) };

it.each([
  ["word2vec's text", word2vec],
  ["GloVe's", glove],
])("passes over a byte-order mark before %s, packed or not", async (_, text) => {
  for (const bytes of [Buffer.from(`\ufeff${text}`), gzipSync(`\ufeff${text}`), zstdOf(`\ufeff${text}`)])
    expect(await readVectors(await fileOf(bytes))).toMatchObject(expected);
});

it("reads Zstandard as gzip, and heeds its checksum", async () => {
  const path = join(await temporaryFolder(), "v.bin");
  await collect(of(table).pipe(writeVectors({ path })));
  const packed = zstdOf(await readFile(path));
  expect(await readVectors(await fileOf(packed))).toMatchObject({ terms: table.terms, values: table.values });
  packed[packed.length - 1]! ^= 1;
  await expect(readVectors(await fileOf(packed))).rejects.toThrow("must be a whole zstd file, got ");
});

const bzip2 = Buffer.from("BZh91AY&SY\x1d^Y", "latin1");

it.each([
  ["bzip2", bzip2, "bzip2; bzip2 -dc makes text of it"],
  ["bzip2 in gzip", gzipSync(bzip2), "bzip2 in gzip; gzip -dc | bzip2 -dc makes text of it"],
  ["gzip in gzip", gzipSync(gzipSync(word2vec)), "gzip in gzip; gzip -dc | gzip -dc makes text of it"],
  ["zip", Buffer.from("504b0304140000000800", "hex"), "zip; unzip -p makes text of it"],
  [
    "a fastText model",
    Buffer.from("ba162f4f0c000000", "hex"),
    "a fastText model; the .vec file that fastText writes beside it is read",
  ],
  [
    "a gensim model",
    Buffer.from("80049500", "hex"),
    "a Python pickle; gensim's save_word2vec_format writes vectors that are read",
  ],
])("says what is no file of vectors: %s", async (_, bytes, found) => {
  const path = await fileOf(bytes);
  for (const format of ["auto", "word2vecText", "word2vecBinary", "gloveText"] as const)
    await expect(readVectors(path, { format })).rejects.toThrow(
      new SyntaxError(`${path}: must be a file of vectors, got ${found}`),
    );
});

it("says that text is not in UTF-8, and that a table is packed", async () => {
  const wide = await fileOf(Buffer.from(`\ufeff${word2vec}`, "utf16le"));
  await expect(readVectors(wide)).rejects.toThrow(`${wide}: must be UTF-8, got UTF-16 (`);
  const arrow = join(await temporaryFolder(), "v.arrow");
  await collect(of(table).pipe(writeVectors({ path: arrow })));
  const packed = await fileOf(gzipSync(await readFile(arrow)));
  await expect(readVectors(packed)).rejects.toThrow("must be an Arrow or Parquet file, not packed, got gzip");
});

it("never takes flipped bits in gzip for other vectors: its checksum is heeded", async () => {
  const packed = gzipSync("2 2\nthe 1 -0.5\n猫 0.25 2\n");
  const path = await fileOf(packed);
  for (let bit = 0; bit < packed.length * 8; bit += 3) {
    const damaged = Buffer.from(packed);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(path, damaged);
    const terms = await readVectors(path).then(
      (read) => [...read.terms, ...read.values],
      () => undefined,
    );
    if (terms) expect(terms, `bit ${bit}`).toEqual(["the", "猫", 1, -0.5, 0.25, 2]); // the header's time and system say nothing
  }
});

it("ends with an error where a batch of an Arrow file is damaged", async () => {
  const path = join(await temporaryFolder(), "v.arrow");
  await collect(of(table).pipe(writeVectors({ path })));
  const bytes = unsigned(await readFile(path));
  bytes[8]! ^= 1; // the mark before the first batch's length
  await writeFile(path, bytes);
  await expect(readVectors(path)).rejects.toThrow(`${path}: must be a whole, uncompressed Arrow file, got: `);
});

it("reads what word2vec.c writes: a space at the end of each line, CRLF, tabs, exponents", async () => {
  const path = await fileOf("2 2 \r\n</s> 0.004003 0.004419 \r\nthe\t-1e-3\t+.5\r\n");
  const read = await readVectors(path);
  expect(read.terms).toEqual(["</s>", "the"]);
  expect(read.values).toEqual(Float32Array.of(0.004003, 0.004419, -0.001, 0.5));
});

it("reads word2vec binary with and without line ends, as word2vec.c and gensim write it", async () => {
  const record = (term: string, ...numbers: number[]) =>
    Buffer.concat([Buffer.from(`${term} `), Buffer.from(Float32Array.from(numbers).buffer)]);
  const expected = { terms: ["the", "猫"], values: Float32Array.of(1, 2, 3, 4), vectorSize: 2 };
  const gensim = Buffer.concat([Buffer.from("2 2\n"), record("the", 1, 2), record("猫", 3, 4)]);
  const original = Buffer.concat([
    Buffer.from("2 2\n"),
    record("the", 1, 2),
    Buffer.from("\n"),
    record("猫", 3, 4),
    Buffer.from("\n"),
  ]);
  expect(await readVectors(await fileOf(gensim))).toMatchObject(expected);
  expect(await readVectors(await fileOf(original))).toMatchObject(expected);
  expect(await readVectors(await fileOf(gzipSync(original)))).toMatchObject(expected);
  const longer = await fileOf(Buffer.concat([gensim, Buffer.from("x")]));
  await expect(readVectors(longer)).rejects.toThrow(
    `${longer}: must end after the 2 terms of its header, got more at byte 28`,
  ); // 4 + 12 + 12
});

it("reads records that go across the edges of what is read at once", async () => {
  const large = vectorTable(
    Array.from({ length: 3000 }, (_, i) => `词${i}`),
    101,
  ); // 1.2 MB in binary, 3 MB in text
  const folder = await temporaryFolder();
  for (const name of ["v.bin", "v.vec", "v.glove", "v.tsv", "v.arrow", "v.parquet"]) {
    await collect(of(large).pipe(writeVectors({ path: join(folder, name) })));
    const read = await readVectors(join(folder, name));
    expect(
      read.values.every((value, i) => value === large.values[i]),
      name,
    ).toBe(true);
    expect(read.terms.join(), name).toBe(large.terms.join());
  }
});

it("keeps <unk> and terms with spaces of GloVe's files where they are surely no numbers", async () => {
  const read = await readVectors(await fileOf("the 1 2\n. . . 3 4\nat name@domain.com 5 6\n<unk> 7 8\n"));
  expect(read.terms).toEqual(["the", ". . .", "at name@domain.com", "<unk>"]);
});

const faults: [title: string, content: string, message: string][] = [
  ["a row too short", "2 2\na 1 2\nb 1\n", "line 3 must hold a term and 2 finite numbers, got 2 fields"],
  ["a row too long", "2 2\na 1 2\nb 1 2 3\n", "line 3 must hold a term and 2 finite numbers, got 4 fields"],
  [
    "a word for a number",
    "2 2\na 1 2\nb 1 x\n",
    'line 3 must hold a term and 2 finite numbers, got 3 fields in "b 1 x"',
  ],
  ["nan", "2 2\na 1 2\nb 1 nan\n", "line 3 must hold a term and 2 finite numbers"],
  ["a number above float32", "1 1\na 1e39\n", "line 2 must hold a term and 1 finite numbers"],
  ["two separators", "1 2\na  1 2\n", "line 2 must hold a term and 2 finite numbers"],
  ["an empty line", "2 1\na 1\n\n", "line 3 must hold a term and 1 finite numbers"],
  ["no term", "1 1\n 1\n", "line 2 must begin with a term, got none"],
  ["a row too many", "1 1\na 1\nb 2\n", "line 3 must not be there, since the header promises 1 term"],
  [
    "a header that promises too much",
    "9999999999 300\na 1\n",
    "must hold the 9999999999 terms of its header, got only 19 bytes",
  ],
  ["vectors of no size", "1 0\na\n", "the header's vector size must be from 1 to 1048576, got 0"],
  ["a term twice", "2 1\na 1\na 2\n", 'terms must differ, got "a" again in line 3'],
  ["a term twice in GloVe", "a 1 2\na 1 2\n", 'terms must differ, got "a" again in line 2'],
  ["a row of another size in GloVe", "a 1 2\nb 1 2 3\n", "line 2 must hold a term and 2 finite numbers, got 4 fields"],
];

it.each(faults)("refuses %s, with the line", async (_, content, message) => {
  const path = await fileOf(content);
  await expect(readVectors(path)).rejects.toThrow(`${path}: ${message}`);
});

it.each([
  ["", "an empty file"],
  ["a,0.1,0.2\n猫,0.3,0.4\n", "text with commas between its fields, not single spaces"],
  ["term, x, y\na, 1, 2\n", "text with commas between its fields, not single spaces"],
  ["2;2\na;1;2\n", "text with semicolons between its fields, not single spaces"],
  ["猫\t0.1\t0.2\n", "text with tabs between its fields, not single spaces"],
  ["猫  0.1 0.2\n", "text with more than one space between two fields"],
  ["2  2\n猫 1 2\n", "text with more than one space between two fields"],
  [" 猫 0.1 0.2\n", "text with white space before its first field"],
  ["猫 0,1 0,2\n", "text with commas within its numbers, not points"],
  ["第一章\n", 'text that begins with "第一章"'],
  ["{}\n", 'text that begins with "{}"'],
  ["\0\x01\x02", "an unknown format"],
])("says what %j is that is no file of vectors", async (content, what) => {
  const path = await fileOf(content);
  await expect(readVectors(path)).rejects.toThrow(`readVectors: ${path} must be a file of vectors, got ${what}`);
});

it.each([
  ["2 2\na 1 2\n猫  3  4\n", "line 3", "more than one space between two fields"],
  ["1 2\n猫,1,2\n", "line 2", "commas between its fields, not single spaces"],
  ["1 2\n猫 0,1 0,2\n", "line 2", "commas within its numbers, not points"],
  ["a 1 2\n猫 \t3 4\n", "line 2", "more than one space between two fields"],
])("says what separates the fields of a row in %j", async (content, line, what) => {
  await expect(readVectors(await fileOf(content))).rejects.toThrow(
    new RegExp(`: ${line} must hold a term and 2 finite numbers, got \\d fields in ".+", with ${what}$`),
  );
});

it("refuses a file that is not there, and a format that is none", async () => {
  await expect(readVectors("/not/there")).rejects.toThrow("ENOENT");
  await expect(readVectors("x", { format: "onnx" as "arrow" })).rejects.toThrow(
    "readVectors: format must be one of auto",
  );
});

it("refuses terms that are not UTF-8, or replaces and counts them, with the line", async () => {
  const path = await fileOf(Buffer.from("3 1\nna\xefve 1\nb 2\nb 3\n", "latin1"));
  await expect(readVectors(path)).rejects.toThrow(`${path}: line 2 must begin with a term in UTF-8, got "na\ufffdve"`);
  const ledger = new Ledger();
  const read = await readVectors(path, { onInvalid: "replace" }, ledger);
  expect(read.terms).toEqual(["na\ufffdve", "b"]);
  expect(read.values).toEqual(Float32Array.of(1, 2));
  expect(Object.fromEntries(ledger.child(path).counts)).toEqual({ invalidTerms: 1, duplicateTerms: 1 });
});

it("refuses numbers that are not finite in binary, with the byte", async () => {
  const path = await fileOf(Buffer.concat([Buffer.from("1 1\na "), Buffer.from("0000c07f", "hex")])); // a quiet NaN
  await expect(readVectors(path)).rejects.toThrow(`${path}: numbers must be finite, got NaN in the record at byte 4`);
});

it("refuses a projector pair of different lengths, and skips its header where there are columns", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "vectors.tsv"), "1\t2\n3\t4\n");
  await writeFile(join(folder, "metadata.tsv"), "word\tcount\nthe\t5\n猫\t3\n");
  expect((await readVectors(join(folder, "vectors.tsv"))).terms).toEqual(["the", "猫"]);
  await writeFile(join(folder, "metadata.tsv"), "the\n");
  await expect(readVectors(join(folder, "vectors.tsv"))).rejects.toThrow("line 2 must be a term, got none");
  await writeFile(join(folder, "metadata.tsv"), "a\nb\nc\n");
  await expect(readVectors(join(folder, "vectors.tsv"))).rejects.toThrow("must hold a line for each of the 3 terms");
});

it("turns every format into every other", async () => {
  const folder = await temporaryFolder();
  let path = join(folder, "start.vec");
  await collect(of(table).pipe(writeVectors({ path })));
  for (const name of ["a.arrow", "b.bin", "c.parquet", "d.glove", "e.tsv", "f.vec"]) {
    const read = await readVectors(path);
    path = join(folder, name);
    await collect(of(read).pipe(writeVectors({ path })));
  }
  expect(await readFile(path)).toEqual(await readFile(join(folder, "start.vec")));
});

it("reads some terms of any format alone, in their order, and tells how many have no vector", async () => {
  const folder = await temporaryFolder();
  for (const name of ["v.arrow", "v.parquet", "v.vec", "v.bin", "v.glove", "v.tsv"]) {
    const path = join(folder, name);
    await collect(of(table).pipe(writeVectors({ path })));
    const ledger = new Ledger();
    const [last, first] = [table.terms.at(-1)!, table.terms[0]!];
    const read = await readVectors(path, { terms: [last, "nowhere", first] }, ledger);
    expect(read.terms).toEqual([last, first]);
    const rowOf = (row: number) => [...table.values.subarray(row * table.vectorSize, (row + 1) * table.vectorSize)];
    expect([...read.values]).toEqual([...rowOf(table.terms.length - 1), ...rowOf(0)]);
    expect(ledger.child(path).get("withoutVector")).toBe(1);
  }
});

it("makes vectors of terms that a table has no row of from its subwords", async () => {
  const path = join(await temporaryFolder(), "v.arrow");
  const form = { units: "strokes", minLength: 3, maxLength: 3, buckets: 1000 } as const;
  const [bucket] = strokeBuckets("大", form); // <㇐㇒ of <134>
  const subwords = { form, buckets: Uint32Array.of(bucket!), values: Float32Array.of(3, 6) };
  await collect(
    of({ ...table, vectorSize: 2, terms: ["河"], values: Float32Array.of(1, 2), subwords }).pipe(
      writeVectors({ path }),
    ),
  );
  const read = await readVectors(path, { terms: ["大", "河", "小"] });
  expect(read.terms).toEqual(["大", "河"]);
  expect([...read.values]).toEqual([1, 2, 1, 2]); // a third of (3, 6); the row of its own
});
