import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { documentsSchema, documentTermRowsSchema } from "#schemas";
import { arrowFormat, openTable, parquetFormat, writeTable } from "#storage";
import { caseCount } from "../support/shortOrLong.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

interface Row {
  readonly terms: readonly number[];
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/** A table of lists of numbers, and one of lists of texts; written in parts that end at the cuts. */
async function write(path: string, rows: readonly Row[], cuts: readonly number[]) {
  const format = path.endsWith(".arrow") ? arrowFormat : parquetFormat;
  const edges = [0, ...cuts.map((cut) => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
  const parts = edges.slice(1).map((end, k) => ({ from: edges[k]!, part: rows.slice(edges[k], end) }));
  const numbers = ({ from, part }: { from: number; part: Row[] }) => Int32Array.from(part, (_, row) => from + row);
  await writeTable(path, documentTermRowsSchema, format, async (writer) => {
    for (const { from, part } of parts) {
      const terms = part.map((row) => Uint32Array.from(row.terms));
      const values = part.map((row) => Float64Array.from(row.values));
      await writer.write([numbers({ from, part }), numbers({ from, part }), terms, values], part.length);
      for (const list of [...terms, ...values]) list.fill(7); // whoever gave them may change them
    }
  });
  await writeTable(`${path}.labels`, documentsSchema, format, async (writer) => {
    for (const { from, part } of parts) {
      const texts = part.map(() => "猫");
      const labels = part.map((row) => row.labels);
      const weights = Float64Array.from(numbers({ from, part }));
      await writer.write([numbers({ from, part }), texts, labels, weights, texts], part.length);
    }
  });
}

async function columnOf(path: string, name: string): Promise<unknown[][]> {
  const lists: unknown[][] = [];
  for await (const { columns, rows } of (await openTable(path)).blocks([name]))
    for (let row = 0; row < rows; row++) lists.push(Array.from(columns[0]![row] as ArrayLike<unknown>));
  return lists;
}

async function read(path: string): Promise<unknown[]> {
  const [terms, values] = [await columnOf(path, "terms"), await columnOf(path, "values")];
  const labels = await columnOf(`${path}.labels`, "labels");
  return terms.map((_, row) => ({ terms: terms[row], values: values[row], labels: labels[row] }));
}

const row = fc.record({
  terms: fc.array(fc.nat(9), { maxLength: 20 }),
  values: fc.array(fc.constantFrom(0, -0, 0.1, 2 ** 53), { maxLength: 4 }),
  labels: fc.array(fc.constantFrom("news", "体育", "", "😀"), { maxLength: 3 }),
});

it.each(["a.arrow", "a.parquet"])(
  "lists of any lengths come back, and equal tables are equal files: %s",
  async (name) => {
    const [path, whole] = [join(await temporaryFolder(), name), join(await temporaryFolder(), name)];
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 3 }), async (rows, cuts) => {
        await write(path, rows, cuts);
        expect(await read(path)).toEqual(rows);
        await write(whole, rows, []);
        expect((await readFile(path)).equals(await readFile(whole))).toBe(true);
      }),
      { seed: 3, numRuns: caseCount(60) },
    );
  },
);

it.each(["a.arrow", "a.parquet"])("lists come back across blocks: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  const rows = Array.from(
    { length: 2500 },
    (_, k): Row => ({
      terms: Array.from({ length: k % 13 }, (_, i) => i),
      values: k % 5 ? [k] : [],
      labels: k % 3 ? [] : [`标签${k}`],
    }),
  );
  await write(path, rows, [1023, 1025]);
  expect(await read(path)).toEqual(rows);
});
