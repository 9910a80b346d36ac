import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosineMeasure, overlapMeasure, type SentenceWords, sentenceGraph, sentenceGraphOfPairs } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

/** Sentences of numbers of words, ascending, which may stand there more than once. */
function sentencesOf(sentences: readonly (readonly number[])[]): SentenceWords {
  const distinct = sentences.map((words) => [...new Set(words)].sort((a, b) => a - b));
  const offsets = Uint32Array.from([0, ...distinct.map((_, k) => distinct.slice(0, k + 1).flat().length)]);
  return {
    offsets,
    words: Uint32Array.from(distinct.flat()),
    counts: Uint32Array.from(
      distinct.flatMap((words, k) => words.map((w) => sentences[k]!.filter((x) => x === w).length)),
    ),
    size: Math.max(-1, ...sentences.flat()) + 1,
  };
}

const edgesOf = ({ offsets, neighbors, weights }: ReturnType<typeof sentenceGraph>) =>
  Array.from(offsets.subarray(1), (end, vertex) =>
    Array.from(neighbors.subarray(offsets[vertex], end), (other, k) => [other, weights[offsets[vertex]! + k]!]),
  );

it("measures overlap as the paper does: shared words by the logarithms of both lengths", () => {
  const found = sentencesOf([[0, 1, 2], [1, 2, 3, 4], [5], [5]]);
  const weight = 2 / (Math.log(3) + Math.log(4)); // two words of three and of four
  const edges = edgesOf(sentenceGraph(found, overlapMeasure(found)));
  expect(edges.map((each) => each.map(([other]) => other))).toEqual([[1], [0], [], []]); // ln 1 + ln 1 = 0
  expect(edges[0]![0]![1]).toBeCloseTo(weight, 12);
});

it("joins sentences above a cosine of 0.1, by the words that not all of them have", () => {
  // idf of word 0 is ln(3/3) = 0, of 1 ln(3/2), of 2, 3 and 4 ln 3: sentences 0 and 1 share word 1,
  // cos = ln(1.5)^2 / (ln(1.5)^2 + ln(3)^2) = 0.1644 / 1.3713 = 0.12; with word 4 twice in sentence 1, 0.1644 / sqrt(1.3713 * 4.99) = 0.063
  expect(
    edgesOf(
      graphOfCosines([
        [0, 1, 2],
        [0, 1, 3],
        [0, 4],
      ]),
    ),
  ).toEqual([[[1, 1]], [[0, 1]], []]);
  expect(
    edgesOf(
      graphOfCosines([
        [0, 1, 2],
        [0, 1, 3, 3],
        [0, 4],
      ]),
    ),
  ).toEqual([[], [], []]);
});

function graphOfCosines(sentences: readonly (readonly number[])[]) {
  const found = sentencesOf(sentences);
  return sentenceGraph(found, cosineMeasure(found));
}

describe.each([
  ["overlap", overlapMeasure],
  ["cosine", cosineMeasure],
])("%s", (_, measureOf) => {
  it("makes the same graph by way of the index as from all pairs", () => {
    const sentence = fc.array(fc.nat({ max: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 120 }), (sentences) => {
        const found = sentencesOf(sentences);
        const measure = measureOf(found);
        expect(sentenceGraph(found, measure)).toEqual(sentenceGraphOfPairs(found, measure));
      }),
      { seed: 41, numRuns: caseCount(60) },
    );
  });
});

it("keeps the 50 most similar neighbours of each, the earlier of equal ones, and those that keep it", () => {
  const found = sentencesOf(Array.from({ length: 60 }, () => [0, 1]));
  const { offsets, neighbors } = sentenceGraph(found, overlapMeasure(found));
  const degrees = Array.from(offsets.subarray(1), (end, vertex) => end - offsets[vertex]!);
  expect(degrees).toEqual([...new Array(50).fill(59), ...new Array(10).fill(50)]); // the last ten keep the first fifty, who have all
  expect(
    [...neighbors].every((neighbor, at) => neighbor !== degrees.findIndex((_, vertex) => at < offsets[vertex + 1]!)),
  ).toBe(true);
});
