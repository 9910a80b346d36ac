import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeSubwordVocabulary, makeVocabulary } from "#kernels";
import { type MaskTokensOptions, maskTokens } from "#operators";
import { Ledger } from "#runtime";
import { NO_TARGET, type SequenceBatch, type Vocabulary } from "#schemas";
import { collect } from "../../support/collect.js";

const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const MASK = 4;

function wordsVocabulary(words: readonly string[]): Vocabulary {
  const terms = [...specials, ...words];
  return makeVocabulary(terms, new Float64Array(terms.length).fill(1));
}

const hundred = wordsVocabulary(Array.from({ length: 100 }, (_, n) => `w${n}`));

/** Rows of ids, padded to one length. */
function rowsOf(rows: readonly (readonly number[])[], batch: Partial<SequenceBatch> = {}): SequenceBatch {
  const sequenceLength = batch.sequenceLength ?? Math.max(...rows.map(({ length }) => length));
  const ids = new Uint32Array(rows.length * sequenceLength);
  rows.forEach((row, k) => {
    ids.set(row, k * sequenceLength);
  });
  return {
    ...{ vocabulary: hundred, sequenceLength, ids, targets: new Int32Array(ids.length).fill(7) },
    lengths: Uint32Array.from(rows, ({ length }) => length),
    continues: new Uint8Array(rows.length),
    rowDocuments: Uint32Array.from(rows.keys()),
    ...{ epoch: 0, position: 0, tokensBefore: 0, expectedTokens: 0 },
    ...batch,
  };
}

const masked = (batches: readonly SequenceBatch[], options?: MaskTokensOptions, ledger = new Ledger()) =>
  collect(from(batches).pipe(maskTokens(options)), { ledger });

const one = async (batch: SequenceBatch, options?: MaskTokensOptions) => (await masked([batch], options))[0]!;

/** [CLS] w w ... [SEP] with ids of words that differ from row to row. */
const sentence = (row: number, words: number) => [
  2,
  ...Array.from({ length: words }, (_, k) => 5 + ((row + k) % 100)),
  3,
];

describe("maskTokens", () => {
  it("predicts 15 % of the tokens of a row that are not special, and what was there; the rest predicts nothing", async () => {
    const rows = Array.from({ length: 50 }, (_, row) => sentence(row, 40)); // 40 * 0.15 = 6
    const batch = rowsOf(rows);
    const { ids, targets } = await one(batch);
    for (const row of rows.keys()) {
      const places = [...rows[row]!.keys()].filter((place) => targets[row * 42 + place] !== NO_TARGET);
      expect(places.length).toBe(6);
      expect(places.every((place) => place > 0 && place < 41)).toBe(true); // never [CLS] and [SEP]
    }
    targets.forEach((target, place) => {
      expect(target === NO_TARGET ? ids[place] : target).toBe(batch.ids[place]);
    });
    expect(batch.ids.slice(0, 42)).toEqual(Uint32Array.from(rows[0]!)); // what came in is as it was
  });

  it("hides 80 % behind [MASK], shows another term for 10 % and leaves 10 %, of a million draws", async () => {
    const rows = Array.from({ length: 500 }, (_, row) => sentence(row, 200));
    const counts = { mask: 0, random: 0, same: 0 };
    let shownSpecial = 0;
    const shown = new Set<number>();
    for (let epoch = 0; epoch < 10; epoch++) {
      const batch = rowsOf(rows, { epoch });
      const { ids, targets } = await one(batch, { share: 1, maxPredictions: 1000 });
      targets.forEach((target, place) => {
        const id = ids[place]!;
        if (target === NO_TARGET) return;
        counts[id === MASK ? "mask" : id === target ? "same" : "random"]++;
        if (id < 5 && id !== MASK) shownSpecial++;
        if (id !== MASK && id !== target) shown.add(id);
      });
    }
    expect(counts.mask + counts.random + counts.same).toBe(1_000_000);
    // of 10 % random draws among 100 terms, one in a hundred is what was there: 9.9 % and 10.1 %
    expect(Math.abs(counts.mask / 1e6 - 0.8)).toBeLessThan(0.002); // 5 standard deviations
    expect(Math.abs(counts.random / 1e6 - 0.099)).toBeLessThan(0.0015);
    expect(Math.abs(counts.same / 1e6 - 0.101)).toBeLessThan(0.0015);
    expect([shownSpecial, shown.size]).toEqual([0, 100]);
  });

  it("draws others in each epoch and by each seed, and the same for any cutting into batches", async () => {
    const rows = Array.from({ length: 6 }, (_, row) => sentence(row, 10));
    const whole = await one(rowsOf(rows));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), 6];
        const parts = edges
          .slice(1)
          .map((to, k) => rowsOf(rows.slice(edges[k], to), { position: edges[k]!, sequenceLength: 12 }));
        const found = await masked(parts);
        expect(found.flatMap(({ ids }) => [...ids])).toEqual([...whole.ids]);
        expect(found.flatMap(({ targets }) => [...targets])).toEqual([...whole.targets]);
      }),
      { numRuns: 20 },
    );
    expect((await one(rowsOf(rows, { epoch: 1 }))).targets).not.toEqual(whole.targets);
    expect((await one(rowsOf(rows), { seed: 2 })).targets).not.toEqual(whole.targets);
  });

  it("predicts one token at least and maxPredictions at most, and tells of rows without any to hide", async () => {
    const ledger = new Ledger();
    const rows = [sentence(0, 1), sentence(0, 100), [2, 3], []];
    const [batch] = await masked([rowsOf(rows)], { maxPredictions: 9 }, ledger);
    const counts = rows.map(
      (_, row) => batch!.targets.subarray(row * 102, (row + 1) * 102).filter((id) => id >= 0).length,
    );
    expect(counts).toEqual([1, 9, 0, 0]);
    expect(ledger.get("unmasked")).toBe(2);
  });

  it("hides all pieces of a word or none, of WordPiece and of pieces that mark spaces", async () => {
    const part = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
    const added = specials.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    }));
    const wordPiece = makeSubwordVocabulary(
      {
        ...{ ...part, added_tokens: added, pre_tokenizer: { type: "BertPreTokenizer" } },
        model: {
          type: "WordPiece",
          unk_token: "[UNK]",
          continuing_subword_prefix: "##",
          max_input_chars_per_word: 100,
        },
      },
      [...specials, "un", "##believ", "##able", "我"],
    );
    // un ##believ ##able 我 un ##able 我 我
    const pieces = [2, 5, 6, 7, 8, 5, 7, 8, 8, 3];
    const words = [[1, 2, 3], [4], [5, 6], [7], [8]];
    const rows = Array.from({ length: 60 }, () => pieces);
    const { targets } = await one(rowsOf(rows, { vocabulary: wordPiece }), { share: 0.4, wholeWord: true }); // 3 of 8
    const seen = new Set<string>();
    rows.forEach((_, row) => {
      const places = [...pieces.keys()].filter((place) => targets[row * 10 + place] !== NO_TARGET);
      expect(places.length).toBeLessThanOrEqual(3);
      for (const word of words)
        expect([0, word.length]).toContain(word.filter((place) => places.includes(place)).length);
      seen.add(places.join());
    });
    expect(seen.has("1,2,3")).toBe(true); // long words, too
  });

  it("refuses a vocabulary without [MASK], shares above 1 together, and options out of range", async () => {
    const plain = makeVocabulary(["a", "b"], Float64Array.of(1, 1));
    await expect(masked([rowsOf([[0, 1]], { vocabulary: plain })])).rejects.toThrow(
      new RangeError(
        "maskTokens: the vocabulary must have the term [MASK], got none; specials of learnSubwords or extraTerms of buildVocab add it",
      ),
    );
    const empty = makeVocabulary(["[MASK]"], Float64Array.of(1));
    await expect(masked([rowsOf([[0]], { vocabulary: empty })])).rejects.toThrow(
      "maskTokens: the vocabulary must have terms that are not special, got none",
    );
    expect(() => maskTokens({ mask: 0.8, random: 0.3 })).toThrow(
      new RangeError("maskTokens: mask and random must be at most 1 together, got 0.8 and 0.3"),
    );
    expect(() => maskTokens({ share: 0 })).toThrow(RangeError);
  });
});
