import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import type { PairBatch } from "#schemas";
import { writePairs } from "#sinks";
import { openTable } from "#storage";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫", "sat"]);

function pairs(...rows: [centre: number, context: number, distance: number][]): PairBatch {
  return {
    vocabulary,
    centre: Uint32Array.from(rows, ([centre]) => centre),
    context: Uint32Array.from(rows, ([, context]) => context),
    distance: Int8Array.from(rows, ([, , distance]) => distance),
  };
}

it.each(["pairs.arrow", "pairs.parquet"])("writes a row a pair, whatever the batches: %s", async (name) => {
  const folder = await temporaryFolder();
  const whole = [pairs([0, 1, 1], [1, 0, -1], [1, 2, 127], [2, 1, -128])];
  const split = [pairs([0, 1, 1]), pairs(), pairs([1, 0, -1], [1, 2, 127], [2, 1, -128])];
  for (const [k, batches] of [whole, split].entries())
    expect(await collect(from(batches).pipe(writePairs({ path: join(folder, `${k}-${name}`) })))).toEqual(batches);
  const rows: number[][] = [];
  for await (const block of (await openTable(join(folder, `0-${name}`))).blocks(["centre", "context", "distance"]))
    for (let i = 0; i < block.rows; i++) rows.push(block.columns.map((column) => column[i] as number));
  expect(rows).toEqual([
    [0, 1, 1],
    [1, 0, -1],
    [1, 2, 127],
    [2, 1, -128],
  ]);
  expect(await readFile(join(folder, `1-${name}`))).toEqual(await readFile(join(folder, `0-${name}`)));
});
