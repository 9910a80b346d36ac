import { expect, it } from "vitest";
import { hierarchicalSoftmax, makeHuffmanCodes, makeOutputRows } from "#kernels";

const pathOf = (counts: number[], word: number) => {
  const { offsets, nodes, bits } = makeHuffmanCodes(Float64Array.from(counts));
  const part = <T>(list: Iterable<T>) => [...list].slice(offsets[word], offsets[word + 1]);
  return { nodes: part(nodes), bits: part(bits).join("") };
};

it("builds the tree of counts 5, 3, 2, 1 by hand", () => {
  // node 0 = 1 + 2 (word 3, word 2), node 1 = 3 + 3 (node 0, found before word 1 of equal count), node 2 = 5 + 6
  const counts = [5, 3, 2, 1];
  expect(pathOf(counts, 0)).toEqual({ nodes: [2], bits: "0" });
  expect(pathOf(counts, 1)).toEqual({ nodes: [2, 1], bits: "11" });
  expect(pathOf(counts, 2)).toEqual({ nodes: [2, 1, 0], bits: "101" });
  expect(pathOf(counts, 3)).toEqual({ nodes: [2, 1, 0], bits: "100" });
});

it("joins words that never occur among themselves first, so that their paths stay short", () => {
  // word 6 with 5, 4 with 3, these two, that with word 2, then with word 1 and with word 0
  const counts = [5, 3, 1, 0, 0, 0, 0];
  expect(counts.map((_, word) => pathOf(counts, word).bits.length)).toEqual([1, 2, 3, 5, 5, 5, 5]);
  const many = new Array(1024).fill(0);
  expect(Math.max(...many.map((_, word) => pathOf(many, word).bits.length))).toBe(10);
});

it("gives a lone word an empty path and two words one node", () => {
  expect(pathOf([7], 0)).toEqual({ nodes: [], bits: "" });
  expect(pathOf([7, 2], 0)).toEqual({ nodes: [0], bits: "1" });
  expect(pathOf([7, 2], 1)).toEqual({ nodes: [0], bits: "0" });
});

it("wastes no code: the lengths add up to 1 in Kraft's sum, and the mean length is within 1 bit of the entropy", () => {
  const counts = Float64Array.from({ length: 500 }, (_, rank) => Math.floor(10_000 / (rank + 1)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const { offsets } = makeHuffmanCodes(counts);
  let kraft = 0;
  let excess = 0;
  counts.forEach((count, word) => {
    const length = offsets[word + 1]! - offsets[word]!;
    kraft += 2 ** -length;
    excess += (count / total) * (length + Math.log2(count / total));
  });
  expect(kraft).toBe(1);
  expect(excess).toBeGreaterThanOrEqual(0);
  expect(excess).toBeLessThan(1);
});

it("labels a node 1 where the path turns by bit 0", () => {
  const rows = makeOutputRows(4);
  hierarchicalSoftmax(Float64Array.of(5, 3, 2, 1)).fill(rows, 2, 0, 0);
  expect([...rows.rows.subarray(0, rows.length)]).toEqual([2, 1, 0]);
  expect([...rows.labels.subarray(0, rows.length)]).toEqual([0, 1, 0]);
});
