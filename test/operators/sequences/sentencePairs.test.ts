import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { type SentencePairsOptions, sentencePairs } from "#operators";
import { Ledger } from "#runtime";
import type { IdBatch, SequenceBatch, Vocabulary } from "#schemas";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { type Documents, documentsOf, idBatches, sizes } from "../../support/tokens.js";

const specials = ["[CLS]", "[SEP]"];

/** Specials, and each word once. */
function vocabularyOf(texts: Documents): Vocabulary {
  const terms = [...specials, ...new Set(texts.flat(2))];
  return makeVocabulary(terms, new Float64Array(terms.length).fill(1));
}

const batchesOf = (texts: Documents, cuts?: readonly number[], epoch = 0) =>
  idBatches(texts, cuts, vocabularyOf(texts), epoch);

const pair = (batches: readonly IdBatch[], options?: SentencePairsOptions, ledger = new Ledger()) =>
  collect(from(batches).pipe(sentencePairs(options)), { ledger });

interface Row {
  readonly first: string[];
  readonly second: string[];
  readonly label: number;
  readonly document: number;
}

/** The two texts of each row; its form is looked at on the way. */
function rowsOf(batches: readonly SequenceBatch[]): Row[] {
  return batches.flatMap(
    ({ vocabulary: { terms }, ids, lengths, segments, labels, rowDocuments, sequenceLength, targets }) =>
      Array.from(lengths, (length, row) => {
        const from = row * sequenceLength;
        const text = Array.from(ids.subarray(from, from + length), (id) => terms[id]!);
        const [end, last] = [text.indexOf("[SEP]"), text.lastIndexOf("[SEP]")];
        expect([text[0], last]).toEqual(["[CLS]", length - 1]);
        const wanted = Array.from({ length: sequenceLength }, (_, place) => Number(place > end && place < length));
        expect([...segments!.subarray(from, from + sequenceLength)]).toEqual(wanted);
        expect(targets.subarray(from, from + sequenceLength).every((target) => target === -1)).toBe(true);
        return {
          ...{ first: text.slice(1, end), second: text.slice(end + 1, last) },
          ...{ label: labels![row]!, document: rowDocuments[row]! },
        };
      }),
  );
}

/** Documents of sentences whose words say where they stand: d3.s1.w0. */
const numbered = (documents: number, sentences: number, words: number): string[][][] =>
  Array.from({ length: documents }, (_, d) =>
    Array.from({ length: sentences }, (_, s) => Array.from({ length: words }, (_, w) => `d${d}.s${s}.w${w}`)),
  );

const documentOf = (word: string) => Number(/^d(\d+)/.exec(word)![1]);
const plain = ({ vocabulary, ...batch }: SequenceBatch) => batch;

describe("sentencePairs", () => {
  it("lays a document in rows [CLS] A [SEP] B [SEP], cut at ends of sentences", async () => {
    const ledger = new Ledger();
    const texts = documentsOf("the cat sat. on the mat. it slept");
    const [batch] = await pair(await batchesOf(texts), { length: 12, shortShare: 0 }, ledger);
    // 8 tokens for 9 places: one row of all three sentences, cut behind the first or the second
    const [row] = rowsOf([batch!]);
    expect([...row!.first, ...row!.second].join(" ")).toBe("the cat sat on the mat it slept");
    expect([3, 6]).toContain(row!.first.length);
    expect(row!.label).toBe(0);
    expect(plain(batch!)).toMatchObject({ position: 0, tokensBefore: 0, epoch: 0, lengths: Uint32Array.of(11) });
    expect([ledger.get("nextPairs"), ledger.get("added")]).toEqual([1, 3]);
  });

  it("has B follow A in its document, or begin a sentence of an earlier one, as its label says", async () => {
    const texts = numbered(60, 12, 3);
    const rows = rowsOf(await pair(await batchesOf(texts), { length: 24, shortShare: 0 }));
    expect(new Set(rows.map(({ label }) => label)).size).toBe(2);
    for (const { first, second, label, document } of rows) {
      expect(first.every((word) => documentOf(word) === document)).toBe(true);
      const others = new Set(second.map(documentOf));
      expect(others.size).toBe(1);
      const [of] = [...others];
      expect(label === 1 ? of! < document : of === document).toBe(true);
      if (label === 0) {
        const text = texts[document]!.flat();
        const at = text.indexOf(first[0]!);
        expect([...first, ...second]).toEqual(text.slice(at, at + first.length + second.length));
      }
    }
  });

  it("uses what a random B has replaced in the next row: every token is in an A or in a following B once", async () => {
    const ledger = new Ledger();
    const texts = numbered(40, 9, 3);
    const rows = rowsOf(await pair(await batchesOf(texts), { length: 40, shortShare: 0.3 }, ledger));
    const used = rows.flatMap(({ first, second, label }) => (label === 0 ? [...first, ...second] : first));
    expect(new Set(used).size).toBe(used.length);
    const [truncated, alone, added] = ["truncated", "alone", "added"].map((counter) => ledger.get(counter));
    expect(used.length + truncated! + alone!).toBe(40 * 9 * 3);
    const repeated = rows.flatMap(({ second, label }) => (label === 1 ? second : []));
    expect(added).toBe(3 * rows.length + repeated.length);
  });

  it("draws a B of another document for half of the rows in which one follows", async () => {
    const ledger = new Ledger();
    const [documents, sentences, words] = [8000, 8, 2];
    const starts = (count: number, size: number) => Uint32Array.from({ length: count }, (_, k) => k * size);
    const batch = {
      vocabulary: vocabularyOf([[["word"]]]),
      ids: new Uint32Array(documents * sentences * words).fill(2),
      sentenceOffsets: starts(documents * sentences, words),
      documentOffsets: starts(documents, sentences * words),
      epoch: 0,
    };
    await pair([batch], { length: 8, shortShare: 0, reservoir: 64 }, ledger);
    const [random, next, only] = ["randomPairs", "nextPairs", "withoutNext"].map((counter) => ledger.get(counter));
    const drawn = random! - only! + next!;
    expect(drawn).toBeGreaterThan(25_000); // 1 % is more than three standard deviations, and the seed is fixed
    expect(Math.abs((random! - only!) / drawn - 0.5)).toBeLessThan(0.01);
  });

  it("gives a single sentence a B of another document, and tells of those for which there is none", async () => {
    const ledger = new Ledger();
    const rows = rowsOf(await pair(await batchesOf(documentsOf("a b c|d e|f")), { length: 16 }, ledger));
    // no document is held before the first one: its three tokens are in no row; the second can only be followed by it
    expect(rows.map(({ first, second, label }) => [first.join(" "), label, second.join(" ")])).toEqual([
      ["d e", 1, "a b c"],
      ["f", 1, expect.stringMatching(/^(a b c|d e)$/)],
    ]);
    expect(["alone", "withoutNext", "randomPairs", "nextPairs"].map((counter) => ledger.get(counter))).toEqual([
      3, 2, 2, 0,
    ]);
  });

  it("lets B follow where it was to be random and no earlier document is held", async () => {
    const ledger = new Ledger();
    const rows = rowsOf(
      await pair(await batchesOf(numbered(1, 6, 3)), { length: 9, randomShare: 1, shortShare: 0 }, ledger),
    );
    expect(rows.map(({ label }) => label)).toEqual([0, 0, 0]);
    expect(ledger.get("withoutOther")).toBe(3);
  });

  it("truncates the longer part at either end, and cuts sentences that are longer than a row", async () => {
    const ledger = new Ledger();
    const long = Array.from({ length: 40 }, (_, w) => `d0.s0.w${w}`);
    const rows = rowsOf(await pair(await batchesOf([[long]]), { length: 11, shortShare: 0 }, ledger));
    // room for 8: while more are left, 4 are a sentence, two of which fill a row; the last 8 are one, with no document for a second part
    expect(rows.map(({ first, second }) => [first.length, second.length])).toEqual(Array(4).fill([4, 4]));
    expect([...rows.flatMap(({ first, second }) => [...first, ...second])]).toEqual(long.slice(0, 32));
    expect([ledger.get("cutSentences"), ledger.get("alone")]).toEqual([8, 8]);
    const other = new Ledger();
    const [row] = rowsOf(await pair(await batchesOf(numbered(1, 2, 7)), { length: 13, shortShare: 0 }, other));
    expect([row!.first.length, row!.second.length]).toEqual([5, 5]); // 14 tokens for 10 places
    expect(other.get("truncated")).toBe(4);
  });

  it("gives the same for any cutting into batches", async () => {
    const texts = [...numbered(7, 5, 3), [["x"]], [], [["y", "z"], []], ...numbered(2, 3, 9)];
    const options = { length: 16, batchSize: 3, shortShare: 0.4, reservoir: 2 };
    const whole = (await pair(await batchesOf(texts), options)).map(plain);
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        expect((await pair(await batchesOf(texts, cuts), options)).map(plain)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it("goes on from its state in the middle of a pass", async () => {
    const batches = await batchesOf(numbered(12, 5, 3), [17]);
    const options = { length: 16, batchSize: 3, reservoir: 3 };
    const whole = (await pair(batches, options)).map(plain);
    expect(batches.length).toBe(11); // 180 tokens
    for (const stops of [[1], [3, 4], [2, 6, 9]]) {
      const events = await goingOn(batches, stops, () => sentencePairs(options));
      expect(events.map(plain)).toEqual(whole);
    }
  });

  it("draws anew in each epoch, of which each is a pass by itself", async () => {
    const texts = numbered(20, 8, 3);
    const first = await batchesOf(texts);
    const second = first.map((batch) => ({ ...batch, epoch: 1 }));
    const options = { length: 20 };
    const both = (await pair([...first, ...second], options)).map(plain);
    const alone = [await pair(first, options), await pair(second, options)].flat().map(plain);
    expect(both).toEqual(alone);
    expect(alone.find(({ epoch }) => epoch === 1)!.ids).not.toEqual(alone[0]!.ids);
  });

  it("refuses a vocabulary without [CLS] or [SEP], and rows without room for two texts", async () => {
    await expect(pair(await idBatches(documentsOf("a b. c")))).rejects.toThrow(
      new RangeError(
        "sentencePairs: the vocabulary must have the term [CLS], got none; specials of learnSubwords or extraTerms of buildVocab add it",
      ),
    );
    expect(() => sentencePairs({ length: 4 })).toThrow(RangeError);
  });
});
