/** `lines-skipgram-ns.bin` was made as `test/kernels/linear/pairExamples.test.ts` says. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { characterBuckets } from "#kernels";
import { fastText } from "#models";
import type { DenseRows } from "#schemas";
import { readVectors } from "#storage";
import { readFastTextFile } from "../../../dist/storage/fasttext/fastTextFile.js";
import { contextBatches, vocabularyOf } from "../../support/contextBatches.js";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/fasttext/${name}`, import.meta.url));
const model = fixture("lines-skipgram-ns.bin");
const vectorSize = 5;
const form = { units: "characters", minLength: 2, maxLength: 3, buckets: 80 } as const;
const options = { vectorSize, minSubword: 2, maxSubword: 3, buckets: 80, epochs: 1, workers: 1 } as const;

it("begins with the very rows of a model of fastText's, those of its words and those of their n-grams", async () => {
  const sentences = readFileSync(fixture("lines.txt"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
  const vocabulary = vocabularyOf([...sentences, ["sourdough", "河马"]]); // two that the model does not have
  const learner = fastText({
    ...options,
    kernel: "reference",
    learningRate: 1e-30,
    initialVectors: await readVectors(model),
  });
  for (const batch of contextBatches(vocabulary, sentences, { windowSize: 2 })) await learner.update(batch);
  const { input, buckets } = (await learner.save!())!.arrays as { input: Float32Array; buckets: Uint32Array };
  const rowOf = (values: Float32Array, row: number) => [...values.subarray(row * vectorSize, (row + 1) * vectorSize)];

  const { words, input: matrix } = await readFastTextFile(model);
  const { values } = matrix as DenseRows;
  const known = words.texts.filter((word) => word !== "</s>");
  expect(known).toHaveLength(21);
  for (const term of known) {
    const wanted = rowOf(values, words.texts.indexOf(term));
    rowOf(input, vocabulary.idOf(term)!).forEach((value, d) => {
      expect(value).toBeCloseTo(wanted[d]!, 5); // found again from the mean, of which there are seven digits
    });
    for (const bucket of characterBuckets(term, form)) {
      const found = rowOf(input, vocabulary.terms.length + buckets.indexOf(bucket));
      expect(found).toEqual(rowOf(values, words.texts.length + bucket));
    }
  }
  const first = rowOf(input, vocabulary.idOf("sourdough")!);
  expect(Math.max(...first.map(Math.abs))).toBeGreaterThan(0);
  expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(1 / vectorSize);
  await learner.close();
});

it("refuses a model of n-grams of another length", async () => {
  const initialVectors = await readVectors(model);
  expect(() => fastText({ ...options, maxSubword: 4, initialVectors })).toThrow(
    "fastText: initialVectors must have subwords of the same form, got maxLength 3 for 4",
  );
});
