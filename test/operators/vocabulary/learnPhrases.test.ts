import fc from "fast-check";
import { from, lastValueFrom, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { learnPhrases } from "#operators";
import { Ledger } from "#runtime";
import type { Phrases } from "#schemas";
import { collect } from "../../support/collect.js";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { type Documents, tokenBatches } from "../../support/tokens.js";

const learned = (documents: Documents, options = {}, sizes?: number[]) =>
  lastValueFrom(from(tokenBatches(documents, sizes)).pipe(learnPhrases(options)));

const scores = ({ pairs }: Phrases) =>
  Object.fromEntries([...pairs].flatMap(([a, seconds]) => [...seconds].map(([b, score]) => [`${a} ${b}`, score])));

const words = (text: string) => text.split(" ");

describe("learnPhrases", () => {
  it("scores a pair by (n(a b) - minCount) N / (n(a) n(b))", async () => {
    // 8 tokens; new 2, york 2, in 4: new york (2 - 1) 8 / (2 2) = 2, in new (2 - 1) 8 / (4 2) = 1, york in (2 - 1) 8 / (2 4) = 1
    const phrases = await learned([[words("in new york in in new york in")]], { minCount: 1, threshold: 0.5 });
    expect(scores(phrases)).toEqual({ "new york": 2, "in new": 1, "york in": 1 });
    expect(phrases.size).toBe(3);
    expect(scores(await learned([[words("in new york in in new york in")]], { minCount: 1, threshold: 1 }))).toEqual({
      "new york": 2,
    });
  });

  it("counts pairs within sentences only", async () => {
    const together = await learned([[words("天 安 门")], [words("天 安")]], { minCount: 1, threshold: 0.1 });
    expect(scores(together)).toEqual({ "天 安": (1 * 5) / 4 });
    const apart = await learned(
      [
        [["a"], ["b"]],
        [["a"], ["b"]],
      ],
      { minCount: 1, threshold: 0 },
    );
    expect(apart.size).toBe(0);
  });

  it("learns the same from any batches", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    const sentence = fc.array(fc.constantFrom("a", "b", "c", "天"), { maxLength: 8 });
    const documents = fc.array(fc.array(sentence, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const options = { minCount: 1, threshold: 0, maxPairs: 5 };
        expect(scores(await learned(text, options, cuts))).toEqual(scores(await learned(text, options)));
      }),
      { seed: 1, numRuns: caseCount(60) },
    );
  });

  it("keeps at most maxPairs pairs and counts what it pruned", async () => {
    // a b five times and b a four, c d, e f: g h finds no room, the two single ones go; so it is again when k l comes
    const text = [words("a b a b a b a b a b"), words("c d"), words("e f"), words("g h"), words("i j"), words("k l")];
    const ledger = new Ledger();
    const stream = from(tokenBatches([text])).pipe(learnPhrases({ minCount: 1, threshold: 0, maxPairs: 4 }));
    const [phrases] = await collect(stream, { ledger });
    expect(scores(phrases!)).toHaveProperty("a b");
    expect(ledger.get("prunedPairs")).toBe(4);
  });

  it(
    "gives no phrases for an empty text, and passes errors on",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(learnPhrases() as never)).toBe("--(p|)", { p: { pairs: new Map(), size: 0 } });
      expectObservable(throwError(() => "broken").pipe(learnPhrases())).toBe("#", undefined, "broken");
    }),
  );

  it("refuses options out of range", () => {
    expect(() => learnPhrases({ minCount: 0 })).toThrow("learnPhrases: minCount must be an integer >= 1, got 0");
    expect(() => learnPhrases({ threshold: -1 })).toThrow("learnPhrases: threshold must be a number >= 0, got -1");
  });
});
