import { describe, expect, it } from "vitest";
import { BagRecords, type WindowExampleSettings, windowOutputs, writeWindowExamples } from "#kernels";
import { contextBatches, vocabularyOf } from "../../support/contextBatches.js";

const settings: WindowExampleSettings = {
  architecture: "skipGram",
  loss: "negativeSampling",
  negative: 5,
  exponent: 0.5,
  seed: 1,
};
const schedule = { learningRate: 0.5, minLearningRate: 0, schedule: "linear", centres: 10 } as const;

interface Example {
  readonly rate: number;
  readonly lists: number[];
  /** [row, target, weight] */
  readonly outputs: number[][];
}

/** The records of sentences, word by word, in the vocabulary of all that are known. */
function examplesOf(sentence: string[], changes: Partial<WindowExampleSettings>, known: string[][] = []): Example[] {
  const all = { ...settings, ...changes };
  const vocabulary = vocabularyOf([sentence, ...known]);
  const records = new BagRecords();
  const outputs = windowOutputs(all, vocabulary.counts);
  const [batch] = contextBatches(vocabulary, [sentence], { windowSize: 2 });
  const writeInputs = (term: number) => records.list(term);
  const { architecture } = all;
  writeWindowExamples(records, batch!, { architecture, outputs, schedule, writeInputs, keepsMeans: false });
  const { words, starts } = records.take(1, true);
  const floats = new Float32Array(words.buffer);
  return Array.from(starts.subarray(0, -1), (start) => {
    const [lists, , named] = words.subarray(start + 1, start + 4) as unknown as [number, number, number];
    const from = start + 4 + lists;
    expect(named).toBeLessThanOrEqual(outputs.most(2));
    return {
      rate: floats[start]!,
      lists: [...words.subarray(start + 4, from)],
      outputs: Array.from({ length: named }, (_, j) => {
        const at = from + 3 * j;
        return [words[at]!, floats[at + 1]!, floats[at + 2]!];
      }),
    };
  });
}

describe("skipGram with negativeSampling", () => {
  it("aims the centre at each context as often as it stands there, and away from noise that counts as much as fastText's", () => {
    // a a b c, and d in the vocabulary: ids 0 1 2 3. The third centre, b, has the contexts a a c, and no noise but d, which the three
    // pairs with 5 noise words each would meet 15 times.
    const [first, , third] = examplesOf(["a", "a", "b", "c"], {}, [["d"]]);
    expect(third!.lists).toEqual([1]);
    expect(third!.outputs).toEqual([
      [0, 1, 2],
      [2, 1, 1],
      [3, 0, 15],
    ]);
    // The first centre, a, has the contexts a b: it is no noise of its own, and 10 times shared by c and d.
    const noise = first!.outputs.slice(2).toSorted();
    expect(noise).toEqual([
      [2, 0, 5],
      [3, 0, 5],
    ]);
  });

  it("takes its rates from the schedule, by the position of the centre", () => {
    const rates = examplesOf(["a", "b", "a", "b"], {}).map(({ rate }) => rate);
    // .5 - .5 x position / 10
    [0.5, 0.45, 0.4, 0.35].forEach((rate, i) => {
      expect(rates[i]).toBeCloseTo(rate, 7);
    });
  });

  it("has at most ten noise words, none twice, that count five times as much as the contexts together", () => {
    const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
    for (const { outputs } of examplesOf(words, {})) {
      const rows = outputs.map(([row]) => row);
      expect(new Set(rows).size).toBe(rows.length);
      const weights = [0, 1].map((target) => outputs.filter((output) => output[1] === target).map(([, , w]) => w!));
      const [noise, contexts] = weights.map((each) => each.reduce((sum, weight) => sum + weight, 0));
      expect(weights[0]!.length).toBeLessThanOrEqual(10);
      expect(noise).toBeCloseTo(5 * contexts!, 4);
    }
  });
});

it("has the centre and its noise as outputs of the words around it, for CBOW", () => {
  const [, second] = examplesOf(["a", "a", "b", "c"], { architecture: "cbow" }, [["d"]]);
  expect(second!.lists).toEqual([0, 1, 2]); // a, b, c around a
  expect(second!.outputs[0]).toEqual([0, 1, 1]);
  expect(second!.outputs.slice(1).toSorted()).toEqual([
    [1, 0, 1],
    [2, 0, 1],
    [3, 0, 1],
  ]);
});

it("takes each node of the contexts' paths once, with the mean of their turns", () => {
  // Counts 5, 3, 2, 1 of a b c d, whose codes are 0, 11, 101, 100, over the nodes 2, 1, 0 (see huffman.test.ts).
  const sentence = ["b", "c", "a", "d"];
  const known = [["a", "a", "a", "a", "b", "b", "c"]];
  const [first, , third] = examplesOf(sentence, { loss: "hierarchicalSoftmax" }, known);
  expect(first!.outputs).toEqual([
    [2, 0.5, 2], // c turns to 1, a to 0
    [1, 0, 1], // c: 0
    [0, 1, 1], // c: 1
  ]);
  // b 11, c 101, d 100
  expect(third!.outputs).toEqual([
    [2, 1, 3],
    [1, Math.fround(1 / 3), 3],
    [0, 0.5, 2],
  ]);
  const cbow = examplesOf(sentence, { loss: "hierarchicalSoftmax", architecture: "cbow" }, known);
  expect(cbow[0]!.outputs).toEqual([
    [2, 1, 1],
    [1, 1, 1],
  ]);
});

it("makes no example of a word that stands alone", () => {
  expect(examplesOf(["a"], {})).toEqual([]);
});
