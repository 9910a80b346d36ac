import fc from "fast-check";
import { from, lastValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import { learnTokenizer } from "#kernels";
import { type EncodeSubwordsOptions, encodeSubwords, tokenize } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { IdBatch, SubwordVocabulary, TokenBatch } from "#schemas";
import { fromTexts } from "#sources";
import { collect } from "../../support/collect.js";
import { countedWords } from "../../support/countedWords.js";
import { marbles } from "../../support/marbles.js";
import { samples } from "../../support/samples.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

const lines = samples(3000).split("\n");
const learn = (kind: "bpe" | "wordPiece", size: number): SubwordVocabulary => {
  const specials = ["[UNK]", "</s>"];
  return learnTokenizer(countedWords([...lines, ...Array<string>(9).fill("the z a b c d 猫 狗"), "zz"]), {
    kind,
    size,
    specials,
    lowercase: false,
    minCount: 3,
  });
};
const bytePairs = learn("bpe", 600);
const wordPieces = learn("wordPiece", 2500);

function encoded(
  batches: readonly TokenBatch[],
  subwords: SubwordVocabulary,
  options: EncodeSubwordsOptions = {},
  scope = new RunScope(),
): IdBatch[] {
  const events: IdBatch[] = [];
  scope.within(() =>
    from(batches)
      .pipe(encodeSubwords(subwords, options))
      .subscribe((batch) => events.push(batch)),
  );
  return events;
}

const idsOf = (batches: readonly IdBatch[]) => batches.flatMap(({ ids }) => [...ids]);

/** Words as lists of their pieces, and "|" "." where documents and sentences begin. */
function spelled(batches: readonly IdBatch[]): unknown[] {
  return batches.flatMap(({ ids, wordOffsets, sentenceOffsets, documentOffsets, vocabulary }) => {
    const starts = [...wordOffsets!];
    const marks = [...sentenceOffsets].map((at) => [at, "."] as const);
    const documents = [...documentOffsets].map((at) => [at, "|"] as const);
    const words = starts.map((start, word) => {
      const pieces = Array.from(ids.subarray(start, starts[word + 1] ?? ids.length), (id) => vocabulary.terms[id]);
      return [start, pieces] as const;
    });
    const order = (what: unknown) => (typeof what === "string" ? 0 : 1);
    return [...documents, ...marks, ...words]
      .sort(([a, x], [b, y]) => a - b || order(x) - order(y))
      .map(([, what]) => what);
  });
}

describe("encodeSubwords", () => {
  it.each([
    ["bpe", bytePairs],
    ["wordPiece", wordPieces],
  ])("gives the ids of whole lines, where tokens are what stands between white space: %s", async (_, subwords) => {
    const batches = await collect(
      fromTexts(lines).pipe(
        tokenize({ mode: "whitespace", maxTokenLength: 1_000_000, batchSize: 100 }),
        encodeSubwords(subwords, { spaces: "all" }),
      ),
    );
    const spaced = lines.map((line) => line.trim().split(/\s+/).join(" "));
    expect(idsOf(batches)).toEqual(spaced.flatMap((line) => [...subwords.encode(line, { specials: false })]));
  });

  it("keeps which pieces are of which word, and where sentences and documents begin", () => {
    const [batch] = encoded(tokenBatches(documentsOf("the zzz. 猫 猫|the")), bytePairs);
    const cat = bytePairs.encodeWord("猫").map((id) => bytePairs.terms[id]);
    expect(spelled([batch!])).toEqual([...["|", ".", ["the"], ["Ġz", "z", "z"], ".", cat, cat, "|", "."], ["the"]]);
  });

  it("gives the same for any cutting of the text", () => {
    fc.assert(
      fc.property(documents, sizes, fc.constantFrom(undefined, "</s>"), (text, cuts, sentenceEnd) => {
        const options = sentenceEnd ? { sentenceEnd } : {};
        for (const subwords of [bytePairs, wordPieces]) {
          const whole = encoded(tokenBatches(text), subwords, options);
          const cut = encoded(tokenBatches(text, cuts), subwords, options);
          expect(idsOf(cut)).toEqual(idsOf(whole));
          const words = text.flat(2).length;
          const ends = text.flat().filter((sentence) => sentence.length > 0).length;
          const starts = cut.reduce((sum, { wordOffsets }) => sum + wordOffsets!.length, 0);
          expect(starts).toBe(words + (sentenceEnd ? ends : 0));
        }
      }),
      { seed: 1, numRuns: caseCount(60) },
    );
  });

  it("accounts for every token and piece", () => {
    const lexicon = new WordLexicon();
    const batches = tokenBatches(documentsOf("zzz gone \u200b 𠮷"), undefined, lexicon);
    lexicon.prune("gone");
    const scope = new RunScope(undefined, new Ledger());
    const ids = idsOf(encoded(batches, wordPieces, {}, scope));
    expect(ids.map((id) => wordPieces.terms[id])).toEqual(["z", "##z", "##z", "[UNK]"]);
    // zzz is two pieces more than one; the word of U+200B is cleaned away
    expect(Object.fromEntries(scope.account.counts)).toEqual({ added: 2, pruned: 1, withoutPieces: 1 });
    expect(scope.ledger.get("unknown")).toBe(1);
  });

  it("puts an id behind each sentence", () => {
    const scope = new RunScope();
    const ids = idsOf(encoded(tokenBatches(documentsOf("the. .the")), bytePairs, { sentenceEnd: "</s>" }, scope));
    expect(ids.map((id) => bytePairs.terms[id])).toEqual(["the", "</s>", "Ġthe", "</s>"]);
    expect(Object.fromEntries(scope.account.counts)).toMatchObject({ added: 2 });
    expect(() => encodeSubwords(bytePairs, { sentenceEnd: "<eos>" })).toThrow(
      new RangeError('encodeSubwords: sentenceEnd must be a term of the vocabulary, got "<eos>"'),
    );
  });

  it("goes on from its state in the middle of a text", () => {
    const lexicon = new WordLexicon();
    const [first, ...others] = tokenBatches(documentsOf("the cat sat. on 猫 the"), [2], lexicon);
    const expected = idsOf(encoded([first!, ...others], bytePairs, { sentenceEnd: "</s>" }));
    const kept: Parameters<RunScope["keep"]>[0][] = [];
    const scope = () => new RunScope(undefined, undefined, undefined, (stage) => kept.push(stage));
    const before: number[] = [];
    scope().within(() => {
      const stopped = from([first!]).pipe(encodeSubwords(bytePairs, { sentenceEnd: "</s>" }));
      stopped.subscribe(({ ids }) => before.push(...ids));
    });
    // the stream has ended, which closed its sentence; a stopped run tells its state before
    expect(kept.length).toBe(1);
    const again = new RunScope(undefined, undefined, undefined, (stage) =>
      stage.restore({
        facts: { "spaces.begins": false, "spaces.afterUnspaced": false, "ends.isOpen": true },
        arrays: {},
      }),
    );
    const after = encoded(others, bytePairs, { sentenceEnd: "</s>" }, again);
    expect([...before.slice(0, -1), ...idsOf(after)]).toEqual(expected);
    // Those behind know the vocabulary at once, though nothing may come any more.
    expect([after[0]!.vocabulary, after[0]!.ids.length]).toEqual([bytePairs, 0]);
    expect(Object.keys(kept[0]!.save().facts)).toEqual(["spaces.begins", "spaces.afterUnspaced", "ends.isOpen"]);
  });

  it("tells which pass it is", async () => {
    const made = from(tokenBatches(documentsOf("a"))).pipe(encodeSubwords(bytePairs, { epoch: 3 }));
    expect((await lastValueFrom(made)).epoch).toBe(3);
  });

  it(
    "passes on each batch when it arrives",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [t] = tokenBatches(documentsOf("the zzz"));
      const [e] = encoded([t!], wordPieces);
      const source = cold("--t--t--|", { t: t! });
      expectObservable(source.pipe(encodeSubwords(wordPieces))).toBe("--e--e--|", { e: e! });
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(cold("--t--#", { t: t! }).pipe(encodeSubwords(wordPieces))).toBe("--e--#", { e: e! });
      expectObservable(cold<TokenBatch>("|").pipe(encodeSubwords(wordPieces))).toBe("|");
      expectObservable(cold<TokenBatch>("-").pipe(encodeSubwords(wordPieces))).toBe("-");
    }),
  );
});
