import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { Ledger } from "#runtime";
import type { FinalCooccurrence } from "#schemas";
import { writeCooccurrence } from "#sinks";
import { arrowFormat, inspectFile, openTable, parquetFormat, readCooccurrence, writeTable } from "#storage";
import { collect } from "../support/collect.js";
import { type Cell, finalCooccurrence } from "../support/finalCooccurrence.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const names = ["c.arrow", "c.parquet", "c.bin"];
const small = finalCooccurrence(
  ["the", "猫", "sat"],
  [
    [0, 1, 1.5],
    [1, 0, 1.5],
    [2, 2, 1 / 3],
  ],
);

async function cellsOf(table: FinalCooccurrence): Promise<Cell[]> {
  const cells: Cell[] = [];
  for await (const { row, column, weight } of table.batches())
    for (let i = 0; i < row.length; i++) cells.push([row[i]!, column[i]!, weight[i]!]);
  return cells;
}

it("writes GloVe's records: int32 ids from 1, float64 weight, little-endian", async () => {
  const path = join(await temporaryFolder(), "cooccurrence.bin");
  await collect(of(small).pipe(writeCooccurrence({ path })));
  const expected = [
    "01000000 02000000 000000000000f83f", // (1, 2): 1.5 = 1.1b x 2^0, exponent 0x3ff
    "02000000 01000000 000000000000f83f",
    "03000000 03000000 555555555555d53f", // 1/3 = 1.0101...b x 2^-2, exponent 0x3fd
  ];
  expect((await readFile(path)).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
});

it.each(names)("reads back cells and metadata, any number of times, with equal bytes twice: %s", async (name) => {
  const folder = await temporaryFolder();
  const [path, again] = [join(folder, name), join(folder, `again.${name}`)];
  const ledger = new Ledger();
  const events = await collect(of(small).pipe(writeCooccurrence({ path }), writeCooccurrence({ path: again })), {
    ledger,
  });
  expect(events).toEqual([small]);
  expect(ledger.child(path).get("rows")).toBe(3);
  expect(await readFile(again)).toEqual(await readFile(path));
  const read = await readCooccurrence(path, small.vocabulary, { windowSize: 10 });
  expect(read.length).toBe(3);
  expect(await cellsOf(read)).toEqual(await cellsOf(small));
  expect(await cellsOf(read)).toEqual(await cellsOf(small));
  expect(read.metadata).toEqual(name === "c.bin" ? { ...small.metadata, unitsPerCount: 1 } : small.metadata);
});

const tables = [
  ["c.arrow", arrowFormat],
  ["c.parquet", parquetFormat],
] as const;

it.each(tables)("writes the terms beside their ids where they are asked for: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  await collect(of(small).pipe(writeCooccurrence({ path, terms: true })));
  const table = await openTable(path);
  const columns = ["rowIndex", "columnIndex", "weight", "rowTerm", "columnTerm"];
  expect(table.columns.map((column) => column.name)).toEqual(columns);
  const cells: unknown[][] = [];
  for await (const block of table.blocks(columns))
    for (let i = 0; i < block.rows; i++) cells.push(block.columns.map((column) => column[i]));
  expect(cells).toEqual([
    [0, 1, 1.5, "the", "猫"],
    [1, 0, 1.5, "猫", "the"],
    [2, 2, 1 / 3, "sat", "sat"],
  ]);
  expect(await cellsOf(await readCooccurrence(path, small.vocabulary))).toEqual(await cellsOf(small));
});

it("has no room for terms in GloVe's records", () => {
  expect(() => writeCooccurrence({ path: "c.bin", terms: true })).toThrow(
    "writeCooccurrence: terms must be false in format gloveBinary, which has no room for them, got true",
  );
});

it.each(tables)("reads the columns row and column of older files: %s", async (name, format) => {
  const path = join(await temporaryFolder(), name);
  const schema = { columns: { row: "int32", column: "int32", weight: "float64" } } as const;
  await writeTable(path, schema, format, async (writer) => {
    for await (const { row, column, weight } of small.batches()) await writer.write([row, column, weight], row.length);
  });
  expect(await cellsOf(await readCooccurrence(path, small.vocabulary))).toEqual(await cellsOf(small));
  expect(await inspectFile(path)).toMatchObject({ holds: "cooccurrence", rows: 3 });
});

it.each(names)("round-trips any table over the edges of blocks: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  const count = 140_000; // more than a row group of 131,072 and two batches of 65,536
  const row = Int32Array.from({ length: count }, (_, i) => Math.floor(i / 700));
  const column = Int32Array.from({ length: count }, (_, i) => i % 700);
  const weight = Float64Array.from({ length: count }, (_, i) => 1 / (1 + (i % 97)));
  const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 });
  let first: Buffer | undefined;
  await fc.assert(
    fc.asyncProperty(sizes, async (sizes) => {
      const table: FinalCooccurrence = {
        ...finalCooccurrence(700, []),
        length: count,
        async *batches() {
          for (let start = 0, k = 0; start < count; start += sizes[k++ % sizes.length]!) {
            const end = Math.min(count, start + sizes[k % sizes.length]!);
            yield { row: row.slice(start, end), column: column.slice(start, end), weight: weight.slice(start, end) };
          }
        },
      };
      await collect(of(table).pipe(writeCooccurrence({ path })));
      const bytes = await readFile(path);
      first ??= bytes;
      expect(bytes.equals(first)).toBe(true); // whatever the batches were
    }),
    { seed: 6, numRuns: 4 },
  );
  const read = await readCooccurrence(path, finalCooccurrence(700, []).vocabulary);
  let sum = 0;
  for await (const batch of read.batches()) for (const each of batch.weight) sum += each;
  expect(read.length).toBe(count);
  expect(sum).toBe(weight.reduce((a, b) => a + b, 0));
});

it.each(names)("leaves nothing behind where the table ends early or breaks: %s", async (name) => {
  const folder = await temporaryFolder();
  const path = join(folder, name);
  const write = (table: FinalCooccurrence) => collect(of(table).pipe(writeCooccurrence({ path })));
  await expect(write({ ...small, length: 4 })).rejects.toThrow(`writeCooccurrence: ${path} must hold 4 cells, got 3`);
  const torn: FinalCooccurrence = {
    ...small,
    async *batches() {
      yield* small.batches();
      throw new Error("torn");
    },
  };
  await expect(write(torn)).rejects.toThrow("torn");
  expect(await readdir(folder)).toEqual([]);
});
