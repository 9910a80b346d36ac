import { expect, it } from "vitest";
import { SubwordVectors, termVector } from "#kernels";
import { characterVectors } from "../../support/characterVectors.js";

const { subwords } = characterVectors({ river: [1, 1] }, { r: [2, 0], 水: [0, 6] });
const made = new SubwordVectors(subwords!, 2);
const row = Float32Array.of(1, 1);

it("is the row of a term that has one, whatever its subwords make", () => {
  expect(termVector("river", row, made)).toEqual({ vector: row, madeOfSubwords: false });
  expect(termVector("river", row, undefined)).toEqual({ vector: row, madeOfSubwords: false });
});

it("is what subwords make of a term without a row", () => {
  // r and 水: ((2, 0) + (0, 6)) / 2
  expect(termVector("r水", undefined, made)).toEqual({ vector: Float32Array.of(1, 3), madeOfSubwords: true });
});

it("is nothing where no subword has a row, and without subwords", () => {
  expect(termVector("海", undefined, made)).toBeUndefined();
  expect(termVector("", undefined, made)).toBeUndefined();
  expect(termVector("r水", undefined, undefined)).toBeUndefined();
});

it("is the same in all questions to Vectors", () => {
  const vectors = characterVectors({ river: [1, 1], 河: [3, 4] }, { r: [2, 0], 水: [0, 6] });
  expect(vectors.find("河")).toEqual({ vector: Float32Array.of(3, 4), madeOfSubwords: false });
  expect(vectors.find("r水")).toEqual({ vector: Float32Array.of(1, 3), madeOfSubwords: true });
  expect(vectors.find("海")).toBeUndefined();
  expect([...vectors.unitOf("河")]).toEqual([Math.fround(3 / 5), Math.fround(4 / 5)]);
  expect([...vectors.unitOf("水")]).toEqual([0, 1]);
  expect(() => vectors.unitOf("海")).toThrow('Vectors: unknown term "海"');
  expect(vectors.madeOfSubwords(["river", "r水", "海", "水"])).toEqual(["r水", "水"]);
});
