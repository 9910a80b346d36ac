import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { from, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { type KeywordsOptions, keywords } from "#operators";
import { Ledger, run } from "#runtime";
import type { KeywordBatch, TextBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { marbles } from "../../support/marbles.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { chunkSizes, mixedText, textBatches } from "../../support/textBatches.js";

type Row = [document: number, id: string, rank: number, phrase: string, score: number];

const rowsOf = (batches: readonly KeywordBatch[]): Row[] =>
  batches.flatMap(({ document, id, rank, phrase, score }) =>
    phrase.map((each, row): Row => [document[row]!, id[row]!, rank[row]!, each, score[row]!]),
  );

async function found(
  documents: readonly string[],
  options?: KeywordsOptions,
  sizes?: readonly number[],
): Promise<Row[]> {
  return rowsOf(await collect(from(textBatches(documents, sizes)).pipe(keywords(options))));
}

const phrases = async (text: string, options?: KeywordsOptions) =>
  (await found([text], options)).map(([, , , phrase]) => phrase);

/** The example of the TextRank paper. */
const abstract =
  "Compatibility of systems of linear constraints over the set of natural numbers. Criteria of compatibility of a system of " +
  "linear Diophantine equations, strict inequations, and nonstrict inequations are considered.";

describe("keywords, in English", () => {
  it("ranks the runs between stop words and punctuation, by hand", async () => {
    // One document: idf = ln(2 / 2) + 1 = 1. compatibility, system(s), linear and inequation(s) stand there twice: 1 + ln 2 = 1.693 each.
    // linear Diophantine equations 1.693 + 1 + 1; compatibility, twice, 1.693 * 1.693; linear constraints 1.693 + 1
    const twice = 1 + Math.LN2;
    const rows = await found([abstract], { topN: 6 });
    expect(rows.map(([document, id, rank, phrase]) => [document, id, rank, phrase])).toEqual([
      [0, "", 1, "linear Diophantine equations"],
      [0, "", 2, "compatibility"],
      [0, "", 3, "systems"], // of equally frequent forms the last by code points, small letters behind capitals
      [0, "", 4, "linear constraints"],
      [0, "", 5, "strict inequations"],
      [0, "", 6, "nonstrict inequations"],
    ]);
    const scores = [twice + 2, twice * twice, twice * twice, twice + 1, twice + 1, twice + 1];
    for (const [k, [, , , , score]] of rows.entries()) expect(score).toBeCloseTo(scores[k]!, 12);
  });

  it("ranks by TextRank, by hand", async () => {
    // Neighbours: cats-chase 1, chase-dogs 2 (twice), chase-mice 1. S(chase) = 0.15 + 0.85 (S(cat) + S(dog) + S(mice)), the others
    // 0.15 + 0.85 S(chase) w / 4: S(chase) = 0.5325 / 0.2775 = 1.918919, S(cat) = S(mice) = 0.557770, S(dog) = 0.965541
    const rows = await found(["Cats chase dogs. Dogs chase mice."], { method: "textRank" });
    expect(rows.map(([, , , phrase]) => phrase)).toEqual(["Cats chase dogs", "Dogs chase mice"]);
    for (const [, , , , score] of rows) expect(score).toBeCloseTo(1.918919 + 0.55777 + 0.965541, 2);
  });

  it("weighs a word by the documents so far: what is common later counts less", async () => {
    const rows = await found(["Tea, cake", "Tea, bread", "Tea, jam"]);
    const tea = rows.filter(([, , , phrase]) => phrase === "Tea").map(([, , , , score]) => score);
    expect(tea).toEqual([1, 1, 1]); // ln((1 + N) / (1 + N)) + 1
    const others = rows.filter(([, , , phrase]) => phrase !== "Tea").map(([, , , , score]) => score);
    for (const [k, ratio] of [2 / 2, 3 / 2, 4 / 2].entries()) expect(others[k]).toBeCloseTo(Math.log(ratio) + 1, 12);
  });

  it("joins words over a line end and a hyphen, and not over a blank line, a comma or a digit", async () => {
    const text = "real-time operating\nsystems\n\nkernel, module 42 driver";
    expect((await phrases(text)).sort()).toEqual(["driver", "kernel", "module", "real-time operating systems"]);
  });

  it("tells a long run by its last words, and phrases only where they occur twice", async () => {
    expect(await phrases("one fast cheap neural network model works", { maxWords: 3 })).toEqual([
      "network model works",
    ]);
    const text = "Deep neural networks, shallow neural network. Deep neural networks.";
    // 2 deep neural networks of 3 words, 3 neural networks of 2; "deep" and "neural" only ever stand in longer ones
    expect(await phrases(text, { method: "phrases" })).toEqual(["Deep neural networks", "neural networks", "shallow"]);
  });

  it("takes nouns and adjectives of tagged text, and tells a word without a tag", async () => {
    const text = "Fast/JJ neural/JJ networks/NNS learn/VBP quickly/RB ./. They/PRP run/VBP on/IN chips/NNS ./.";
    expect(await phrases(text, { tagged: true })).toEqual(["Fast neural networks", "chips"]);
    expect(await phrases(text, { tagged: true, tags: ["VB"] })).toEqual(["learn", "run"]);
    await expect(phrases("neural/JJ networks", { tagged: true })).rejects.toThrow(
      'keywords: each word of tagged text must be word/TAG, got "networks"',
    );
  });

  it("takes other stop words from a file", async () => {
    const stopWords = join(await temporaryFolder(), "stop.txt");
    writeFileSync(stopWords, "linear\nset\n");
    expect(await phrases("The linear map of a set", { stopWords })).toEqual(["map of a", "The"]);
  });

  it("refuses tags where nothing has any", () => {
    expect(() => keywords({ tags: ["NN"] })).toThrow(
      "keywords: tagged must be true for tags of english, which has no dictionary of tags, got false",
    );
    expect(() => keywords({ topN: 0 })).toThrow("keywords: topN must be an integer >= 1, got 0");
  });
});

describe("keywords, in Chinese", () => {
  const text = "复合负极材料的制备。研究了复合负极材料的电化学性能；电化学性能很好，热分解温度不高。";

  it("finds phrases longer than the dictionary's words where they occur twice", async () => {
    const best = await phrases(text, { language: "chinese", method: "phrases", topN: 2 });
    expect(best.sort()).toEqual(["复合负极材料", "电化学性能"].sort());
  });

  it("weighs words of method phrases by the dictionary alone: other documents change nothing", async () => {
    const options: KeywordsOptions = { language: "chinese", method: "phrases" };
    const alone = await found([text], options);
    const second = await found(["电化学性能电化学性能", text], options);
    expect(second.filter(([document]) => document === 1).map(([, ...rest]) => rest)).toEqual(
      alone.map(([, ...rest]) => rest),
    );
  });

  it("takes words of some tags of the dictionary, and those that it lacks", async () => {
    const sentence = "他迅速研究温度，以及TiO2。";
    expect((await phrases(sentence, { language: "chinese" })).sort()).toEqual(["TiO2", "温度", "研究", "迅速"].sort());
    expect((await phrases(sentence, { language: "chinese", tags: ["n"] })).sort()).toEqual(["TiO2", "温度"].sort());
  });

  it("leaves out words of one character and stop words", async () => {
    expect(await found(["我的。但是，因为他"], { language: "chinese" })).toEqual([]);
  });
});

const methods = ["tfidf", "textRank", "phrases"] as const;

describe.each(methods)("keywords, %s", (method) => {
  it("has no row, and counts, for a document without words or with stop words only", async () => {
    const ledger = new Ledger();
    const documents = ["", "the of and", "12 34.5 --- ！", "word", " \n"];
    const batches = await collect(from(textBatches(documents)).pipe(keywords({ method })), { ledger });
    const rows = rowsOf(batches);
    expect(rows.map(([document, , rank, phrase]) => [document, rank, phrase])).toEqual([[3, 1, "word"]]);
    expect(rows[0]![4]).toBeGreaterThan(0);
    expect(ledger.get("withoutKeywords")).toBe(4);
  });

  it.each(["english", "chinese"] as const)("makes the same of any batches, in %s", async (language) => {
    const documents = fc.array(mixedText, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(documents, chunkSizes, async (texts, sizes) => {
        expect(await found(texts, { method, language }, sizes)).toEqual(await found(texts, { method, language }));
      }),
      { seed: 43, numRuns: 40 },
    );
  });

  it("goes on from its state after any batch to the same events", async () => {
    const documents = ["Tea and hot cake. Hot cake!", "Tea, bread and hot cake.", "热茶和面包，热茶", "Tea again"];
    const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
    const events = (batches: TextBatch[]) => collect(from(batches).pipe(keywords({ method })));
    await fc.assert(
      fc.asyncProperty(chunkSizes, stops, async (sizes, places) => {
        const batches = textBatches(documents, sizes);
        const gone = await goingOn<TextBatch, KeywordBatch>(batches, places, () => keywords({ method }));
        expect(gone).toEqual(await events(batches));
      }),
      { seed: 44, numRuns: 30 },
    );
  });
});

describe("keywords", () => {
  it("names documents as the source does", async () => {
    const [batch] = textBatches(["Tea", "", "Cake"]);
    const rows = rowsOf(await collect(from([{ ...batch!, documents: { ids: ["a", "b", null] } }]).pipe(keywords())));
    expect(rows.map(([document, id, , phrase]) => [document, id, phrase])).toEqual([
      [0, "a", "Tea"],
      [2, "", "Cake"],
    ]);
  });

  it("holds but so many words, and forgets in how many documents the rare ones were", async () => {
    const documents = Array.from({ length: 40 }, (_, k) => `common word${"abcdefghijklmnopqrst"[k % 20]}x`);
    const rows = await found(documents, { maxTerms: 4 });
    expect(rows.map(([document]) => document)).toEqual(documents.map((_, k) => k));
    expect(rows.every(([, , , , score]) => Number.isFinite(score) && score > 0)).toBe(true);
  });

  it("leaves out and counts words of more than 1,000 bytes", async () => {
    const ledger = new Ledger();
    await run(from(textBatches([`${"a".repeat(1001)} tea`])).pipe(keywords()), { ledger });
    expect(ledger.get("wordsTooLong")).toBe(1);
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(keywords() as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(keywords())).toBe("#", undefined, "broken");
    }),
  );
});
