import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { concat, from, of, throwError } from "rxjs";
import { expect, it } from "vitest";
import { Ledger } from "#runtime";
import type { IdBatch } from "#schemas";
import { writeIds } from "#sinks";
import { openTable, vocabularyHash } from "#storage";
import { collect } from "../support/collect.js";
import { vocabularyOf } from "../support/tables.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const vocabulary = vocabularyOf(["the", "猫", "sat"]);

function idBatch(ids: number[], sentences: number[], documents: number[]): IdBatch {
  return {
    vocabulary,
    ids: Uint32Array.from(ids),
    sentenceOffsets: Uint32Array.from(sentences),
    documentOffsets: Uint32Array.from(documents),
    epoch: 0,
  };
}

async function rowsOf(path: string): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const block of (await openTable(path)).blocks(["document", "sentence", "id"]))
    for (let i = 0; i < block.rows; i++) rows.push(block.columns.map((column) => column[i] as number));
  return rows;
}

// Two documents: the first of the sentences [0 1] [2 0], the second of [] [1].
const whole = [idBatch([0, 1, 2, 0, 1], [0, 2, 4, 4], [0, 4])];
const split = [idBatch([0, 1, 2], [0, 2], [0]), idBatch([], [], []), idBatch([0], [1, 1], [1]), idBatch([1], [], [])];
const expected = [
  [0, 0, 0],
  [0, 0, 1],
  [0, 1, 2],
  [0, 1, 0],
  [1, 3, 1], // sentence 2 is empty: it has a number and no row
];

it.each(["ids.arrow", "ids.parquet"])("writes a row a token, whatever the batches: %s", async (name) => {
  const folder = await temporaryFolder();
  const ledger = new Ledger();
  for (const [k, batches] of [whole, split].entries()) {
    const path = join(folder, `${k}-${name}`);
    expect(await collect(from(batches).pipe(writeIds({ path })), { ledger })).toEqual(batches);
    expect(await rowsOf(path)).toEqual(expected);
    expect(ledger.child(path).get("rows")).toBe(5);
    expect((await openTable(path)).metadata).toEqual(new Map([["vocabularySha256", vocabularyHash(vocabulary)]]));
  }
  expect(await readFile(join(folder, `1-${name}`))).toEqual(await readFile(join(folder, `0-${name}`)));
});

it("numbers sentences and documents alike for any split", async () => {
  const path = join(await temporaryFolder(), "ids.arrow");
  const documents = fc.array(
    fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(documents, fc.array(fc.nat(20), { maxLength: 4 }), async (documents, cuts) => {
      const rows: number[][] = [];
      let sentence = 0;
      const events: ["document" | "sentence" | "id", number][] = [];
      for (const [document, sentences] of documents.entries()) {
        events.push(["document", document]);
        for (const ids of sentences) {
          events.push(["sentence", sentence]);
          for (const id of ids) {
            rows.push([document, sentence, id]);
            events.push(["id", id]);
          }
          sentence++;
        }
      }
      const edges = [0, ...cuts.map((cut) => Math.min(cut, events.length)).sort((a, b) => a - b), events.length];
      const batches = edges.slice(1).map((end, k) => {
        const part = events.slice(edges[k], end);
        const starts = (kind: string) =>
          part.flatMap(([each], at) => (each === kind ? [part.slice(0, at).filter(([e]) => e === "id").length] : []));
        return idBatch(
          part.flatMap(([kind, id]) => (kind === "id" ? [id] : [])),
          starts("sentence"),
          starts("document"),
        );
      });
      await collect(from(batches).pipe(writeIds({ path })));
      expect(await rowsOf(path)).toEqual(rows);
    }),
    { seed: 7, numRuns: 20 },
  );
});

it("writes a table without rows for a stream without batches", async () => {
  const path = join(await temporaryFolder(), "ids.parquet");
  await collect(from([] as IdBatch[]).pipe(writeIds({ path })));
  expect(await rowsOf(path)).toEqual([]);
});

it("leaves nothing behind after an error of the source or an abort", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "ids.parquet");
  const torn = concat(
    from(whole),
    throwError(() => new Error("torn")),
  );
  await expect(collect(torn.pipe(writeIds({ path })))).rejects.toThrow("torn");
  await expect.poll(() => readdir(folder)).toEqual([]);
  const abort = new AbortController();
  const running = collect(concat(from(split), from(split)).pipe(writeIds({ path })), {
    signal: abort.signal,
    onEvent: () => abort.abort(new Error("enough")),
  });
  await expect(running).rejects.toThrow("enough");
  await expect.poll(() => readdir(folder)).toEqual([]);
});

it("starts afresh for each subscriber", async () => {
  const path = join(await temporaryFolder(), "ids.arrow");
  const written = of(whole[0]!).pipe(writeIds({ path }));
  await collect(written);
  await collect(written);
  expect(await rowsOf(path)).toEqual(expected);
});

it("refuses options at the call", () => {
  expect(() => writeIds({ path: "ids.csv" })).toThrow(
    'writeIds: path must end in one of .arrow .feather .parquet unless format is given, got "ids.csv"',
  );
});
