import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { writeCooccurrence, writeVocabulary } from "#sinks";
import { readCooccurrence } from "#storage";
import { collect } from "../../support/collect.js";
import { type Cell, finalCooccurrence } from "../../support/finalCooccurrence.js";
import { vocabularyOf } from "../../support/tables.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const names = ["c.arrow", "c.parquet", "c.bin"];
const small = finalCooccurrence(
  ["the", "猫", "sat"],
  [
    [0, 1, 1.5],
    [1, 0, 1.5],
    [2, 2, 1 / 3],
  ],
);

it("reads GloVe's records, and takes from the options what they do not say", async () => {
  const path = join(await temporaryFolder(), "cooccurrence.bin");
  await writeFile(path, Buffer.from("0100000002000000000000000000f83f", "hex")); // ids 1 and 2, weight 1.5
  const table = await readCooccurrence(path, small.vocabulary, { windowSize: 5, weighting: "flat", symmetric: false });
  expect(table.metadata).toEqual({ windowSize: 5, weighting: "flat", symmetric: false, unitsPerCount: 1 });
  const batches = [];
  for await (const batch of table.batches()) batches.push(batch);
  expect(batches).toEqual([{ row: Int32Array.of(0), column: Int32Array.of(1), weight: Float64Array.of(1.5) }]);
});

it("hands out arrays that belong to the receiver", async () => {
  const path = join(await temporaryFolder(), "c.arrow");
  await collect(of(small).pipe(writeCooccurrence({ path })));
  const table = await readCooccurrence(path, small.vocabulary);
  for await (const { weight } of table.batches()) weight.fill(0);
  for await (const { weight } of table.batches()) expect(weight).toEqual(Float64Array.of(1.5, 1.5, 1 / 3));
});

it.each(names)("refuses a file cut short at any byte but between GloVe's records: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(of(small).pipe(writeCooccurrence({ path })));
  const whole = await readFile(path);
  const accepted: number[] = [];
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    await readCooccurrence(path, small.vocabulary).then(
      () => accepted.push(length),
      () => {},
    );
  }
  expect(accepted).toEqual(name === "c.bin" ? [16, 32] : []); // GloVe's file says nowhere how many records it has
});

it("refuses ids outside the vocabulary, cells out of order or twice, weights that are not positive", async () => {
  const path = join(await temporaryFolder(), "c.bin");
  const faults: [Cell[], string][] = [
    [[[0, 3, 1]], "ids must be from 0 to 2, got column 3 in cell 0"],
    [[[-1, 0, 1]], "ids must be from 0 to 2, got row -1 in cell 0"],
    [
      [
        [0, 0, 1],
        [0, 1, 0],
      ],
      "weights must be finite and > 0, got 0 in cell 1",
    ],
    [[[0, 0, Number.NaN]], "weights must be finite and > 0, got NaN in cell 0"],
    [
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      "cells must be sorted by row and column, each once, got (1, 1) out of order in cell 1",
    ],
  ];
  for (const [cells, message] of faults) {
    await collect(of(finalCooccurrence(3, cells)).pipe(writeCooccurrence({ path })));
    await expect(readCooccurrence(path, small.vocabulary)).rejects.toThrow(`${path}: ${message}`);
  }
});

it("refuses another vocabulary than the table was made with", async () => {
  const path = join(await temporaryFolder(), "c.arrow");
  await collect(of(small).pipe(writeCooccurrence({ path })));
  await expect(readCooccurrence(path, vocabularyOf(["the", "猫", "sat"]))).rejects.toThrow(
    "must be read with the vocabulary it was made with",
  );
});

it("refuses a table without the columns", async () => {
  const path = join(await temporaryFolder(), "c.arrow");
  await collect(of(small.vocabulary).pipe(writeVocabulary({ path })));
  await expect(readCooccurrence(path, small.vocabulary)).rejects.toThrow(
    `${path}: must have a column rowIndex, got term, count`,
  );
});
