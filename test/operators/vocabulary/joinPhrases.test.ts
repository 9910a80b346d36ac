import fc from "fast-check";
import { from, lastValueFrom, throwError, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { buildVocab, joinPhrases, learnPhrases, tokenize } from "#operators";
import { Ledger, run } from "#runtime";
import type { Phrases, TokenBatch } from "#schemas";
import { fromTexts } from "#sources";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { type Documents, spelled, tokenBatches } from "../../support/tokens.js";

const phrases = (...pairs: string[]): Phrases => {
  const map = new Map<string, Map<string, number>>();
  for (const pair of pairs) {
    const [a, b] = pair.split(" ") as [string, string];
    map.set(a, (map.get(a) ?? new Map()).set(b, 1));
  }
  return { pairs: map, size: pairs.length };
};

async function joined(documents: Documents, found: Phrases, options = {}, sizes?: number[]): Promise<string[]> {
  const batches = await lastValueFrom(
    from(tokenBatches(documents, sizes)).pipe(joinPhrases(found, options), toArray()),
  );
  return spelled(batches);
}

describe("joinPhrases", () => {
  it("joins from left to right, each token once, as word2phrase does", async () => {
    const found = phrases("new york", "york times");
    expect(await joined([[["the", "new", "york", "times", "york", "times"]]], found)).toEqual([
      "|",
      ".",
      "the",
      "new_york",
      "times",
      "york_times",
    ]);
  });

  it("does not join over the end of a sentence or a document", async () => {
    expect(await joined([[["new"], ["york"]], [["new", "york"]]], phrases("new york"))).toEqual([
      "|",
      ".",
      "new",
      ".",
      "york",
      "|",
      ".",
      "new_york",
    ]);
  });

  it("joins Chinese without a joiner", async () => {
    expect(await joined([[["北京", "大学"]]], phrases("北京 大学"), { joiner: "" })).toEqual(["|", ".", "北京大学"]);
  });

  it("makes the same tokens from any batches", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const sentence = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 });
    const documents = fc.array(fc.array(sentence, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const found = phrases("a b", "b a", "c c");
        expect(await joined(text, found, {}, cuts)).toEqual(await joined(text, found));
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("counts what was joined, and its terms as one", async () => {
    const ledger = new Ledger();
    const text = () => fromTexts(["new york is new", "new york"]).pipe(tokenize());
    const vocabulary = await run(text().pipe(joinPhrases(phrases("new york")), buildVocab({ minCount: 1 })), {
      ledger,
    });
    expect(Object.fromEntries(vocabulary!.terms.map((term, id) => [term, vocabulary!.counts[id]]))).toEqual({
      new_york: 2,
      is: 1,
      new: 1,
    });
    expect(ledger.get("joined")).toBe(2);
  });

  it("keeps where a joined token lies in its document", async () => {
    const batches: TokenBatch[] = [];
    const stream = fromTexts(["in  new  york"]).pipe(
      tokenize({ characterOffsets: true }),
      joinPhrases(phrases("new york")),
    );
    await run(stream, { onEvent: (batch) => batches.push(batch) });
    const starts = batches.flatMap(({ characters }) => [...characters!.start]);
    const ends = batches.flatMap(({ characters }) => [...characters!.end]);
    expect([starts, ends]).toEqual([
      [0, 4],
      [2, 13],
    ]);
  });

  it("makes longer phrases in a second round", async () => {
    const text = [[["new", "york", "times"], ["new", "york", "times"], ["a"], ["b"], ["c"], ["d"]]];
    const once = await lastValueFrom(from(tokenBatches(text)).pipe(joinPhrases(phrases("new york")), toArray()));
    const again = await lastValueFrom(from(once).pipe(learnPhrases({ minCount: 1, threshold: 1 })));
    const twice = await lastValueFrom(from(once).pipe(joinPhrases(again), toArray()));
    expect(spelled(twice)).toContain("new_york_times");
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(joinPhrases(phrases("a b")) as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(joinPhrases(phrases("a b")))).toBe("#", undefined, "broken");
    }),
  );
});
