import { expect, it } from "vitest";
import type { ReadableTable, TableBlock } from "#schemas";
import { classifier } from "../../dist/kinds/classifier.js";
import { classifierOf } from "../support/classifierOf.js";

const made = classifierOf(
  { peel: [1, 2], 大蒜: [3, 4] },
  { garlic: [5, 6], rice: [7, 8] },
  { wordNgrams: 2, buckets: { 4: [9, 10], 90: [11, 12] } },
);

/** The rows that a classifier is written as, in blocks of so many. */
async function tableOf(count: number, part = (name: string) => name): Promise<ReadableTable> {
  const rows: unknown[][] = [];
  for await (const { columns, rows: length } of classifier.table!.blocks(made)) {
    const [parts, texts, counts, vectors] = columns as [string[], string[], Float64Array, Float32Array];
    for (let i = 0; i < length; i++) rows.push([part(parts[i]!), texts[i], counts[i], vectors.slice(2 * i, 2 * i + 2)]);
  }
  return {
    path: "classifier.arrow",
    columns: ["part", "text", "count", "vector"].map((name) => ({ name })),
    async *blocks() {
      for (let from = 0; from < rows.length; from += count) {
        const some = rows.slice(from, from + count);
        yield { rows: some.length, columns: [0, 1, 2, 3].map((k) => some.map((row) => row[k])) } as TableBlock;
      }
    },
  };
}

it("reads what it writes, wherever blocks end", async () => {
  const { table } = classifier;
  for (const count of [1, 3, 100])
    expect(await table!.read(await tableOf(count), table!.facts!(made), {})).toEqual(made);
});

it("says which part of a table it does not know", async () => {
  const { table } = classifier;
  const odd = await tableOf(2, (name) => (name === "label" ? "lable" : name));
  await expect(table!.read(odd, table!.facts!(made), {})).rejects.toThrow(
    'classifier.arrow: each row must be of a term, a bucket or a label, got "lable"',
  );
});
