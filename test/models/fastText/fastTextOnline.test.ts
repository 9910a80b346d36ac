import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawBelow, makeVocabulary, randomStream } from "#kernels";
import { type FastTextOptions, fastText } from "#models";
import { type GrowVocabOptions, growVocab, windowContexts } from "#operators";
import type { ContextBatch, StageState, VocabularySnapshot } from "#schemas";
import { collect } from "../../support/collect.js";
import { contextBatches, vocabularyOf } from "../../support/contextBatches.js";
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
const changing = [...sentencesAbout(english, 40), ...sentencesAbout(chinese, 60)];
const few: GrowVocabOptions = { maxSize: 9, counters: 20, minCount: 2, generationSize: 64, halfLife: 200 };
const small = { online: true, vectorSize: 10, minSubword: 2, maxSubword: 3, buckets: 500, workers: 1 } as const;

function windows(sentences: string[][], vocabulary: GrowVocabOptions, batchSize = 50, cuts?: readonly number[]) {
  const contexts = windowContexts({ windowSize: 3, radius: "random", sample: 0.5, batchSize });
  return collect(from(tokenBatches([sentences], cuts)).pipe(growVocab(vocabulary), contexts));
}

async function learn(batches: readonly ContextBatch[], options: FastTextOptions = {}) {
  const model = fastText({ ...small, ...options });
  for (const batch of batches) await model.update(batch);
  const vectors = await model.result();
  await model.close();
  return vectors;
}

const generationOf = ({ vocabulary }: ContextBatch) => (vocabulary as VocabularySnapshot).generation;

describe.each(["skipGram", "cbow"] as const)("fastText online, %s", (architecture) => {
  it("agrees with the reference to single precision while rows change hands", async () => {
    const batches = await windows(changing, few);
    expect(new Set(batches.map(generationOf)).size).toBeGreaterThan(10);
    const reference = await learn(batches, { architecture, kernel: "reference" });
    const compiled = await learn(batches, { architecture, kernel: "plain" });
    expect(compiled.terms).toEqual(reference.terms);
    expect(compiled.subwords!.buckets).toEqual(reference.subwords!.buckets);
    const error = compiled.values.map((value, i) => Math.abs(value - reference.values[i]!));
    expect(Math.max(...error)).toBeLessThan(1e-4);
  });

  it("gives the same bytes for any number of workers", async () => {
    const options = { architecture, vectorSize: 200 }; // four slices
    const one = await learn(await windows(changing, few), options);
    for (const workers of shortOrLong([3], [2, 4])) {
      const more = await learn(await windows(changing, few, 7), { ...options, workers });
      expect(more.values).toEqual(one.values);
      expect(more.subwords).toEqual(one.subwords);
    }
  });

  it("learns the same from a whole stream as from any pieces", async () => {
    const whole = await learn(await windows(changing, few), { architecture, kernel: "reference" });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 90 }), async (cuts, batchSize) => {
        const pieces = await learn(await windows(changing, few, batchSize, cuts), {
          architecture,
          kernel: "reference",
        });
        expect(pieces.values).toEqual(whole.values);
        expect(pieces.subwords).toEqual(whole.subwords);
      }),
      { seed: 4, numRuns: shortOrLong(4, 8) },
    );
  });

  it.each(["reference", "plain"] as const)("goes on from any saved state to the same bytes (%s)", async (kernel) => {
    const options = { ...small, kernel, architecture };
    const batches = await windows(changing.slice(0, 70), few, 41);
    const whole = fastText(options);
    const saved: StageState[] = [];
    for (const batch of batches) {
      await whole.update(batch);
      saved.push(copyState((await whole.save!())!));
    }
    const expected = await whole.result();
    await whole.close();
    for (const [k, state] of saved.slice(0, -1).entries()) {
      if (kernel !== "reference" && k % shortOrLong(9, 3) > 0) continue; // each one starts threads
      const model = fastText(options);
      const { vocabulary } = batches[k + 1]!; // of the batches to come, and so perhaps with terms that are new
      await model.restore!(state, { vocabulary });
      for (const batch of batches.slice(k + 1)) await model.update(batch);
      const found = await model.result();
      await model.close();
      expect(found.terms).toEqual(expected.terms);
      expect(found.values).toEqual(expected.values);
      expect(found.subwords).toEqual(expected.subwords);
    }
  });

  it.each([
    ["English", english, "canoe"],
    ["Chinese", chinese, "独木舟"],
  ])("learns a %s word that comes late, in the row of one that went, at every seed", async (_, topics, planted) => {
    for (const seed of seeds) {
      const [lake, ...others] = topics;
      const gone = ["gone1", "gone2", "gone3"];
      const text = [
        ...sentencesAbout([lake!, ...others, gone], 500, seed),
        ...sentencesAbout([[...lake!, planted], ...others], 900, seed),
      ];
      const vocabulary = { maxSize: 17, counters: 40, minCount: 3, generationSize: 512, halfLife: 4000 };
      const vectors = await learn(await windows(text, vocabulary, 500), { architecture, seed, buckets: 5000 });
      expect(vectors.terms).toContain(planted);
      const near = vectors.mostSimilar(planted, { topN: 3 }).map(({ term }) => term);
      expect(lake).toEqual(expect.arrayContaining(near));
    }
  });
});

const snapshot = (generation: number, terms: string[], since: number[]): VocabularySnapshot => ({
  ...makeVocabulary(
    terms,
    Float64Array.from(terms, () => 10),
  ),
  ...{ maxSize: 4, generation, since: Uint32Array.from(since) },
});

it.each(["reference", "plain"] as const)(
  "leaves n-grams as they are where a term takes another's row (%s)",
  async (kernel) => {
    const model = fastText({ ...small, kernel });
    const first = snapshot(1, ["river", "lake"], [1, 1]);
    await model.update(contextBatches(first, Array(20).fill(["river", "lake", "river"]))[0]!);
    const before = (await model.snapshot!())!;
    // rivet takes the row of lake: of its n-grams <r ri iv ve et t> <ri riv ive vet et>, et t> vet et> are new
    const next = snapshot(2, ["river", "rivet"], [1, 2]);
    await model.update({ ...contextBatches(next, [["river"]])[0]!, position: 60 }); // no window: nothing is learned
    const after = (await model.snapshot!())!;
    expect(after.terms).toEqual(["river", "rivet"]);
    expect(after.vectorOf("river")).toEqual(before.vectorOf("river"));
    expect(after.subwords!.buckets.length).toBe(before.subwords!.buckets.length + 4);
    const rowOf = ({ subwords }: typeof after, bucket: number) => {
      const at = subwords!.buckets.indexOf(bucket);
      return subwords!.values.subarray(10 * at, 10 * at + 10);
    };
    for (const bucket of before.subwords!.buckets) expect(rowOf(after, bucket)).toEqual(rowOf(before, bucket));
    await model.close();
  },
);

it("says what it cannot do", async () => {
  const sentences = [["a", "b"]];
  const [batch] = contextBatches(snapshot(1, ["a", "b"], [1, 1]), sentences);
  const fixed = fastText({ ...small, online: false, kernel: "reference" });
  await expect(fixed.update(batch!)).rejects.toThrow(/^fastText without online/);
  const online = fastText({ ...small, kernel: "reference" });
  await online.update(batch!);
  await expect(online.update(contextBatches(vocabularyOf(sentences), sentences)[0]!)).rejects.toThrow(
    "fastText: every batch must have the same vocabulary, got another one",
  );
  expect(() => online.score!(batch!)).toThrow(
    "fastText: windows to be scored must have the vocabulary that was learned from, one that stays the same",
  );
});
