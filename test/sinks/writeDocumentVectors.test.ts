import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { writeDocumentVectors } from "#sinks";
import { openTable } from "#storage";
import { allOf } from "../support/allOf.js";
import { collect } from "../support/collect.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const batch = (first: number, ids: string[], values: number[]) => ({
  vectorSize: 2,
  values: Float32Array.from(values),
  rowDocuments: Uint32Array.from(ids, (_, row) => first + row),
  documents: { ids },
  epoch: 0,
});

it.each(["v.arrow", "v.parquet"])("writes a row a document: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  const batches = [batch(0, ["a", "猫"], [1, 2, 3, 4]), batch(2, ["c"], [0.5, -0.25])];
  expect(await collect(from(batches).pipe(writeDocumentVectors({ path })))).toEqual(batches);
  const table = await openTable(path);
  const [block] = await allOf(table.blocks(["document", "id", "vector"]));
  const [documents, ids, vectors] = block!.columns as [ArrayLike<number>, string[], ArrayLike<number>[]];
  expect(Array.from(documents)).toEqual([0, 1, 2]);
  expect(Array.from(ids)).toEqual(["a", "猫", "c"]);
  expect(vectors.length).toBe(3);
  expect(Array.from(vectors[2]!)).toEqual([0.5, -0.25]);
});
