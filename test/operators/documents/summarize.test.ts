import fc from "fast-check";
import { from, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { type SummarizeOptions, splitSentences, summarize } from "#operators";
import { Ledger } from "#runtime";
import type { SummaryBatch, TextBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { marbles } from "../../support/marbles.js";
import { chunkSizes, mixedText, textBatches } from "../../support/textBatches.js";

type Row = [document: number, rank: number, sentence: number, text: string, score: number];

const rowsOf = (batches: readonly SummaryBatch[]): Row[] =>
  batches.flatMap(({ document, rank, sentence, text, score }) =>
    text.map((each, row): Row => [document[row]!, rank[row]!, sentence[row]!, each, score[row]!]),
  );

async function found(documents: readonly string[], options?: SummarizeOptions, sizes?: readonly number[]) {
  return rowsOf(await collect(from(textBatches(documents, sizes)).pipe(summarize(options))));
}

const english = "Red apples grow. Ripe apples fall on red roofs.\nBoats sail. Ripe pears grow.";
const chinese = "红色苹果成熟。成熟苹果落在红色屋顶。船只航行。成熟梨子生长。";

describe("summarize", () => {
  it("ranks sentences by the words that they share, by hand", async () => {
    // a: red appl grow; b: ripe appl fall red roof; c: boat sail; d: ripe pear grow. Shared: a-b 2, a-d 1, b-d 1.
    // Weights: a-b 2 / (ln 3 + ln 5) = 0.738538, a-d 1 / (2 ln 3) = 0.455120, b-d 1 / (ln 3 + ln 5) = 0.369269.
    // networkx 3.6.1: g.add_weighted_edges_from([(0,1,.738538),(0,3,.455120),(1,3,.369269)]); r = nx.pagerank(g, alpha=.85, tol=1e-12)
    // [round(3*r[v], 3) for v in (0, 1, 3)] = [1.13, 1.055, 0.815]
    const rows = await found([english], { topN: 9 });
    expect(rows.map(([document, rank, sentence, text]) => [document, rank, sentence, text])).toEqual([
      [0, 1, 0, "Red apples grow."],
      [0, 2, 1, "Ripe apples fall on red roofs."],
      [0, 3, 3, "Ripe pears grow."],
      [0, 4, 2, "Boats sail."],
    ]);
    const expected = [1.13, 1.055, 0.815, 0.15];
    for (const [k, [, , , , score]] of rows.entries()) expect(Math.abs(score - expected[k]!)).toBeLessThan(2e-3);
  });

  it("does so in Chinese, with words of the dictionary", async () => {
    const rows = await found([chinese], { language: "chinese", topN: 2 });
    expect(rows.map(([, rank, sentence, text]) => [rank, sentence, text])).toEqual([
      [1, 0, "红色苹果成熟。"],
      [2, 1, "成熟苹果落在红色屋顶。"],
    ]);
  });

  it("takes a blank line for the end of a sentence, a line end on request, and the sentences that splitSentences has marked", async () => {
    const text = "CHAPTER ONE\n\nThe chapter was\nlong. One chapter.";
    const sentences = async (options: SummarizeOptions) =>
      (await found([text], { topN: 9, ...options })).toSorted((a, b) => a[2] - b[2]).map(([, , , each]) => each);
    expect(await sentences({})).toEqual(["CHAPTER ONE", "The chapter was long.", "One chapter."]);
    expect(await sentences({ newline: true })).toEqual(["CHAPTER ONE", "The chapter was", "long.", "One chapter."]);
    const marked$ = from(textBatches([text])).pipe(splitSentences({ newline: false }), summarize({ topN: 9 }));
    expect(rowsOf(await collect(marked$)).map(([, , , each]) => each)).toHaveLength(2);
  });

  it("ranks by the cosines of weighted words, by hand", async () => {
    // a: tea hot; b: tea cold; c: cold rain fell. idf of tea and cold ln(3/2) = 0.4055, of the others ln 3 = 1.0986.
    // cos(a, b) = 0.1644 / (1.1710 * 0.5734) = 0.245, cos(b, c) = 0.1644 / (0.5734 * 1.6057) = 0.179, cos(a, c) = 0:
    // a path a - b - c, whose ends have 0.21375 / 0.2775 = 0.770270 and whose middle 3 - 2 * 0.770270
    const rows = await found(["Tea is hot. Tea is cold. Cold rain fell."], { method: "lexRank" });
    expect(rows.map(([, rank, , text]) => [rank, text])).toEqual([
      [1, "Tea is cold."],
      [2, "Tea is hot."],
      [3, "Cold rain fell."],
    ]);
    const expected = [1.459459, 0.77027, 0.77027];
    for (const [k, [, , , , score]] of rows.entries()) expect(Math.abs(score - expected[k]!)).toBeLessThan(2e-3);
  });
});

describe.each(["textRank", "lexRank"] as const)("summarize, %s", (method) => {
  it("has no row, and counts, for a document without two sentences that have words", async () => {
    const ledger = new Ledger();
    const documents = [
      "",
      "The of. And the.",
      "One sentence alone",
      "One sentence. And. 12!",
      "Tea is hot. Tea is cold.",
    ];
    const batches = await collect(from(textBatches(documents)).pipe(summarize({ method })), { ledger });
    const rows = rowsOf(batches);
    expect(rows.map(([document]) => document)).toEqual([4, 4]);
    expect(rows.every(([, , , , score]) => score > 0)).toBe(true);
    expect(ledger.get("withoutSummary")).toBe(4);
  });

  it("makes the same of any batches", async () => {
    const documents = fc.array(mixedText, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(documents, chunkSizes, async (texts, sizes) => {
        const options: SummarizeOptions = { method, language: "chinese", topN: 5 };
        const all = [english, chinese, ...texts];
        expect(await found(all, options, sizes)).toEqual(await found(all, options));
      }),
      { seed: 45, numRuns: 30 },
    );
  });

  it("goes on from its state after any batch to the same events", async () => {
    const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(chunkSizes, stops, async (sizes, places) => {
        const batches = textBatches([english, "", chinese, english], sizes);
        const gone = await goingOn<TextBatch, SummaryBatch>(batches, places, () => summarize({ method }));
        expect(gone).toEqual(await collect(from(batches).pipe(summarize({ method }))));
      }),
      { seed: 46, numRuns: 30 },
    );
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(summarize({ method }) as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(summarize({ method }))).toBe("#", undefined, "broken");
    }),
  );
});
