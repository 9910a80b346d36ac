import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawBelow, FirstRows, makeVocabulary, randomStream, Vectors } from "#kernels";
import { type Word2vecOptions, word2vec } from "#models";
import { type GrowVocabOptions, growVocab, windowContexts } from "#operators";
import type { ContextBatch, StageState, VocabularySnapshot } from "#schemas";
import { collect } from "../../support/collect.js";
import { contextBatches } from "../../support/contextBatches.js";
import { copyState } from "../../support/copyState.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";
import { sizes, tokenBatches } from "../../support/tokens.js";
import { chinese, english } from "../../support/topics.js";

/** Sentences of eight words, each about one topic. */
function sentencesAbout(topics: readonly (readonly string[])[], count: number, seed = 11): string[][] {
  const stream = randomStream(seed, "topics");
  return Array.from({ length: count }, (_, s) => {
    const topic = topics[drawBelow(stream, 9 * s, topics.length)]!;
    return Array.from({ length: 8 }, (_, i) => topic[drawBelow(stream, 9 * s + i + 1, topic.length)]!);
  });
}

/** A stream whose words change: the later ones take rows of the earlier ones. */
const changing = [...sentencesAbout(english, 40), ...sentencesAbout(chinese, 80)];
const small: GrowVocabOptions = { maxSize: 9, counters: 20, minCount: 2, generationSize: 64, halfLife: 200 };

function windows(sentences: string[][], vocabulary: GrowVocabOptions, batchSize = 50, cuts?: readonly number[]) {
  const contexts = windowContexts({ windowSize: 3, radius: "random", sample: 0.5, batchSize });
  return collect(from(tokenBatches([sentences], cuts)).pipe(growVocab(vocabulary), contexts));
}

async function learn(batches: readonly ContextBatch[], options: Word2vecOptions) {
  const model = word2vec({ online: true, vectorSize: 20, learningRate: 0.05, ...options });
  let [loss, examples] = [0, 0];
  for (const batch of batches) {
    const step = await model.update(batch);
    loss += step.loss;
    examples += step.examples;
  }
  const vectors = await model.result();
  await model.close();
  return { vectors, loss: loss / examples };
}

const architectures = ["skipGram", "cbow"] as const;

describe.each(architectures)("word2vec online, %s", (architecture) => {
  it("agrees with the reference to single precision while rows change hands", async () => {
    const batches = await windows(changing, small);
    const generations = new Set(batches.map(({ vocabulary }) => (vocabulary as VocabularySnapshot).generation));
    expect(generations.size).toBeGreaterThan(10);
    for (const schedule of ["constant", "inverse"] as const) {
      const options = { architecture, schedule, decayCentres: 300 };
      const reference = await learn(batches, { ...options, kernel: "reference" });
      for (const kernel of ["plain", "auto"] as const) {
        const compiled = await learn(batches, { ...options, kernel, workers: 1 });
        expect(compiled.vectors.terms).toEqual(reference.vectors.terms);
        const error = compiled.vectors.values.map((value, i) => Math.abs(value - reference.vectors.values[i]!));
        expect(Math.max(...error)).toBeLessThan(1e-4);
        expect(compiled.loss / reference.loss).toBeCloseTo(1, 5);
      }
    }
  });

  it("gives the same bytes for any number of workers, and batches of any size", async () => {
    const options = { architecture, vectorSize: 200 };
    const one = await learn(await windows(changing, small), { ...options, workers: 1 });
    for (const workers of shortOrLong([3], [2, 4])) {
      const more = await learn(await windows(changing, small, 7), { ...options, workers });
      expect(more.vectors.values).toEqual(one.vectors.values);
    }
  });

  it("learns the same from a whole stream as from any pieces", async () => {
    const whole = await learn(await windows(changing, small), { architecture, kernel: "reference" });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 90 }), async (cuts, batchSize) => {
        const batches = await windows(changing, small, batchSize, cuts);
        const pieces = await learn(batches, { architecture, kernel: "reference" });
        expect(pieces.vectors.terms).toEqual(whole.vectors.terms);
        expect(pieces.vectors.values).toEqual(whole.vectors.values);
      }),
      { seed: 4, numRuns: shortOrLong(5, 15) },
    );
  });

  it.each([{ kernel: "reference" }, { kernel: "plain", workers: 1 }, { kernel: "auto", workers: 2 }] as const)(
    "goes on from a saved state to the same bytes, with %j",
    async (engine) => {
      const options = { ...engine, architecture, online: true, vectorSize: 100, learningRate: 0.05 };
      const batches = await windows(changing.slice(0, 70), small, 41);
      const whole = word2vec(options);
      const saved: { readonly after: number; readonly state: StageState }[] = [];
      for (const [k, batch] of batches.entries()) {
        await whole.update(batch);
        const state = await whole.save!();
        if (state) saved.push({ after: k + 1, state: copyState(state) });
      }
      const expected = await whole.result();
      expect(saved.length).toBeGreaterThan(0.8 * batches.length); // but those whose last group began in the batch before
      for (const [k, { after, state }] of saved.slice(0, -1).entries()) {
        if (engine.kernel !== "reference" && k % shortOrLong(9, 3) > 0) continue; // each one starts threads
        const model = word2vec(options);
        await model.restore!(state, { vocabulary: batches[after]!.vocabulary });
        for (const batch of batches.slice(after)) await model.update(batch);
        const { terms, values } = await model.result();
        expect(terms).toEqual(expected.terms);
        expect(values).toEqual(expected.values);
      }
    },
  );

  it.each([
    ["English", english, "canoe"],
    ["Chinese", chinese, "独木舟"],
  ])("learns a %s word that comes late, in the row of one that went, at every seed", async (_, topics, planted) => {
    for (const seed of seeds) {
      const [lake, ...others] = topics;
      const gone = ["gone1", "gone2", "gone3"];
      const text = [
        ...sentencesAbout([lake!, ...others, gone], 600, seed),
        ...sentencesAbout([[...lake!, planted], ...others], 900, seed),
      ];
      const vocabulary = { maxSize: 17, counters: 40, minCount: 3, generationSize: 512, halfLife: 4000 };
      const { vectors } = await learn(await windows(text, vocabulary, 500), { architecture, seed });
      expect(vectors.terms).toContain(planted);
      const near = vectors.mostSimilar(planted, { topN: 3 }).map(({ term }) => term);
      expect(lake).toEqual(expect.arrayContaining(near));
    }
  });
});

describe("word2vec online", () => {
  const snapshot = (generation: number, terms: string[], since: number[]): VocabularySnapshot => ({
    ...makeVocabulary(
      terms,
      Float64Array.from(terms, () => 10),
    ),
    ...{ maxSize: 4, generation, since: Uint32Array.from(since) },
  });
  const batchOf = (vocabulary: VocabularySnapshot, words: string[], position: number) => ({
    ...contextBatches(vocabulary, [words])[0]!,
    position,
  });
  const still = { online: true, vectorSize: 2, learningRate: 1e-12 } as const;
  const drawn = (seed: number, row: number, generation: number) => {
    const stream = randomStream(seed, "weights", generation);
    return Float32Array.from([0, 1], (d) => (drawUint(stream, 2 * row + d) - 0.5) / 2);
  };
  const drawUint = (stream: ReturnType<typeof randomStream>, index: number) =>
    drawBelow(stream, index, 2 ** 32) / 2 ** 32;

  it.each(["reference", "plain"] as const)(
    "begins a row afresh when another term has it, and leaves the others (%s)",
    async (kernel) => {
      const model = word2vec({ ...still, kernel, seed: 3 });
      await model.update(batchOf(snapshot(1, ["a", "b"], [1, 1]), ["a", "b", "a"], 0));
      const first = (await model.snapshot!())!;
      expect(first.vectorOf("a")).toEqual(drawn(3, 0, 1));
      await model.update(batchOf(snapshot(4, ["c", "b", "d"], [3, 1, 4]), ["c", "b", "d"], 3));
      const second = await model.result();
      expect(second.vectorOf("c")).toEqual(drawn(3, 0, 3)); // of the generation in which it got the row
      expect(second.vectorOf("d")).toEqual(drawn(3, 2, 4));
      expect(second.vectorOf("b")).toEqual(first.vectorOf("b"));
      expect(second.terms).not.toContain("a");
    },
  );

  it("begins a word that comes late with the vector that it had before", () => {
    const values = Float32Array.of(7, 8);
    const initialVectors = new Vectors({ terms: ["b"], vectorSize: 2, values, metadata: new Map() });
    const change = new FirstRows(2, 1, initialVectors).changeAfter(1, snapshot(2, ["a", "b"], [1, 2]));
    expect([[...change.rows], [...change.values], [...change.counts]]).toEqual([[1], [7, 8], [10, 10, 0, 0]]);
  });

  it("lists terms by their counts, and then by code point", async () => {
    const vocabulary = { ...snapshot(1, ["b", "c", "a"], [1, 1, 1]), counts: Float64Array.of(1, 5, 1) };
    expect((await learn([batchOf(vocabulary, ["a", "b", "c"], 0)], {})).vectors.terms).toEqual(["c", "a", "b"]);
  });

  it("draws no noise from rows without a term", async () => {
    // One term of four rows: its only noise would be itself, so it has none, and the loss is ln 2 a pair
    const { loss } = await learn([batchOf(snapshot(1, ["a"], [1]), ["a", "a", "a"], 0)], { learningRate: 1e-12 });
    expect(loss).toBeCloseTo(Math.LN2, 5);
  });

  it("learns in a vocabulary that stays the same, too, without threads that wait for each other", async () => {
    const batches = await windows(changing, small);
    const { vectors, loss } = await learn(batches, { deterministic: false, workers: 2 });
    expect(vectors.terms.length).toBe(9);
    expect(loss).toBeLessThan(6 * Math.LN2);
    const vocabulary = makeVocabulary(["a", "b"], Float64Array.of(2, 2));
    const fixed = await learn(contextBatches(vocabulary, [["a", "b", "b", "a"]]), {});
    expect(fixed.vectors.terms).toEqual(["a", "b"]);
  });

  it("says what it cannot do", async () => {
    expect(() => word2vec({ online: true, epochs: 2 })).toThrow("word2vec: epochs must be 1 with online, got 2");
    expect(() => word2vec({ online: true, schedule: "linear" })).toThrow(
      "word2vec: schedule must be constant or inverse with online, got linear",
    );
    expect(() => word2vec({ online: true, loss: "hierarchicalSoftmax" })).toThrow(
      "word2vec: loss must be negativeSampling with online, got hierarchicalSoftmax",
    );
    const [first, second] = [snapshot(1, ["a"], [1]), snapshot(2, ["a"], [1])].map((one) =>
      batchOf(one, ["a", "a"], 0),
    );
    expect(() => word2vec({ kernel: "reference" }).update(first!)).toThrow(
      "word2vec without online: the vocabulary must stay the same, got one of growVocab, which changes",
    );
    const model = word2vec({ online: true, kernel: "reference" });
    model.update({ ...first!, vocabulary: makeVocabulary(["a"], Float64Array.of(2)) });
    expect(() => model.update({ ...second!, vocabulary: makeVocabulary(["a"], Float64Array.of(2)) })).toThrow(
      "word2vec: every batch must have the same vocabulary, got another one",
    );
    const huge = { ...snapshot(1, ["a"], [1]), maxSize: 6_000_000 };
    expect(() => word2vec({ online: true, kernel: "reference" }).update(batchOf(huge, ["a", "a"], 0))).toThrow(
      "word2vec: weights must fit into 3.75 GiB, got 6000000 terms x 100 = 5.0 GiB; lower the vocabulary's maxSize",
    );
  });
});
