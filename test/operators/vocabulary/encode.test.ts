import fc from "fast-check";
import { from, lastValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { buildVocab, type EncodeOptions, encode } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { IdBatch, TokenBatch, Vocabulary } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

function encoded(
  batches: readonly TokenBatch[],
  vocabulary: Vocabulary,
  ledger = new Ledger(),
  options: EncodeOptions = {},
): IdBatch[] {
  const events: IdBatch[] = [];
  new RunScope(undefined, ledger).within(() =>
    from(batches)
      .pipe(encode(vocabulary, options))
      .subscribe((batch) => events.push(batch)),
  );
  return events;
}

/** Back to words, in stretches. */
function spelled(batches: readonly IdBatch[], starts: "documentOffsets" | "sentenceOffsets"): string[][] {
  const text: string[][] = [];
  for (const batch of batches) {
    let next = 0;
    for (let i = 0; i <= batch.ids.length; i++) {
      for (; batch[starts][next] === i; next++) text.push([]);
      if (i < batch.ids.length) text.at(-1)!.push(batch.vocabulary.terms[batch.ids[i]!]!);
    }
  }
  return text;
}

const vocabulary = makeVocabulary(["b", "猫", "a"], Float64Array.of(3, 2, 2), new Set(["c", "𠮷"]));

describe("encode", () => {
  it("replaces terms by their ids and moves the starts with them", () => {
    const [batch] = encoded(tokenBatches(documentsOf("a x b. x. 猫|x a")), vocabulary);
    expect(Array.from(batch!.ids)).toEqual([2, 0, 1, 2]);
    expect(Array.from(batch!.sentenceOffsets)).toEqual([0, 2, 2, 3]);
    expect(Array.from(batch!.documentOffsets)).toEqual([0, 3]);
  });

  it("keeps every document and sentence, with the words of the vocabulary, however the tokens are cut", () => {
    fc.assert(
      fc.property(documents, sizes, (text, cuts) => {
        const isKnown = (word: string) => vocabulary.idOf(word) !== undefined;
        const actual = encoded(tokenBatches(text, cuts), vocabulary);
        expect(spelled(actual, "documentOffsets")).toEqual(text.map((document) => document.flat().filter(isKnown)));
        const sentences = text.flatMap((document) => (document.length === 0 ? [[]] : document));
        expect(spelled(actual, "sentenceOffsets")).toEqual(sentences.map((sentence) => sentence.filter(isKnown)));
      }),
      { seed: 1, numRuns: caseCount(300) },
    );
  });

  it("does not ask for the text of a term that buildVocab has found too rare", async () => {
    const batches = tokenBatches(documentsOf("b a 猫 b. d b a e|狗 猫"));
    const built = await lastValueFrom(from(batches).pipe(buildVocab({ minCount: 2 })));
    const asked: string[] = [];
    const { lexicon } = batches[0]!;
    const term = lexicon.term.bind(lexicon);
    lexicon.term = (id) => {
      asked.push(term(id)!);
      return term(id);
    };
    const ledger = new Ledger();
    expect(spelled(encoded(batches, built, ledger), "documentOffsets")).toEqual([
      ["b", "a", "猫", "b", "b", "a"],
      ["猫"],
    ]);
    expect(asked).toEqual(["b", "a", "猫"]);
    expect(ledger.get("belowMinCount")).toBe(3);
  });

  it("knows terms that occur more often in the stream than their lexicon tells, or in several lexicons", async () => {
    const once = () => tokenBatches(documentsOf("b a 猫 b"));
    const batches = once();
    for (const twice of [
      [...batches, ...batches],
      [...once(), ...once()],
    ]) {
      const built = await lastValueFrom(from(twice).pipe(buildVocab({ minCount: 2 })));
      const words = encoded(twice, built).flatMap(({ ids }) => Array.from(ids, (id) => built.terms[id]));
      expect(words).toEqual(["b", "a", "猫", "b", "b", "a", "猫", "b"]);
    }
  });

  it("lets a term stand for those outside the vocabulary, and counts them", () => {
    const withUnknown = makeVocabulary(["b", "猫", "<unk>"], Float64Array.of(3, 2, 0), new Set(["c"]));
    const ledger = new Ledger();
    const [batch] = encoded(tokenBatches(documentsOf("a b. c 猫 狗")), withUnknown, ledger, { unknown: "<unk>" });
    expect(Array.from(batch!.ids)).toEqual([2, 0, 2, 1, 2]);
    expect(Object.fromEntries(ledger.counts)).toMatchObject({ unknown: 3, belowMinCount: 0, truncated: 0 });
    expect(() => encode(vocabulary, { unknown: "<unk>" })).toThrow(
      new RangeError('encode: unknown must be a term of the vocabulary, got "<unk>"'),
    );
  });

  it("puts a term behind each sentence that has ids, also the last of all", () => {
    const withEnd = makeVocabulary(["a", "猫", "</s>"], Float64Array.of(3, 2, 0));
    fc.assert(
      fc.property(documents, sizes, (text, cuts) => {
        const scope = new RunScope();
        const batches: IdBatch[] = [];
        scope.within(() =>
          from(tokenBatches(text, cuts))
            .pipe(encode(withEnd, { sentenceEnd: "</s>" }))
            .subscribe((batch) => batches.push(batch)),
        );
        const sentences = text.flatMap((document) => (document.length === 0 ? [[]] : document));
        const known = sentences.map((sentence) => sentence.filter((word) => withEnd.idOf(word) !== undefined));
        const ended = known.map((sentence) => (sentence.length > 0 ? [...sentence, "</s>"] : []));
        expect(spelled(batches, "sentenceOffsets")).toEqual(ended);
        expect(spelled(batches, "documentOffsets").flat()).toEqual(ended.flat());
        expect(scope.account.get("added")).toBe(ended.filter((sentence) => sentence.length > 0).length);
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
    expect(() => encode(vocabulary, { sentenceEnd: "</s>" })).toThrow(
      new RangeError('encode: sentenceEnd must be a term of the vocabulary, got "</s>"'),
    );
  });

  it("counts why tokens were left out, so that nothing is lost", () => {
    fc.assert(
      fc.property(documents, sizes, (text, cuts) => {
        const ledger = new Ledger();
        const used = encoded(tokenBatches(text, cuts), vocabulary, ledger).flatMap(({ ids }) => [...ids]).length;
        const words = text.flat(2);
        expect(ledger.get("truncated")).toBe(words.filter((word) => "c𠮷".includes(word)).length);
        expect(ledger.get("belowMinCount")).toBe(words.filter((word) => "de狗".includes(word)).length);
        expect(used + ledger.get("truncated") + ledger.get("belowMinCount")).toBe(words.length);
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("counts as pruned what the lexicon no longer knows", () => {
    const lexicon = new WordLexicon();
    const batches = tokenBatches(documentsOf("a b a d"), undefined, lexicon);
    lexicon.prune("a");
    const ledger = new Ledger();
    const [batch] = encoded([...batches, ...tokenBatches(documentsOf("a"), undefined, lexicon)], vocabulary, ledger);
    expect(Array.from(batch!.ids)).toEqual([0]);
    expect([ledger.get("pruned"), ledger.get("belowMinCount")]).toEqual([2, 1]);
  });

  it("begins a new table when the lexicon changes", () => {
    const batches = [...tokenBatches(documentsOf("a b")), ...tokenBatches(documentsOf("b a"))];
    expect(encoded(batches, vocabulary).map(({ ids }) => Array.from(ids))).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("tells which pass it is, and refuses one before the first", () => {
    from(tokenBatches(documentsOf("a")))
      .pipe(encode(vocabulary, { epoch: 3 }))
      .subscribe(({ epoch }) => expect(epoch).toBe(3));
    expect(() => encode(vocabulary, { epoch: -1 })).toThrow("encode: epoch must be an integer >= 0, got -1");
  });

  it(
    "passes on each batch when it arrives",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [t] = tokenBatches(documentsOf("a x"));
      const [e] = encoded([t!], vocabulary);
      const source = cold("--t--t--|", { t: t! });
      expectObservable(source.pipe(encode(vocabulary))).toBe("--e--e--|", { e: e! });
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(cold("--t--#", { t: t! }).pipe(encode(vocabulary))).toBe("--e--#", { e: e! });
      expectObservable(cold<TokenBatch>("|").pipe(encode(vocabulary))).toBe("|");
      expectObservable(cold<TokenBatch>("-").pipe(encode(vocabulary))).toBe("-");
      expectObservable(cold("--t--t--|", { t: t! }).pipe(encode(vocabulary)), "---!").toBe("--e", { e: e! });
    }),
  );
});
