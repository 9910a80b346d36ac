import fc from "fast-check";
import { filter, from, map, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { GrowingVocabulary } from "#kernels";
import {
  accumulateCooccurrence,
  type GrowVocabOptions,
  growVocab,
  normalize,
  tokenize,
  windowContexts,
} from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { IdBatch, TokenBatch, VocabularySnapshot } from "#schemas";
import { fromTexts } from "#sources";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

function grown(batches: Iterable<TokenBatch>, options: GrowVocabOptions, ledger = new Ledger()): IdBatch[] {
  const events: IdBatch[] = [];
  new RunScope(undefined, ledger).within(() =>
    from(batches)
      .pipe(growVocab(options))
      .subscribe((batch) => events.push(batch)),
  );
  return events;
}

const snapshotOf = ({ vocabulary }: IdBatch) => vocabulary as VocabularySnapshot;

/** An event with nothing in it that is compared by identity. */
const plain = ({ vocabulary, ...batch }: IdBatch) => {
  const { terms, counts, tokens, maxSize, generation, since } = vocabulary as VocabularySnapshot;
  return { ...batch, terms, counts, tokens, maxSize, generation, since };
};

/** Words with the snapshot that they are from, and how many starts lie before each, without the edges of batches. */
function spelled(batches: readonly IdBatch[]): string[] {
  const items: string[] = [];
  let [documents, sentences] = [0, 0];
  const put = (word: string) => {
    items.push(`${documents} documents, ${sentences} sentences, ${word}`);
    [documents, sentences] = [0, 0];
  };
  for (const batch of batches) {
    const { generation, terms, counts } = snapshotOf(batch);
    const among = (starts: Uint32Array, i: number) => starts.filter((start) => start === i).length;
    for (let i = 0; i <= batch.ids.length; i++) {
      documents += among(batch.documentOffsets, i);
      sentences += among(batch.sentenceOffsets, i);
      const id = batch.ids[i];
      if (id !== undefined) put(`${generation} ${terms[id]} ${counts[id]}`);
    }
  }
  put("end");
  return items;
}

const small = { maxSize: 2, counters: 3, minCount: 1, generationSize: 4 };

describe("growVocab", () => {
  it("gives rows at the edges of generations, to terms that surely are more frequent than those there", () => {
    const ledger = new Ledger();
    const events = grown(tokenBatches(documentsOf("a a b c a b b d d d d 狗 a d b 狗")), small, ledger);
    const rows = events.map((event) => {
      const { terms, counts, since } = snapshotOf(event);
      return [Array.from(event.ids), terms, Array.from(counts), Array.from(since)];
    });
    expect(rows).toEqual([
      [[], [], [], []], // a a b c: nothing is known yet
      // a 2, b 1, c 1: a and b have the rows, c occurred no more often than b. a b b d: d takes over c's counter, 2 of which 1 is d's
      [
        [0, 1, 1],
        ["a", "b"],
        [2, 1],
        [1, 1],
      ],
      // a 3, b 3, d 2 - 1. d d d 狗: d 5 - 1; 狗 takes over a's counter, 4 of which 3 are a's
      [[], ["a", "b"], [3, 3], [1, 1]],
      // 狗 4 - 3, b 3, d 5 - 1. a, without a counter, occurred 3 times at most, and d 4 times at least: d has its row.
      // a d b 狗: a takes over b's counter; b, still with a row, 狗's; 狗 a's, 5 of which 4 may be others'
      [
        [0, 1],
        ["d", "b"],
        [4, 3],
        [3, 1],
      ],
      [[], ["d", "b"], [5, 1], [3, 1]], // d 6 - 1, b 5 - 4
    ]);
    // truncated: d d d, which at the edge before had occurred often enough. Below: the first four, d, 狗, a, 狗
    expect([ledger.get("truncated"), ledger.get("belowMinCount"), ledger.get("pruned")]).toEqual([3, 8, 0]);
  });

  it("gives no row for a count that may be another term's", () => {
    const options = { maxSize: 2, counters: 2, minCount: 2, generationSize: 4 };
    // a 3, b 1: a has a row. c takes over b's counter: 2, of which 1 is b's, so c is not sure to have occurred twice
    const [, , last] = grown(tokenBatches(documentsOf("a a a b c a a a x")), options).map(snapshotOf);
    expect([last!.generation, last!.terms]).toEqual([2, ["a"]]);
  });

  it("ends generations at 1024 tokens, at twice as many each time, and then every generationSize", () => {
    const batches = tokenBatches([[new Array(9000).fill("a")]]);
    const counts = grown(batches, { generationSize: 2048 }).map((event) => snapshotOf(event).counts[0] ?? 0);
    expect(counts).toEqual([0, 1024, 2048, 4096, 6144, 8192]);
  });

  it("gives the same ids, starts and snapshots however the tokens are cut", () => {
    fc.assert(
      fc.property(documents, sizes, fc.boolean(), (text, cuts, fades) => {
        const options = { ...small, counters: 4, ...(fades ? { halfLife: 7 } : {}) };
        expect(spelled(grown(tokenBatches(text, cuts), options))).toEqual(spelled(grown(tokenBatches(text), options)));
      }),
      { seed: 1, numRuns: caseCount(300) },
    );
  });

  it("finds a term again that the lexicon pruned and took in under another id", () => {
    const lexicon = new WordLexicon();
    function* batches() {
      yield* tokenBatches(documentsOf("a a b b"), undefined, lexicon);
      lexicon.prune("b");
      yield* tokenBatches(documentsOf("b a b"), undefined, lexicon);
    }
    expect(spelled(grown(batches(), small))).toEqual(
      spelled(grown(tokenBatches(documentsOf("a a b b|b a b"), [4, 9]), small)),
    );
  });

  it("loses no token", () => {
    fc.assert(
      fc.property(documents, sizes, (text, cuts) => {
        const ledger = new Ledger();
        const used = grown(tokenBatches(text, cuts), small, ledger).reduce((sum, { ids }) => sum + ids.length, 0);
        const left = ["truncated", "belowMinCount", "pruned"].reduce((sum, counter) => sum + ledger.get(counter), 0);
        expect(used + left).toBe(text.flat(2).length);
      }),
      { seed: 2, numRuns: caseCount(200) },
    );
  });

  it("goes on from its state after any batch, any number of times, to the same events", async () => {
    const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
    // Who goes on is told the vocabulary first, by a batch with nothing in it.
    const hasAny = ({ ids, sentenceOffsets, documentOffsets }: IdBatch) =>
      ids.length + sentenceOffsets.length + documentOffsets.length > 0;
    const operator = () => pipe(growVocab({ ...small, halfLife: 9 }), filter(hasAny), map(plain));
    await fc.assert(
      fc.asyncProperty(documents, sizes, stops, async (text, cuts, places) => {
        const batches = tokenBatches(text, cuts);
        expect(await goingOn(batches, places, operator)).toEqual(await collect(from(batches).pipe(operator())));
      }),
      { seed: 3, numRuns: caseCount(100) },
    );
  });

  it("lets old words fade, so that new ones have their rows", () => {
    const text = `${"old ".repeat(400)}${"new ".repeat(100)}x`;
    const options = { maxSize: 1, minCount: 3, generationSize: 20 };
    const last = (more: GrowVocabOptions) =>
      snapshotOf(grown(tokenBatches(documentsOf(text)), { ...options, ...more }).at(-1)!);
    expect(last({}).terms).toEqual(["old"]);
    expect(last({ halfLife: 20 }).terms).toEqual(["new"]);
    // Halved at every edge, 20 at a time: 20 (1/2 + 1/4 + 1/8 + 1/16 + 1/32) = 19.375
    expect(last({ halfLife: 20 }).counts[0]).toBeCloseTo(19.375, 9);
  });

  it("holds no more than its counters and rows, whatever comes", () => {
    const vocabulary = new GrowingVocabulary({ ...small, counters: 10, halfLife: undefined });
    const lexicon = new WordLexicon();
    for (let i = 0; i < 20_000; i++) {
      vocabulary.encode(lexicon, Uint32Array.of(lexicon.add(`词${i}`)), 0, 1);
      if (vocabulary.untilEdge === 0) vocabulary.endGeneration();
    }
    const { arrays } = vocabulary.save();
    expect(arrays["summary.counts"]).toHaveLength(10);
    expect(arrays["own.counts"]).toHaveLength(2);
  });

  it("takes English and Chinese text, and windows that mix no two snapshots", async () => {
    const text = "the river and the 河 flow. 我 在 the river 河 边. ".repeat(20);
    const contexts$ = fromTexts([text]).pipe(
      normalize({ case: "lower" }),
      tokenize({ mode: "characters" }),
      growVocab({ maxSize: 8, generationSize: 64 }),
      windowContexts({ windowSize: 3, batchSize: 10, sample: 0.1 }),
    );
    const events = await collect(contexts$);
    const seen = new Set(events.map(({ vocabulary }) => vocabulary));
    expect(seen.size).toBeGreaterThan(5);
    let position = 0;
    for (const event of events) {
      expect(event.position).toBe(position);
      position += event.endCentre - event.firstCentre;
      expect(Math.max(...event.ids)).toBeLessThan(event.vocabulary.terms.length);
    }
  });

  it("is refused where one vocabulary is needed", async () => {
    const table$ = fromTexts(["a a a"]).pipe(
      tokenize(),
      growVocab({ minCount: 1, generationSize: 1 }),
      windowContexts(),
    );
    await expect(collect(table$.pipe(accumulateCooccurrence({ workers: 0 })))).rejects.toThrow(
      "accumulateCooccurrence: the vocabulary must stay the same, got one of growVocab, which changes",
    );
  });

  it("refuses fewer counters than rows", () => {
    expect(() => growVocab({ maxSize: 10, counters: 9 })).toThrow(
      new RangeError("growVocab: maxSize must be at most counters = 9, got 10"),
    );
  });

  it(
    "passes on each batch when it arrives",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [t] = tokenBatches(documentsOf("a x"));
      const source = cold("--t--t----|", { t: t! });
      const lengths = () =>
        pipe(
          growVocab({ minCount: 1, generationSize: 3 }),
          map(({ ids }) => `${ids.length}`),
        );
      expectObservable(source.pipe(lengths())).toBe("--0--(01)-|");
      expectSubscriptions(source.subscriptions).toBe("^---------!");
      expectObservable(cold("--t--#", { t: t! }).pipe(lengths())).toBe("--0--#");
      expectObservable(cold<TokenBatch>("|").pipe(lengths())).toBe("|");
      expectObservable(cold<TokenBatch>("-").pipe(lengths())).toBe("-");
    }),
  );
});
