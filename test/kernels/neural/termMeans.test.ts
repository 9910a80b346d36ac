import { expect, it } from "vitest";
import { neural } from "#kernels";
import type { ContextVectorBatch } from "#schemas";

const batch = (terms: string[], values: number[]): ContextVectorBatch => ({
  terms,
  rowDocuments: new Uint32Array(terms.length),
  sentences: new Uint32Array(terms.length),
  places: Uint32Array.from(terms.keys()),
  layers: Int32Array.of(1),
  layerSizes: Uint32Array.of(2),
  values: Float32Array.from(values),
});

it("takes the mean over all places of a term, the most frequent first", () => {
  const means = new neural.TermMeans(10);
  means.add(batch(["bank", "猫"], [1, 2, 5, 6]));
  means.add(batch(["bank"], [2, -4]));
  const { terms, values, vectorSize, metadata } = means.table(1, new Map([["model", "elmo"]]));
  expect(Object.fromEntries(metadata)).toEqual({
    ...{ model: "elmo", vectors: "means in context", layer: '{"kind":"one","layer":1}' },
  });
  expect([terms, [...values], vectorSize]).toEqual([["bank", "猫"], [1.5, -1, 5, 6], 2]);
  expect(means.table(2, new Map()).terms).toEqual(["bank"]);
  expect(() => means.table(3, new Map())).toThrow("a term must stand in 3 places at least, got none among 2 terms");
});

it("tells the shares of a mix, and refuses several layers", () => {
  const mixed = { ...batch(["a"], [1, 2]), layers: Int32Array.of(-1), shares: Float64Array.of(0.25, 0.75) };
  const means = new neural.TermMeans(1);
  means.add(mixed);
  expect(means.table(1, new Map()).metadata.get("layer")).toBe('{"kind":"mix","shares":[0.25,0.75]}');
  const two = { ...mixed, layers: Int32Array.of(0, 1), layerSizes: Uint32Array.of(1, 1) };
  expect(() => means.add(two)).toThrow("TermMeans: vectors must be of one layer, or a mix, got 2 of each word");
});

it("counts the words of terms beyond those that there is room for", () => {
  const means = new neural.TermMeans(1);
  means.add(batch(["a", "b", "a", "b"], [1, 1, 2, 2, 3, 3, 4, 4]));
  expect([means.left, means.table(1, new Map()).terms]).toEqual([2, ["a"]]);
});
