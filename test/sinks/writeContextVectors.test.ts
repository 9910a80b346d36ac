import { join } from "node:path";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { builtIn } from "#pipelines";
import type { ContextVectorBatch } from "#schemas";
import { writeContextVectors } from "#sinks";
import { openTable } from "#storage";
import { allOf } from "../support/allOf.js";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const batch = (terms: string[], layerSizes: number[], values: number[]): ContextVectorBatch => ({
  terms,
  rowDocuments: Uint32Array.from(terms, () => 3),
  sentences: Uint32Array.from(terms, () => 7),
  places: Uint32Array.from(terms.keys()),
  layers: Int32Array.from(layerSizes, (_, k) => k - 1),
  layerSizes: Uint32Array.from(layerSizes),
  values: Float32Array.from(values),
});

describe.each(["v.arrow", "v.parquet"])("%s", (name) => {
  it.each([
    [
      "of one length",
      [2, 2],
      [1, 2, 3, 4, 5, 6, 7, 8],
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    ],
    ["that differ from layer to layer", [1, 2], [1, 2, 3, 4, 5, 6], [[1], [2, 3], [4], [5, 6]]],
  ])("holds a row a word and layer, of vectors %s", async (_, sizes, values, vectors) => {
    const path = join(await temporaryFolder(), name);
    const batches = [batch(["a", "猫"], sizes, values)];
    expect(await collect(from(batches).pipe(writeContextVectors({ path })))).toEqual(batches);
    const table = await openTable(path);
    const names = ["document", "sentence", "token", "term", "layer", "vector"];
    expect(table.columns.map((column) => column.name)).toEqual(names);
    const [block] = await allOf(table.blocks(names));
    const columns = block!.columns.map((column) => Array.from(column as ArrayLike<unknown>));
    expect(columns.slice(0, 5)).toEqual([
      [3, 3, 3, 3],
      [7, 7, 7, 7],
      [0, 0, 1, 1],
      ["a", "a", "猫", "猫"],
      [-1, 0, -1, 0],
    ]);
    expect(columns[5]!.map((vector) => [...(vector as number[])])).toEqual(vectors);
  });
});

it("is logged and read again", () => {
  const { log, shown } = builtIn.kinds.get("contextVectors")!;
  const written = batch(["a", "猫"], [1, 2], [1, 2, 3, 4, 5, 6]);
  const read = log!.read(log!.write(written as never), undefined as never, 0) as ContextVectorBatch;
  expect(read).toEqual(written);
  expect(shown!([read] as never, undefined)).toEqual([
    { term: "a", layer: -1, vector: [1] },
    { term: "a", layer: 0, vector: [2, 3] },
    { term: "猫", layer: -1, vector: [4] },
    { term: "猫", layer: 0, vector: [5, 6] },
  ]);
});
