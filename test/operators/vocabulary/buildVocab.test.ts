import fc from "fast-check";
import { from, lastValueFrom, type OperatorFunction, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { type BuildVocabOptions, buildVocab, tokenize } from "#operators";
import { builtIn } from "#pipelines";
import { Ledger, run } from "#runtime";
import type { TextBatch, TokenBatch, Vocabulary } from "#schemas";
import { fromTexts } from "#sources";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

const build = (batches: readonly TokenBatch[], options?: BuildVocabOptions) =>
  lastValueFrom(from(batches).pipe(buildVocab(options)));
const rows = ({ terms, counts }: Vocabulary) => terms.map((term, id) => [term, counts[id]]);

describe("buildVocab", () => {
  it("orders by count, then by code point, not by UTF-16 unit", async () => {
    // U+FF21 is one unit above the surrogates of U+20BB7, but the smaller code point.
    const vocabulary = await build(tokenBatches(documentsOf("𠮷 Ａ b 猫 b")), { minCount: 1 });
    expect(rows(vocabulary)).toEqual([
      ["b", 2],
      ["猫", 1],
      ["Ａ", 1],
      ["𠮷", 1],
    ]);
    expect(vocabulary.tokens).toBe(5);
    expect(vocabulary.idOf("Ａ")).toBe(2);
    expect(vocabulary.idOf("c")).toBeUndefined();
  });

  it("keeps what occurs minCount times, counted by hand, however the tokens are cut", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, fc.integer({ min: 1, max: 4 }), async (text, cuts, minCount) => {
        const expected = new Map<string, number>();
        for (const word of text.flat(2)) expected.set(word, (expected.get(word) ?? 0) + 1);
        const kept = [...expected].filter(([, count]) => count >= minCount);
        fc.pre(kept.length > 0);
        const vocabulary = await build(tokenBatches(text, cuts), { minCount });
        expect(new Map(rows(vocabulary) as [string, number][])).toEqual(new Map(kept));
        expect(await build(tokenBatches(text), { minCount })).toMatchObject({ terms: vocabulary.terms });
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("makes the same of counts alone, which tokenize tells where nobody asks for ids, and accounts for the same", async () => {
    const { create } = builtIn.units.get("tokenize")!;
    const options = { mode: "whitespace", maxTerms: 30, batchSize: 7 } as const;
    const countsOnly = create({} as never, options as never, { epoch: 0, countsOnly: true });
    const texts = Array.from({ length: 60 }, (_, i) => `the 猫 w${i % 7} w${(i * i) % 23} ${"x".repeat(i)} the`);
    const made = async (operator: OperatorFunction<TextBatch, TokenBatch>) => {
      const ledger = new Ledger();
      let ids = 0;
      const read = tap((batch: TokenBatch) => {
        ids += batch.ids.length;
      });
      const vocabulary = (await run(fromTexts(texts).pipe(operator, read, buildVocab({ minCount: 2 })), { ledger }))!;
      return { ids, rows: rows(vocabulary), counts: [...ledger.counts] };
    };
    const whole = await made(tokenize(options));
    const counted = await made(countsOnly as OperatorFunction<TextBatch, TokenBatch>);
    expect(counted).toEqual({ ...whole, ids: 0 });
    expect(whole.ids).toBeGreaterThan(300); // of which terms were pruned: each x occurs once
    const { readsCounts } = builtIn.units.get("buildVocab")!;
    expect(readsCounts!({} as never)).toBe(true);
    expect(readsCounts!({ maxDocuments: 5 } as never)).toBe(false);
  });

  it("cuts the rarest beyond maxSize and remembers them", async () => {
    const vocabulary = await build(tokenBatches(documentsOf("a a a b b c c d")), { minCount: 2, maxSize: 2 });
    expect(vocabulary.terms).toEqual(["a", "b"]);
    expect([...vocabulary.truncated!]).toEqual(["c"]); // d is below minCount
  });

  it("keeps what enough and not too many documents have, by their number or their share", async () => {
    const text = documentsOf("a a b 猫|a c|a b|a c c c");
    const cut = (options: BuildVocabOptions, cuts?: number[]) =>
      build(tokenBatches(text, cuts), { minCount: 1, ...options });
    // documents: a 4, b 2, c 2, 猫 1
    for (const cuts of [[100], [1], [2, 3]]) {
      expect((await cut({ minDocuments: 2 }, cuts)).terms).toEqual(["a", "c", "b"]);
      expect((await cut({ maxDocuments: 3 }, cuts)).terms).toEqual(["c", "b", "猫"]);
      expect((await cut({ minDocuments: 0.5, maxDocuments: 0.75 }, cuts)).terms).toEqual(["c", "b"]);
      expect((await cut({ minDocuments: 0.3 }, cuts)).terms).toEqual(["a", "c", "b"]); // 1.2 documents
    }
    const both = await cut({ minDocuments: 2, maxDocuments: 3, extraTerms: ["a"] });
    expect(both.terms).toEqual(["a", "c", "b"]); // extra terms stay
    expect([...both.outsideDocuments!]).toEqual([["猫", "belowMinDocuments"]]);
    await expect(cut({ minDocuments: 5 })).rejects.toThrow(
      "buildVocab: at least one term must be in minDocuments to maxDocuments of the 4 documents, got none of the 4 terms that occur minCount = 1 time",
    );
  });

  it("keeps the terms of vectors beside other extra terms, and says how much room they need", async () => {
    const extraTermsOf = { terms: ["c", "old", "旧"], values: new Float32Array(3), vectorSize: 1, metadata: new Map() };
    const batches = tokenBatches(documentsOf("a a a b b c"));
    expect(rows(await build(batches, { minCount: 3, extraTerms: ["<unk>", "old"], extraTermsOf }))).toEqual([
      ["a", 3],
      ["c", 1],
      ["<unk>", 0],
      ["old", 0],
      ["旧", 0],
    ]);
    expect(() => buildVocab({ maxSize: 2, extraTermsOf })).toThrow(
      new RangeError("buildVocab: maxSize must leave room for the 3 extra terms, got 2"),
    );
  });

  it("keeps extra terms whatever their count, last where they never occur, within maxSize", async () => {
    const vocabulary = await build(tokenBatches(documentsOf("a a a b b c")), {
      minCount: 2,
      maxSize: 3,
      extraTerms: ["<unk>", "c"],
    });
    expect(rows(vocabulary)).toEqual([
      ["a", 3],
      ["c", 1],
      ["<unk>", 0],
    ]);
  });

  it("counts the ids that pass by, whatever else the lexicon has counted", async () => {
    const lexicon = new WordLexicon();
    tokenBatches(documentsOf("a a a b"), undefined, lexicon); // another reader's pass
    const vocabulary = await build(tokenBatches(documentsOf("a b b"), undefined, lexicon), { minCount: 1 });
    expect(rows(vocabulary)).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
  });

  it("adds up the terms of different lexicons", async () => {
    const batches = [...tokenBatches(documentsOf("a b")), ...tokenBatches(documentsOf("b c"))];
    expect(rows(await build(batches, { minCount: 2 }))).toEqual([["b", 2]]);
  });

  it("leaves out a term that the lexicon pruned, and counts it anew when it comes back", async () => {
    const lexicon = new WordLexicon();
    const before = tokenBatches(documentsOf("a b b b"), undefined, lexicon);
    lexicon.prune("b");
    const after = tokenBatches(documentsOf("b a"), undefined, lexicon);
    expect(rows(await build([...before, ...after], { minCount: 1 }))).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  it("starts afresh for a second subscriber", async () => {
    const vocabulary$ = from(tokenBatches(documentsOf("a a b"))).pipe(buildVocab({ minCount: 1 }));
    await lastValueFrom(vocabulary$);
    expect(rows(await lastValueFrom(vocabulary$))).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  it("says why a vocabulary would be empty", async () => {
    await expect(build(tokenBatches(documentsOf("a a a b")), { minCount: 5 })).rejects.toThrow(
      "buildVocab: at least one term must occur minCount = 5 times, the most frequent of 2 terms occurs 3 times",
    );
    await expect(build([])).rejects.toThrow("buildVocab: the corpus must have tokens, got none");
    expect(() => buildVocab({ maxSize: 1, extraTerms: ["<unk>", "<s>"] })).toThrow(
      "buildVocab: maxSize must leave room for the 2 extra terms, got 1",
    );
  });

  it(
    "emits on completion, and passes on errors and unsubscription",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [batch] = tokenBatches(documentsOf("a"));
      const vocabularyOf = (diagram: string) => cold(diagram, { t: batch! }).pipe(buildVocab({ minCount: 1 }));
      const source = cold("--t--t--|", { t: batch! });
      expectObservable(source.pipe(buildVocab({ minCount: 3 }))).toBe(
        "--------#",
        undefined,
        new RangeError(
          "buildVocab: at least one term must occur minCount = 3 times, the most frequent of 1 term occurs 2 times",
        ),
      );
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(vocabularyOf("--t--#")).toBe("-----#");
      expectObservable(vocabularyOf("-")).toBe("-");
      expectObservable(vocabularyOf("--t--t--|"), "---!").toBe("-");
    }),
  );
});
