import { describe, expect, it } from "vitest";
import { ldaSampler } from "#models";
import type { FinalDocumentTerms, StageState } from "#schemas";
import { allOf } from "../../support/allOf.js";
import { copyState } from "../../support/copyState.js";
import { documentTermTable, tableOfTexts } from "../../support/documentTermTable.js";
import { plantedStrongest, plantedTexts, strongestTerms } from "../../support/plantedTopics.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";

type Options = Parameters<typeof ldaSampler>[0];

const texts = plantedTexts(150);
const table = tableOfTexts(texts);

async function sample(options: Options, from: FinalDocumentTerms = table) {
  const model = ldaSampler(options);
  const steps = await allOf(model.fit(from));
  return { steps, topics: await model.result() };
}

/** 2,000 documents of 1 to 30 tokens over 300 terms, so that there are several shares of tokens for threads to take. */
const large = documentTermTable(
  Array.from({ length: 300 }, (_, id) => `t${id}`),
  Array.from({ length: 2000 }, (_, d) =>
    Array.from({ length: d % 6 }, (_, i) => [((d * 7) % 50) * 6 + i, 1 + ((d + i) % 11)] as const),
  ),
);

describe("learning", () => {
  it.each(seeds)("finds the topics that were planted, with seed %i", async (seed) => {
    const { topics, steps } = await sample({ topics: 3, iterations: 60, workers: 1, seed });
    expect(strongestTerms(topics)).toEqual(plantedStrongest);
    expect(steps.at(-1)!.loss).toBeLessThan(0.8 * steps[0]!.loss);
  });

  it("tells of each iteration what it went through", async () => {
    const { steps } = await sample({ topics: 3, iterations: 2, workers: 1 });
    const { tokens } = table;
    expect(steps).toMatchObject([
      { epoch: 0, taken: tokens, examples: tokens },
      { epoch: 1, taken: tokens, examples: tokens },
    ]);
  });

  it("has a loss by hand where there is one topic", async () => {
    // "a a b" and "a": P(topic | document) is 1, P(a) = (3 + 0.5) / (4 + 1), P(b) = (1 + 0.5) / 5
    const { steps, topics } = await sample({ topics: 1, beta: 0.5, iterations: 1 }, tableOfTexts(["a a b", "", "a"]));
    expect(steps[0]!.loss).toBeCloseTo(-3 * Math.log(0.7) - Math.log(0.3), 10);
    expect([...topics.weights]).toEqual([3.5, 1.5]);
  });

  it("gives counts and the prior as weights: the mean of the last samples", async () => {
    const one = await sample({ topics: 4, iterations: 5, samples: 1 });
    const sum = one.topics.weights.reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(table.tokens + 0.1 * 4 * table.vocabulary.terms.length, 2);
    const weights = await Promise.all(
      [3, 4, 5].map(async (iterations) => (await sample({ topics: 4, iterations, samples: 1 })).topics.weights),
    );
    const { topics } = await sample({ topics: 4, iterations: 5, samples: 3 });
    topics.weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(weights.reduce((total, each) => total + each[i]!, 0) / 3, 4);
    });
  });

  it("learns which topics are more frequent", async () => {
    const uneven = tableOfTexts(texts.filter((_, d) => d % 3 === 0 || d % 12 === 1));
    const { topics } = await sample({ topics: 2, iterations: 60, asymmetric: true }, uneven);
    const [less, more] = [...topics.alpha].sort((a, b) => a - b);
    expect(more! / less!).toBeGreaterThan(2);
  });
});

describe("the same bytes", () => {
  it("with any number of threads, in WebAssembly and in plain TypeScript, symmetric or not, for several proposals", async () => {
    for (const more of [{}, { asymmetric: true, proposals: 2 }]) {
      const options = { topics: 7, iterations: 6, samples: 3, ...more };
      const expected = await sample({ ...options, workers: 1 }, large);
      expect(expected.steps.at(-1)!.loss).toBeLessThan(expected.steps[0]!.loss);
      for (const other of shortOrLong<Options[]>([], [{ workers: 2 }]).concat([
        { workers: 3 },
        { workers: 2, kernel: "reference" },
      ]))
        expect(await sample({ ...options, ...other }, large)).toEqual(expected);
    }
  });

  it("however the table is cut into batches", async () => {
    const options = { topics: 3, iterations: 10 };
    const { topics } = await sample(options);
    for (const rows of [1, 7, 1000])
      expect((await sample(options, tableOfTexts(texts, rows))).topics.weights).toEqual(topics.weights);
  });

  it("from the state after any iteration, and others from another seed", async () => {
    const options = { topics: 3, iterations: 23, samples: 4, asymmetric: true };
    const whole = ldaSampler(options);
    const states: StageState[] = [];
    for await (const _ of whole.fit(table)) states.push(copyState((await whole.save!())!));
    const expected = await whole.result();
    for (const done of shortOrLong([9, 19, 22], [1, 9, 10, 19, 20, 22, 23])) {
      const resumed = ldaSampler(options);
      await resumed.restore!(states[done - 1]!, {});
      expect(await allOf(resumed.fit(table))).toHaveLength(23 - done);
      expect(await resumed.result()).toEqual(expected);
    }
    expect((await sample({ ...options, seed: 2 })).topics.weights).not.toEqual(expected.weights);
  });
});

describe("what cannot be sampled", () => {
  const failure = async (options: Options, from: FinalDocumentTerms) => {
    const error = await sample(options, from).catch((caught: Error) => caught);
    return (error as Error).message;
  };

  it("is told in one line", async () => {
    expect(await failure({}, tableOfTexts(["", ""]))).toBe(
      "ldaSampler: the documents must have terms of the vocabulary, got none",
    );
    expect(await failure({}, documentTermTable(["a", "猫"], [[[0, 2]], [], [[1, 0.5]]]))).toBe(
      'ldaSampler: the values of the table must be counts, whole numbers above 0, got 0.5 in document 2 for "猫"',
    );
    expect(await failure({ topics: 3 }, tableOfTexts(["a", "b"]))).toBe(
      "ldaSampler: topics must be at most as many as documents, 2, got 3",
    );
    expect(await failure({ memory: "1kB", topics: 2 }, tableOfTexts(["a b", "a"]))).toMatch(
      /^ldaSampler: the table must fit in 1000 bytes of memory, got \d+ bytes for 3 tokens and 2 terms in 2 topics; raise memory, or take fewer topics or terms$/,
    );
  });

  it("is refused at the call where an option is out of range", () => {
    expect(() => ldaSampler({ alpha: 0 })).toThrow(/^ldaSampler: alpha must be a number > 0, got 0$/);
    expect(() => ldaSampler({ beta: 0 })).toThrow(/^ldaSampler: beta must be a number > 0, got 0$/);
    expect(() => ldaSampler({ topics: 0 })).toThrow(/^ldaSampler: topics must be an integer from 1 to 65536, got 0$/);
  });

  it("is not gone on with from the state of another table", async () => {
    const first = ldaSampler({ topics: 3, iterations: 1 });
    await allOf(first.fit(table));
    const second = ldaSampler({ topics: 3, iterations: 2 });
    await second.restore!(copyState((await first.save!())!), {});
    await expect(allOf(second.fit(tableOfTexts(["a b", "", ""])))).rejects.toThrow(
      /^ldaSampler: the saved state must be of 3 documents, 2 terms, 2 tokens, 3 topics, 1 proposals, got 150 documents/,
    );
  });
});
