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

/** Each place but the last of a row is to tell the id behind it. */
function batchOf(
  rows: [document: number, ids: number[]][],
  { sequenceLength = 3, position = 0, tokensBefore = 0 } = {},
): SequenceBatch {
  const ids = new Uint32Array(rows.length * sequenceLength);
  const targets = new Int32Array(ids.length).fill(-1);
  for (const [row, [, tokens]] of rows.entries()) {
    ids.set(tokens, row * sequenceLength);
    targets.set(tokens.slice(1), row * sequenceLength);
  }
  return {
    vocabulary,
    sequenceLength,
    ids,
    targets,
    lengths: Uint32Array.from(rows, ([, tokens]) => tokens.length),
    continues: Uint8Array.from(rows, ([document]) => document % 2),
    rowDocuments: Uint32Array.from(rows, ([document]) => document),
    epoch: 0,
    position,
    tokensBefore,
    expectedTokens: 0,
  };
}

const whole = batchOf([
  [0, [0, 1, 2]],
  [3, [1]],
  [2, []],
  [3, [2, 2]],
]);
const parts = [
  batchOf([[0, [0, 1, 2]]]),
  batchOf([], { position: 1, tokensBefore: 3 }),
  batchOf(
    [
      [3, [1]],
      [2, []],
      [3, [2, 2]],
    ],
    { position: 1, tokensBefore: 3 },
  ),
];

it.each(["s.arrow", "s.parquet"])("come back whatever the batches: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  for (const batches of [[whole], parts]) {
    expect(await collect(from(batches).pipe(writeSequences({ path })))).toEqual(batches);
    expect(await allOf(readSequences(path, vocabulary))).toEqual([whole]);
    expect(await inspectFile(path)).toMatchObject({ holds: "sequences", rows: 4 });
  }
});

it("come back with the parts of rows that hold two texts", async () => {
  const path = join(await temporaryFolder(), "s.arrow");
  const paired = {
    ...whole,
    segments: Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0),
    labels: Uint32Array.of(1, 0, 0, 1),
  };
  await collect(from([paired]).pipe(writeSequences({ path })));
  expect(await allOf(readSequences(path, vocabulary))).toEqual([paired]);
  await expect(collect(from([paired, whole]).pipe(writeSequences({ path })))).rejects.toThrow(
    `writeSequences: ${path} must hold rows with segments as its first one, got one without`,
  );
});

it("come in batches that know how much was before them", async () => {
  const path = join(await temporaryFolder(), "s.arrow");
  await writeTable(path, sequencesSchema(1), { ...arrowFormat, blockRows: 2 }, (writer) =>
    writer.write([...Array(3).fill(Int32Array.of(0, 1, 1)), Int32Array.of(0, 0, 1), Int32Array.of(-1, 0, 1)], 3),
  );
  const batches = await allOf(readSequences(path, vocabulary));
  expect(batches.map(({ position, tokensBefore }) => [position, tokensBefore])).toEqual([
    [0, 0],
    [2, 1], // the two rows before have 0 and 1 tokens
  ]);
});

it("have one length in a file", async () => {
  const path = join(await temporaryFolder(), "s.arrow");
  await expect(
    collect(from([batchOf([[0, [1]]]), batchOf([[1, [1]]], { sequenceLength: 4 })]).pipe(writeSequences({ path }))),
  ).rejects.toThrow(`writeSequences: ${path} must hold rows of 3 ids as its first one, got one of 4`);
});

it.each<[row: [length: number, ids: number[], targets: number[]], message: string]>([
  [[2, [0, 3], [1, 1]], "ids must be from 0 to 2, got 3 in row 1"],
  [[2, [0, 1], [1, 3]], "targets must be from -1 to 2, got 3 in row 1"],
  [[1, [0, 1], [0, -1]], "ids behind the end of a row must be 0, got 1 in row 1"],
  [[1, [0, 0], [0, 0]], "targets behind the end of a row must be -1, got 0 in row 1"],
  [[3, [0, 1], [0, 1]], "a length must be from 0 to 2, got 3 in row 1"],
])("are refused where a row is at fault: %j", async ([length, ids, targets], message) => {
  const path = join(await temporaryFolder(), "s.arrow");
  const [documents, continues] = [Int32Array.of(0, 0), Int8Array.of(0, 0)];
  const lists = [Int32Array.from([0, 0, ...ids]), Int32Array.from([-1, -1, ...targets])];
  await writeTable(path, sequencesSchema(2), arrowFormat, (writer) =>
    writer.write([documents, continues, Int32Array.of(2, length), ...lists], 2),
  );
  await expect(allOf(readSequences(path, vocabulary))).rejects.toThrow(`${path}: ${message}`);
});

it("come back from a log, with what is known of the document of each row", () => {
  const batch = { ...whole, documents: { ids: ["a", "d", "c", "d"] }, labels: Uint32Array.of(1, 0, 0, 1) };
  const kind = builtIn.kinds.get("sequences")!;
  expect(logged(kind, batch, 2)).toEqual({ ...batch, epoch: 2 });
  expect(kind.amounts!.tokens!(batch as never)).toBe(6);
  expect(kind.shown!([batch] as never, undefined)).toEqual([["the", "猫", "sat"], ["猫"], [], ["sat", "sat"]]);
});
