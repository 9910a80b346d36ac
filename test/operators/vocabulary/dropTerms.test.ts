import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { from, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { buildVocab, dropTerms, encode, mapTerms, tokenize, windowContexts } from "#operators";
import { Ledger, run } from "#runtime";
import { fromTexts } from "#sources";
import { collect } from "../../support/collect.js";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type Documents, documents, sizes, spelled, tokenBatches, WordLexicon } from "../../support/tokens.js";

type What = Parameters<typeof dropTerms>[0];

const left = async (text: Documents, what: What, cuts?: number[]) =>
  spelled(await collect(from(tokenBatches(text, cuts)).pipe(dropTerms(what))));
const wordsLeft = async (text: string, what: What) => (await left([[text.split(" ")]], what)).slice(2).join(" ");

describe("dropTerms", () => {
  it("leaves out stop words of English, with either apostrophe, and of Chinese", async () => {
    expect(await wordsLeft("a cat and the dog don't sit they’re gone", { language: "english" })).toBe(
      "cat dog sit gone",
    );
    expect(await wordsLeft("我 的 猫 在 和 狗 说话", { language: "chinese" })).toBe("猫 狗 说话");
    expect(await wordsLeft("the cat 和 我 的 狗", { language: "all" })).toBe("cat 狗");
    expect(await wordsLeft("the 的 cat", { language: "none", terms: "cat" })).toBe("the 的");
    expect(await wordsLeft("The cat", { language: "english" })).toBe("The cat"); // letter case counts
  });

  it("leaves out what a file, a list and a language say together", async () => {
    const file = join(await temporaryFolder(), "stop.txt");
    writeFileSync(file, "\ufeffcat\r\n\r\n  猫  \r\n");
    expect(await wordsLeft("the cat 猫 saw a dog", { file, terms: "dog", language: "english" })).toBe("saw");
  });

  it("closes up what is left, keeps sentences and documents that are empty then, and counts what is gone", async () => {
    const ledger = new Ledger();
    const text = [[["x", "a", "x"], ["x"]], [["x"]], [["b", "x"]], []];
    const events = await collect(from(tokenBatches(text)).pipe(dropTerms((term) => term === "x")), { ledger });
    expect(spelled(events)).toEqual("| . a | | . . . b | .".split(" "));
    expect(ledger.get("dropped")).toBe(5);
  });

  it("makes neighbours of what stood on both sides", async () => {
    const tokens$ = fromTexts(["cat of the dog"]).pipe(tokenize(), dropTerms({ terms: ["of", "the"] }));
    const vocabulary = await run(tokens$.pipe(buildVocab({ minCount: 1 })));
    expect(vocabulary!.terms).toEqual(["cat", "dog"]); // what is dropped is not counted
    const [contexts] = await collect(tokens$.pipe(encode(vocabulary!), windowContexts({ windowSize: 1 })));
    expect(contexts!.ids).toEqual(Uint32Array.of(0, 1));
  });

  it("makes the same tokens from any batches", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        expect(await left(text, { terms: ["a", "猫"] }, cuts)).toEqual(await left(text, { terms: ["a", "猫"] }));
      }),
      { seed: 23, numRuns: caseCount(100) },
    );
  });

  it("leaves out what mapTerms with an empty replacement does", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const events = await collect(
          from(tokenBatches(text, cuts)).pipe(mapTerms((term) => (term === "b" ? "" : term))),
        );
        expect(await left(text, { terms: "b" }, cuts)).toEqual(spelled(events));
      }),
      { seed: 24, numRuns: 50 },
    );
  });

  it("keeps where tokens lie, and what is known of documents", async () => {
    const source = fromTexts([{ text: "the cat", id: "first" }]).pipe(
      tokenize({ characterOffsets: true }),
      dropTerms({ language: "english" }),
    );
    const batches = await collect(source);
    expect(batches.flatMap(({ characters }) => [...characters!.start, ...characters!.end])).toEqual([4, 7]);
    expect(batches.flatMap(({ documents }) => documents!.ids)).toEqual(["first"]);
  });

  it("keeps tokens whose term the lexicon no longer knows, for others to count", async () => {
    const lexicon = new WordLexicon();
    const [batch] = tokenBatches([[["a", "b"]]], undefined, lexicon);
    lexicon.prune("b");
    const [out] = await collect(from([batch!]).pipe(dropTerms({ terms: ["a", "b"] })));
    expect(out!.ids).toEqual(Uint32Array.of(1));
  });

  it("says what is wrong with its options and its file", async () => {
    expect(() => dropTerms({})).toThrow(
      "dropTerms: language, file or terms must say what is left out, got none of them",
    );
    expect(() => dropTerms({ language: "klingon" as never })).toThrow(
      'dropTerms: language must be one of english, chinese, all, none, got "klingon"',
    );
    await expect(left([[["a"]]], { file: "/nowhere/stop.txt" })).rejects.toThrow(
      "dropTerms: cannot read the list of terms /nowhere/stop.txt: ENOENT",
    );
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(dropTerms({ terms: "a" }) as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(dropTerms({ terms: "a" }))).toBe("#", undefined, "broken");
    }),
  );
});
