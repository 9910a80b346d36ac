import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { type BertOptions, bert } from "#models";
import { maskTokens, sentencePairs } from "#operators";
import type { IdBatch, SequenceBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { copyState } from "../../support/copyState.js";
import { bytesOf, learned } from "../../support/twoTermsBack.js";

const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const terms = [...specials, "sun", "oak", "rain", "elm"];
const vocabulary = makeVocabulary(terms, new Float64Array(terms.length).fill(100));

const DOCUMENTS = 80;
const SENTENCES = 6;
const WORDS = 3;

/** Each document says one word again and again, every other one the same: what is hidden stands beside it. */
function text(epoch: number): IdBatch {
  const size = SENTENCES * WORDS;
  const starts = (count: number, width: number) => Uint32Array.from({ length: count }, (_, k) => k * width);
  return {
    vocabulary,
    ids: Uint32Array.from({ length: DOCUMENTS * size }, (_, i) => specials.length + (Math.floor(i / size) % 2)),
    sentenceOffsets: starts(DOCUMENTS * SENTENCES, WORDS),
    documentOffsets: starts(DOCUMENTS, size),
    epoch,
  };
}

async function rowsOf(epochs: number, batchSize = 8): Promise<SequenceBatch[]> {
  const passes = Array.from({ length: epochs }, (_, epoch) => text(epoch));
  return collect(
    from(passes).pipe(sentencePairs({ length: 16, batchSize, shortShare: 0 }), maskTokens({ share: 0.3 })),
  );
}

const small: BertOptions = {
  layers: 1,
  heads: 2,
  vectorSize: 16,
  innerSize: 32,
  positions: 16,
  dropout: 0,
  warmup: 0,
  learningRate: 0.005,
  holdout: 0.1,
  epochs: 16,
  workers: 1,
};

describe("bert", () => {
  it("learns terms from both sides, and which second text follows, better the more it has seen", async () => {
    const model = bert(small);
    const { made } = await learned(model, await rowsOf(16));
    const { heldOutLosses, heldOutLabelLosses, heldOutLabelAccuracies } = JSON.parse(made.metadata.get("learned")!);
    expect(heldOutLosses[0]).toBeGreaterThan(0.6); // two words, equally frequent: ln 2 = 0.69
    expect(heldOutLosses.at(-1)).toBeLessThan(0.05);
    // other words: surely another document. The same: every third one is, 0.64 nats. Of four rows three are of the second kind: 0.48
    expect(heldOutLabelLosses.length).toBe(16);
    expect(heldOutLabelLosses[0]).toBeGreaterThan(0.55);
    expect(heldOutLabelLosses.at(-1)).toBeLessThan(0.5);
    // other words are known, and all others told to follow: of the rows 1/4 + 3/4 x 2/3 = 3/4 are right
    expect(heldOutLabelAccuracies.at(-1)).toBeGreaterThan(0.68);
    expect(model.heldOutScores).toEqual({
      nextSentenceLoss: heldOutLabelLosses,
      nextSentenceAccuracy: heldOutLabelAccuracies,
    });
    expect(made.vectors).toBe("bert.embeddings.word_embeddings.weight");
    expect(made.unknown).toBe("[UNK]");
    expect(made.tensors.map(({ name }) => name)).toContain("cls.seq_relationship.weight");
  });

  it("learns terms alone from rows without classes", async () => {
    const rows = (await rowsOf(2)).map(({ labels, segments, ...batch }) => batch);
    const { made } = await learned(bert({ ...small, nextSentence: false, epochs: 2 }), rows);
    expect(made.settings.nextSentence).toBe(false);
    expect(JSON.parse(made.metadata.get("learned")!).heldOutLabelLosses).toBeUndefined();
    expect(made.tensors.map(({ name }) => name)).not.toContain("bert.pooler.dense.weight");
  });

  it("goes on from its state to the same bytes, wherever it was stopped, at any number of threads", async () => {
    const options = { ...small, epochs: 2, dropout: 0.1, patience: 2, vectorSize: 8, innerSize: 8 };
    const all = await rowsOf(2, 24);
    const { made } = await learned(bert({ ...options, workers: 2 }), all);
    for (const stop of [1, all.length - 2]) {
      const first = bert(options);
      for (const [k, batch] of all.slice(0, stop).entries()) {
        await first.update(batch);
        if (all[k + 1]?.epoch !== batch.epoch) await first.endPass!();
      }
      const state = copyState((await first.save!())!);
      await first.close?.();
      const second = bert(options);
      await second.restore!(state, { vocabulary });
      const { made: again } = await learned(second, all.slice(stop));
      expect(bytesOf(again)).toEqual(bytesOf(made));
      expect(again.metadata.get("learned")).toBe(made.metadata.get("learned"));
    }
  });

  it("has the sizes of Turc et al. by name", async () => {
    // tiny: 128 numbers a vector, of 2 layers; 9 terms and 16 positions
    const d = 128;
    const expected = (9 + 16 + 2) * d + 2 * d + 2 * (12 * d * d + 13 * d) + 2 * (d * d + d) + 2 * d + 9 + 2 * d + 2;
    const [batch] = await rowsOf(1, 2);
    const { made } = await learned(bert({ size: "tiny", positions: 16, epochs: 1, holdout: 0, workers: 1 }), [batch!]);
    expect(made.tensors.reduce((sum, { values }) => sum + values.length, 0)).toBe(expected);
  });

  it("tells what was wrong in one line", async () => {
    const [batch] = await rowsOf(1);
    expect(() => bert({ heads: 3 })).toThrow("bert: vectorSize must be a multiple of heads, got 128 and 3");
    const { labels, ...plain } = batch!;
    expect(() => bert(small).update(plain)).toThrow(
      new RangeError(
        "bert: rows must have labels and segments, as those of sentencePairs, or nextSentence must be false, got none",
      ),
    );
    expect(() =>
      bert(small).update({ ...batch!, targets: Int32Array.from(batch!.ids, (id) => (id === 4 ? -1 : id)) }),
    ).toThrow(
      /^bert: some of the terms that are predicted must be hidden behind \[MASK\], as maskTokens does, got none of \d+$/,
    );
    const other = makeVocabulary(["a"], Float64Array.of(1));
    expect(() => bert(small).update({ ...batch!, vocabulary: other })).toThrow("must have the term [MASK], got none");
    await expect(bert({ ...small, positions: 8 }).update(batch!)).rejects.toThrow(
      "bert: rows must have at most 8 places, as many as positions, got 16",
    );
  });
});
