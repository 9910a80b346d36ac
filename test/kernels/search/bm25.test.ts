import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bm25Idf, searcherOf } from "#kernels";
import type { Bm25Variant } from "#schemas";
import { weightPresets } from "../../../dist/kernels/documents/termWeights.js";
import { searchIndexOf } from "../../support/searchIndexOf.js";

interface Reference {
  readonly k1: number;
  readonly b: number;
  readonly documents: readonly (readonly string[])[];
  readonly queries: readonly (readonly string[])[];
  readonly scores: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Made by test/reference/bm25.py. */
const reference: Reference = JSON.parse(readFileSync("test/reference/bm25.json", "utf8"));
const { k1, b, documents, queries } = reference;

it.each([
  ["lucene", { variant: "lucene" }],
  ["robertson", { variant: "robertson" }],
  ["atire", { variant: "atire" }],
  ["bm25l", { variant: "bm25l" }],
  ["bm25plus", { variant: "bm25plus" }],
  ["sklearn", { scheme: weightPresets.sklearn }],
  ["sublinear", { scheme: { ...weightPresets.sklearn, tf: "logarithm" } }],
] as const)("scores by %s as plain Python does", (name, scoring) => {
  const searcher = searcherOf(searchIndexOf(documents), { k1, b, ...scoring });
  for (const [row, query] of queries.entries()) {
    const found = new Map(searcher.search(query, 100).map(({ document, score }) => [document, score]));
    for (const [document, score] of reference.scores[name]![row]!.entries()) {
      const holdsNone = !query.some((word) => documents[document]!.includes(word));
      if (holdsNone) expect(found.has(document)).toBe(false);
      else expect(found.get(document) ?? 0).toBeCloseTo(score, 12); // one whose idf is 0 is not found
    }
  }
});

it("scores an example by hand", () => {
  // N = 3, avgdl = (2 + 1 + 3) / 3 = 2; 猫 is in 1 document, cat in 2.
  const index = searchIndexOf([["cat", "sat"], ["猫"], ["cat", "cat", "mat"]]);
  const hits = searcherOf(index, { k1: 1, b: 0.5 }).search(["cat"], 10);
  // idf = ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) = ln 1.6
  // document 2: B = 0.5 + 0.5 x 3 / 2 = 1.25, 2 / (2 + 1.25); document 0: B = 1, 1 / (1 + 1)
  expect(hits).toEqual([
    { document: 2, score: expect.closeTo((Math.log(1.6) * 2) / 3.25, 12) },
    { document: 0, score: expect.closeTo(Math.log(1.6) / 2, 12) },
  ]);
  // Cosine: raw counts, idf ln((1 + 3) / (1 + 1)) + 1 of 猫; a document of one word is that word.
  expect(searcherOf(index, { scheme: weightPresets.sklearn }).search(["猫", "猫"], 10)).toEqual([
    { document: 1, score: expect.closeTo(1, 12) },
  ]);
});

it.each<[Bm25Variant, number]>([
  ["lucene", Math.log(1 + 1.5 / 3.5)],
  ["robertson", Math.log(1.5 / 3.5)],
  ["atire", Math.log(4 / 3)],
  ["bm25l", Math.log(5 / 3.5)],
  ["bm25plus", Math.log(5 / 3)],
])("counts a term of 3 in 4 documents by %s", (variant, idf) => {
  expect(bm25Idf(variant, 4, 3)).toBeCloseTo(idf, 12);
});

it("lets a frequent word take away only with robertson, which so prefers documents without it", () => {
  // `the` is in 4 of 5 documents, `cat` in 2. Documents 0 and 1 both hold `cat` once and are equally long.
  const index = searchIndexOf([
    ["the", "cat"],
    ["a", "cat"],
    ["the", "mat"],
    ["the", "dog"],
    ["the", "log"],
  ]);
  const order = (variant: Bm25Variant) => searcherOf(index, { variant }).search(["the", "cat"], 10);
  expect(order("robertson").map(({ document }) => document)).toEqual([1, 0, 2, 3, 4]);
  expect(order("robertson")[1]!.score).toBeLessThan(0);
  for (const variant of ["lucene", "atire", "bm25l", "bm25plus"] as const) {
    expect(order(variant).map(({ document }) => document)).toEqual([0, 1, 2, 3, 4]);
    expect(Math.min(...order(variant).map(({ score }) => score))).toBeGreaterThan(0);
  }
});

it("refuses weights of a term that depend on others of its document", () => {
  const index = searchIndexOf([["a"]]);
  for (const tf of ["augmented", "logAverage"] as const)
    expect(() => searcherOf(index, { scheme: { ...weightPresets.sklearn, tf } })).toThrow(
      `cosine: the weight of a term must depend on its own count in a document, got the frequency ${tf}, which needs the others`,
    );
});
