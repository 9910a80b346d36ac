import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import { type SequenceBatch, sequencesSchema } from "#schemas";
import { writeSequences } from "#sinks";
import { arrowFormat, readSequences, writeTable } from "#storage";
import { allOf } from "../support/allOf.js";
import { collect } from "../support/collect.js";
import { logged } from "../support/logged.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫", "sat"]);

function batchOf(rows: [document: number, ids: number[]][], sequenceLength = 3): SequenceBatch {
  const ids = new Uint32Array(rows.length * sequenceLength);
  for (const [row, [, tokens]] of rows.entries()) ids.set(tokens, row * sequenceLength);
  return {
    vocabulary,
    sequenceLength,
    ids,
    lengths: Uint32Array.from(rows, ([, tokens]) => tokens.length),
    rowDocuments: Uint32Array.from(rows, ([document]) => document),
    epoch: 0,
  };
}

const whole = batchOf([
  [0, [0, 1, 2]],
  [0, [1]],
  [2, []],
  [3, [2, 2]],
]);
const parts = [
  batchOf([[0, [0, 1, 2]]]),
  batchOf([]),
  batchOf([
    [0, [1]],
    [2, []],
    [3, [2, 2]],
  ]),
];

it.each(["s.arrow", "s.parquet"])("come back whatever the batches: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  for (const batches of [[whole], parts]) {
    expect(await collect(from(batches).pipe(writeSequences({ path })))).toEqual(batches);
    expect(await allOf(readSequences(path, vocabulary))).toEqual([whole]);
    expect(await inspectFile(path)).toMatchObject({ holds: "sequences", rows: 4 });
  }
});

it("have one length in a file", async () => {
  const path = join(await temporaryFolder(), "s.arrow");
  await expect(
    collect(from([batchOf([[0, [1]]]), batchOf([[1, [1]]], 4)]).pipe(writeSequences({ path }))),
  ).rejects.toThrow(`writeSequences: ${path} must hold rows of 3 ids as its first one, got one of 4`);
});

it.each<[row: [document: number, length: number, ids: number[]], message: string]>([
  [[1, 2, [0, 3]], "ids must be from 0 to 2, got 3 in row 1"],
  [[1, 1, [0, 1]], "ids behind the end of a row must be 0, got 1 in row 1"],
  [[1, 3, [0, 1]], "a length must be from 0 to 2, got 3 in row 1"],
  [[0, 1, [0, 0]], "documents must be ascending from 1 on, got 0 in row 1"],
])("are refused where a row is at fault: %j", async ([document, length, ids], message) => {
  const path = join(await temporaryFolder(), "s.arrow");
  await writeTable(path, sequencesSchema(2), arrowFormat, (writer) =>
    writer.write([Int32Array.of(1, document), Int32Array.of(1, length), Int32Array.from([0, 0, ...ids])], 2),
  );
  await expect(allOf(readSequences(path, vocabulary))).rejects.toThrow(`${path}: ${message}`);
});

it("come back from a log, with what is known of the document of each row", () => {
  const batch = { ...whole, documents: { ids: ["a", "a", "c", null] } };
  const kind = builtIn.kinds.get("sequences")!;
  expect(logged(kind, batch, 2)).toEqual({ ...batch, epoch: 2 });
  expect(kind.amounts!.tokens!(batch as never)).toBe(6);
  expect(kind.shown!([batch] as never, undefined)).toEqual([["the", "猫", "sat"], ["猫"], [], ["sat", "sat"]]);
});
