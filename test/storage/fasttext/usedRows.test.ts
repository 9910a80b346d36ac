import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readUsedRows } from "../../../dist/storage/fasttext/usedRows.js";
import { ByteReader } from "../../../dist/storage/files/byteReader.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const columns = 1000;
const rows = 700; // 4,000 bytes each: chunks of 263 rows, the third of 174
const words = 3;

/** A matrix whose rows from `words` on are zeros but for some, which hold their own number. */
function matrix(used: readonly number[]): Float32Array {
  const values = new Float32Array(rows * columns);
  for (const row of used) values[row * columns + (row % columns)] = row;
  return values;
}

async function readBack(values: Float32Array, bytes = 4 * values.length) {
  const path = join(await temporaryFolder(), "matrix");
  writeFileSync(path, Buffer.from(values.buffer, 0, bytes));
  const handle = await open(path);
  try {
    return await readUsedRows(new ByteReader(path, handle, bytes, "a whole matrix"), "input", { columns, rows, words });
  } finally {
    await handle.close();
  }
}

it("keeps the rows of all words, and of buckets those that are not zeros, wherever chunks end", async () => {
  const used = [1, 3, 4, 261, 262, 263, 264, 525, 526, 699];
  const { values, buckets } = await readBack(matrix(used));
  expect([...buckets]).toEqual([0, 1, 258, 259, 260, 261, 522, 523, 696]); // behind three words, of which only the second is no zeros
  expect(values).toHaveLength((words + 9) * columns);
  const sums = Array.from({ length: words + 9 }, (_, row) =>
    values.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0),
  );
  expect(sums).toEqual([0, 1, 0, 3, 4, 261, 262, 263, 264, 525, 526, 699]);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("refuses %s", async (odd) => {
  const values = matrix([300]);
  values[600 * columns + 999] = odd;
  await expect(readBack(values)).rejects.toThrow(`numbers must be finite, got ${odd} in row 600 of the input`);
});

it("takes the largest numbers and the smallest", async () => {
  const values = matrix([]);
  const extremes = [3.4028234663852886e38, -3.4028234663852886e38, 1.401298464324817e-45];
  values.set(extremes, 5 * columns);
  const read = await readBack(values);
  expect([...read.buckets]).toEqual([2]);
  expect([...read.values.subarray(3 * columns, 3 * columns + 3)]).toEqual(extremes);
});

it("refuses a file that ends before its matrix", async () => {
  await expect(readBack(matrix([1]), 4 * rows * columns - 1)).rejects.toThrow("it is cut short");
});
