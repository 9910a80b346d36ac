import fc from "fast-check";
import { from, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { buildVocab, stem, tokenize } from "#operators";
import { run } from "#runtime";
import { fromTexts } from "#sources";
import { collect } from "../../support/collect.js";
import { marbles } from "../../support/marbles.js";
import { type Documents, sizes, spelled, tokenBatches } from "../../support/tokens.js";

const stemmed = async (text: Documents, cuts?: number[]) =>
  spelled(await collect(from(tokenBatches(text, cuts)).pipe(stem())));
const stems = async (words: string) => (await stemmed([[words.split(" ")]])).slice(2).join(" ");

describe("stem", () => {
  it("gives the stems of Snowball's page on the English stemmer", async () => {
    const words = "consign consigned consigning consignment consist consistency consistent knack knackeries knightly";
    expect(await stems(words)).toBe("consign consign consign consign consist consist consist knack knackeri knight");
  });

  it("takes a genitive away, with either apostrophe", async () => {
    expect(await stems("mary's mary’s gardens' don't don’t")).toBe("mari mari garden don't don't");
  });

  it("leaves what is no English word in small letters as it is", async () => {
    expect(await stems("母亲 Running naïves 1990s b2bs co-operations ' Ελλάδες")).toBe(
      "母亲 Running naïves 1990s b2bs co-operations ' Ελλάδες",
    );
  });

  it("counts the words of a stem together", async () => {
    const tokens$ = fromTexts(["connected connecting", "connection 连接"]).pipe(
      tokenize({ mode: "whitespace" }),
      stem(),
    );
    const vocabulary = await run(tokens$.pipe(buildVocab({ minCount: 1 })));
    expect([vocabulary!.terms, [...vocabulary!.counts]]).toEqual([
      ["connect", "连接"],
      [3, 1],
    ]);
  });

  it("drops no token, and makes the same of any batches", async () => {
    const words = fc.array(fc.constantFrom("running", "runs", "ran", "flies", "猫", "ed", "s"), { maxLength: 12 });
    const documents = fc.array(fc.array(words, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const whole = await stemmed(text);
        expect(await stemmed(text, cuts)).toEqual(whole);
        expect(whole.length).toBe(spelled(tokenBatches(text)).length);
      }),
      { seed: 25, numRuns: 50 },
    );
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(stem() as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(stem())).toBe("#", undefined, "broken");
    }),
  );
});
