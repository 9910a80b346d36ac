import { join } from "node:path";
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

it.each(["t.arrow", "t.parquet"])("come back, documents without a term too, whatever the batches: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  for (const batches of [[whole], parts]) {
    expect(await collect(from(batches).pipe(writeDocumentTerms({ path })))).toEqual(batches);
    expect(await allOf(readDocumentTerms(path, vocabulary))).toEqual([whole]);
    expect(await inspectFile(path)).toMatchObject({ holds: "documentTerms", rows: 4 });
  }
  const other = vocabularyOf(["the", "猫", "sits"]);
  await expect(allOf(readDocumentTerms(path, other))).rejects.toThrow("must be read with the vocabulary");
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
