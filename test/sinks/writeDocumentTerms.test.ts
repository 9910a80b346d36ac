import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import { type DocumentTermBatch, documentTermRowsSchema } from "#schemas";
import { writeDocumentTerms } from "#sinks";
import { arrowFormat, readDocumentTerms, writeTable } from "#storage";
import { allOf } from "../support/allOf.js";
import { collect } from "../support/collect.js";
import { logged } from "../support/logged.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const vocabulary = vocabularyOf(["the", "猫", "sat"]);

/** Documents from a number on, each the pairs of a term and its value. */
function batchOf(first: number, documents: [term: number, value: number][][]): DocumentTermBatch {
  const offsets = new Uint32Array(documents.length + 1);
  for (const [row, pairs] of documents.entries()) offsets[row + 1] = offsets[row]! + pairs.length;
  return {
    vocabulary,
    offsets,
    terms: Uint32Array.from(documents.flat(), ([term]) => term),
    values: Float64Array.from(documents.flat(), ([, value]) => value),
    lengths: Uint32Array.from(documents, (pairs) => pairs.length + 1),
    rowDocuments: Uint32Array.from(documents, (_, row) => first + row),
    epoch: 0,
  };
}

const whole = batchOf(0, [
  [
    [0, 2],
    [2, 0.1],
  ],
  [],
  [[1, 2 ** 53]],
  [],
]);
const parts = [
  batchOf(0, [
    [
      [0, 2],
      [2, 0.1],
    ],
  ]),
  batchOf(1, [[], [[1, 2 ** 53]]]),
  batchOf(3, []),
  batchOf(3, [[]]),
];

it.each(["t.arrow", "t.parquet", "t.npz"])(
  "come back, documents without a term too, whatever the batches: %s",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    for (const batches of [[whole], parts]) {
      expect(await collect(from(batches).pipe(writeDocumentTerms({ path })))).toEqual(batches);
      expect(await allOf(readDocumentTerms(path, vocabulary))).toEqual([whole]);
      expect(await inspectFile(path)).toMatchObject({ holds: "documentTerms", rows: 4 });
    }
    const other = vocabularyOf(["the", "猫", "sits"]);
    await expect(allOf(readDocumentTerms(path, other))).rejects.toThrow("must be read with the vocabulary");
  },
);

it("come back from the Matrix Market, with the sum of counts as tokens, and as such lines", async () => {
  const path = join(await temporaryFolder(), "t.mtx");
  const terms = join(await temporaryFolder(), "terms.txt");
  for (const batches of [[whole], parts]) {
    await collect(from(batches).pipe(writeDocumentTerms({ path, terms })));
    const [head, , checksum, sizes, ...cells] = (await readFile(path, "utf8")).split("\n");
    expect(head).toBe("%%MatrixMarket matrix coordinate real general");
    expect(checksum).toMatch(/^% lexstream-crc32 [0-9a-f]{8}$/);
    expect(sizes!.trim().split(/ +/)).toEqual(["4", "3", "3"]);
    expect(cells).toEqual(["1 1 2", "1 3 0.1", "3 2 9007199254740992", ""]);
    expect(await readFile(terms, "utf8")).toBe("the\n猫\nsat\n");
    // The first document has a weight, so that its terms are counted; of the others the counts are added up (modulo 2^32).
    expect(await allOf(readDocumentTerms(path, vocabulary))).toEqual([
      { ...whole, lengths: Uint32Array.of(2, 0, 0, 0) },
    ]);
    expect(await inspectFile(path)).toMatchObject({ format: "matrixMarket", holds: "documentTerms", rows: 4 });
  }
});

it.each(["t.arrow", "t.parquet"])(
  "come back from a row a cell, documents without a term left out: %s",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    for (const batches of [[whole], parts]) {
      await collect(from(batches).pipe(writeDocumentTerms({ path, cells: true })));
      const [read] = await allOf(readDocumentTerms(path, vocabulary));
      expect(read).toMatchObject({ terms: whole.terms, values: whole.values, rowDocuments: Uint32Array.of(0, 2) });
      expect(await inspectFile(path)).toMatchObject({ holds: "documentTerms", rows: 3 });
    }
  },
);

it("are the same files for any batches", async () => {
  for (const name of ["t.arrow", "t.parquet", "t.npz", "t.mtx"]) {
    const files = await Promise.all(
      [[whole], parts].map(async (batches) => {
        const path = join(await temporaryFolder(), name);
        await collect(from(batches).pipe(writeDocumentTerms({ path })));
        return readFile(path);
      }),
    );
    expect(files[0]!.equals(files[1]!), name).toBe(true);
  }
});

it("of SciPy and of the Matrix Market are read, as scipy.sparse writes them", async () => {
  // fixtures/documents/makeMatrices.py
  for (const name of ["scipy.npz", "scipy.mtx"]) {
    const [batch] = await allOf(readDocumentTerms(fixture(`documents/${name}`), vocabulary));
    expect(batch!.offsets, name).toEqual(Uint32Array.of(0, 2, 2, 3));
    expect(batch!.terms).toEqual(Uint32Array.of(0, 1, 2));
    expect(batch!.values).toEqual(Float64Array.of(2, 0.1, 3));
  }
});

it("of the Market are refused where any byte was changed, and read without their comments as those of other programs", async () => {
  const path = join(await temporaryFolder(), "t.mtx");
  await collect(from([whole]).pipe(writeDocumentTerms({ path })));
  const written = await readFile(path);
  const expected = await allOf(readDocumentTerms(path, vocabulary));
  const read = () => allOf(readDocumentTerms(path, vocabulary)).catch((error: Error) => error.message);
  for (let at = 14; at < written.length; at++) {
    await writeFile(
      path,
      written.map((byte, k) => (k === at ? byte ^ 1 : byte)),
    );
    expect(await read(), `byte ${at}`).toMatch(new RegExp(`^${path}: `));
  }
  await writeFile(path, written.toString("latin1").replace(/^% .*\n/gm, ""));
  expect(await read()).toEqual(expected);
  await writeFile(path, written.toString("latin1").replace("3 0.1", "3 0.2"));
  expect(await read()).toMatch(
    /: must be as it was written, with the checksum "[0-9a-f]{8}", got [0-9a-f]{8}: it is damaged,/,
  );
  await expect(inspectFile(path)).rejects.toThrow("it is damaged");
  await writeFile(path, written.subarray(0, written.length - 20));
  await expect(inspectFile(path)).rejects.toThrow("it is cut short");
});

it.each(["t.npz", "t.mtx"])("are refused in one line wherever the file was cut: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(from([whole]).pipe(writeDocumentTerms({ path })));
  const bytes = await readFile(path);
  const step = name === "t.npz" ? 37 : 1;
  for (let length = bytes.length - 1; length > 20; length -= step) {
    await writeFile(path, bytes.subarray(0, length));
    const error = await allOf(readDocumentTerms(path, vocabulary)).then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(error, `${length} bytes`).toBeInstanceOf(SyntaxError);
    expect(error!.message.startsWith(`${path}: `) && !error!.message.includes("\n"), error!.message).toBe(true);
  }
});

it("are refused where an archive was damaged", async () => {
  const path = join(await temporaryFolder(), "t.npz");
  await collect(from([whole]).pipe(writeDocumentTerms({ path })));
  const intact = await readFile(path);
  const end = intact.length - 98; // of the directory: the records that end an archive have 56, 20 and 22 bytes
  const damages: readonly [place: number, message: string][] = [
    [300, "another checksum than its directory states: it is damaged"],
    [intact.lastIndexOf("lengths.npy"), "each member under the name that its directory states"],
    [end + 32, "the 6 members that it states, got more"], // 7 become 6
    [end + 48 + 7, "must have its directory before its end"], // where the directory begins: 2 ** 56 further on
    [end + 56 + 8 + 7, "told of"],
  ];
  for (const [place, message] of damages) {
    const bytes = Buffer.from(intact);
    bytes[place]! ^= 1;
    await writeFile(path, bytes);
    await expect(allOf(readDocumentTerms(path, vocabulary)), String(place)).rejects.toThrow(message);
  }
});

it.each([
  ["3 3 2\n2 1 1\n1 1 1\n", "rows must be ascending from 2 to 3, got 1 in line 4"],
  ["3 3 2\n1 2 1\n1 1 1\n", "terms must be ascending ids from 0 to 2, got 0 in row 0"],
  ["3 3 1\n1 1 nan\n", "values must be finite, got NaN in row 0"],
  ["3 3 1\n1 4 1\n", "terms must be ascending ids from 0 to 2, got 3 in row 0"],
  ["3 4 1\n1 4 1\n", "must have a column for each of 3 terms, got 4 columns"],
  ["3 3 2\n1 1 1\n", "must have the 2 cells that its head states, got 1: it is cut short"],
  ["3 3 1\n1 1 x\n", 'line 3 must have numbers, got "x"'],
  ["3 3 1\n1 1\n", 'line 3 must have 3 numbers, got "1 1"'],
])("are refused where a line is at fault: %j", async (body, message) => {
  const path = join(await temporaryFolder(), "t.mtx");
  await writeFile(path, `%%MatrixMarket matrix coordinate integer general\n${body}`);
  await expect(allOf(readDocumentTerms(path, vocabulary))).rejects.toThrow(`${path}: ${message}`);
});

it("have one form where a format has one", () => {
  expect(() => writeDocumentTerms({ path: "t.npz", cells: true })).toThrow(
    "writeDocumentTerms: cells must be false in format npz, which has one form, got true",
  );
});

it.each<[row: [document: number, length: number, terms: number[], values: number[]], message: string]>([
  [[1, 1, [0, 3], [1, 1]], "terms must be ascending ids from 0 to 2, got 3 in row 1"],
  [[1, 1, [1, 1], [1, 1]], "terms must be ascending ids from 0 to 2, got 1 in row 1"],
  [[1, 1, [0], [Number.NaN]], "values must be finite, got NaN in row 1"],
  [[1, 1, [0], [1, 2]], "each term must have a value, got 2 for 1 in row 1"],
  [[0, 1, [0], [1]], "documents must be ascending from 1 on, got 0 in row 1"],
  [[1, -1, [0], [1]], "a length must be >= 0, got -1 in row 1"],
])("are refused where a row is at fault: %j", async ([document, length, terms, values], message) => {
  const path = join(await temporaryFolder(), "t.arrow");
  const lists = [[Int32Array.of(0)], [Float64Array.of(1)]] as const;
  await writeTable(path, documentTermRowsSchema, arrowFormat, (writer) =>
    writer.write(
      [
        Int32Array.of(0, document),
        Int32Array.of(1, length),
        [...lists[0], Int32Array.from(terms)],
        [...lists[1], Float64Array.from(values)],
      ],
      2,
    ),
  );
  await expect(allOf(readDocumentTerms(path, vocabulary))).rejects.toThrow(`${path}: ${message}`);
});

it("come back from a log, with what is known of their documents", () => {
  const batch = { ...whole, documents: { labels: [["x"], [], ["体育"], []] } };
  const kind = builtIn.kinds.get("documentTerms")!;
  expect(logged(kind, batch, 3)).toEqual({ ...batch, epoch: 3 });
  expect(kind.amounts!.tokens!(batch as never)).toBe(3 + 1 + 2 + 1); // the lengths
  expect(kind.shown!([batch] as never, undefined)).toEqual([{ the: 2, sat: 0.1 }, {}, { 猫: 2 ** 53 }, {}]);
});
