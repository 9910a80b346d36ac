import { expect, it } from "vitest";
import { BagRecords, labelOutputs } from "#kernels";

const counts = Float64Array.of(5, 2, 1);
const settings = { negative: 5, seed: 1 };

type Loss = Parameters<typeof labelOutputs>[0];

/** Rows, targets and weights that a document with these labels is to be told. */
function told(loss: Loss, labels: readonly number[], weight = 1, document = 0): [number, number, number][] {
  const records = new BagRecords();
  records.begin(1);
  labelOutputs(loss, counts, settings).write(records, labels, weight, 0, document);
  const { words } = records.take(1, true);
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: words[3]! }, (_, k) => {
    const at = 4 + 3 * k;
    return [words[at]!, floats[at + 1]!, floats[at + 2]!];
  });
}

it("shares a document's weight among its labels for softmax, and gives each all of it for oneVsAll", () => {
  const both = [0, 2];
  expect(told("softmax", both, 3)).toEqual([
    [0, 1, 1.5],
    [2, 1, 1.5],
  ]);
  expect(told("oneVsAll", both, 3)).toEqual([
    [0, 1, 3],
    [2, 1, 3],
  ]);
});

it("goes along the paths of the tree, and asks once where they run together", () => {
  // Labels 2 and 1 are joined to node 0, with bits 0 and 1; then node 0 and label 0 to node 1, with bits 0 and 1.
  expect(told("hierarchicalSoftmax", [1])).toEqual([
    [1, 0, 1],
    [0, 1, 1],
  ]);
  expect(told("hierarchicalSoftmax", [1, 2])).toEqual([
    [1, 0, 1],
    [0, 0.5, 1],
  ]);
  expect(told("hierarchicalSoftmax", [0, 1])).toEqual([
    [1, 0.5, 1],
    [0, 1, 0.5],
  ]);
});

it("draws noise labels that are none of the document's own, anew for each document", () => {
  for (let document = 0; document < 20; document++) {
    const rows = told("negativeSampling", [1], 2, document);
    expect(rows[0]).toEqual([1, 1, 2]);
    expect(rows.length).toBeGreaterThan(1);
    for (const [row, target, weight] of rows.slice(1)) {
      expect(row).not.toBe(1);
      expect([target, weight]).toEqual([0, 2]);
    }
    expect(told("negativeSampling", [1], 2, document)).toEqual(rows);
  }
});
