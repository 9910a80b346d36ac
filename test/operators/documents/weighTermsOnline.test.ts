import { from } from "rxjs";
import { expect, it } from "vitest";
import { documentFrequencies } from "#models";
import {
  documentTerms,
  feed,
  growVocab,
  type WeighTermsOnlineOptions,
  type WeighTermsOptions,
  weighTerms,
  weighTermsOnline,
} from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { DocumentFrequencies, DocumentTermBatch, StateKeeper } from "#schemas";
import { collect } from "../../support/collect.js";
import { copyState } from "../../support/copyState.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { namedRows } from "../../support/namedRows.js";
import { documentsOf, tokenBatches } from "../../support/tokens.js";

const words = ["the", "cat", "sat", "猫", "dog", "坐"];
const texts = Array.from({ length: 30 }, (_, k) => ({
  words: Array.from({ length: (5 * k) % 9 }, (_, i) => words[(k * k + 3 * i) % words.length]!),
  labels: [],
}));
const vocabulary = labelledVocabulary(texts);
const rows = (some: typeof texts, sizes: number[] = [100]) =>
  collect(from(labelledBatches(vocabulary, some, { sizes })).pipe(documentTerms()));

async function frequencies(some: typeof texts): Promise<DocumentFrequencies> {
  const model = documentFrequencies();
  await collect(from(await rows(some)).pipe(feed(model)));
  return model.result();
}

async function online(options: WeighTermsOnlineOptions, some = texts, sizes?: number[]) {
  return (await collect(from(await rows(some, sizes)).pipe(weighTermsOnline(options)))).flatMap(namedRows);
}

it.each<WeighTermsOptions>([{}, { preset: "gensim" }, { smart: "lpu" }, { smart: "ntb" }, { preset: "lucene" }])(
  "weighs each document as weighTerms does with the frequencies of all up to it: %j",
  async (options) => {
    const found = await online(options);
    expect(found).toHaveLength(texts.length);
    for (const end of [1, 2, 7, 30]) {
      const known = await frequencies(texts.slice(0, end));
      // The pivot of characters is that of the counts in the vocabulary, which those of all texts do not tell.
      const counts = Float64Array.from(
        vocabulary.terms,
        (term) => texts.slice(0, end).flatMap(({ words }) => words.filter((word) => word === term)).length,
      );
      const corpus = { ...known, vocabulary: { ...vocabulary, counts } };
      const last = { ...(await rows(texts.slice(0, end))).at(-1)!, vocabulary: corpus.vocabulary };
      const expected = namedRows((await collect(from([last]).pipe(weighTerms(corpus, options))))[0]!).at(-1)!;
      expect(Object.keys(found[end - 1]!)).toEqual(Object.keys(expected));
      for (const [term, weight] of Object.entries(expected)) expect(found[end - 1]![term]).toBeCloseTo(weight, 12);
    }
  },
);

it("gives the same weights for any batches", async () => {
  const whole = await online({ smart: "lpu" });
  for (const sizes of [[1], [3, 2], [7]]) expect(await online({ smart: "lpu" }, texts, sizes)).toEqual(whole);
});

it("goes on from the frequencies of an earlier run as if it had read its documents", async () => {
  for (const options of [{}, { smart: "ltu" }]) {
    const initialFrequencies = await frequencies(texts.slice(0, 12));
    const later = await online({ ...options, initialFrequencies }, texts.slice(12));
    expect(later).toEqual((await online(options)).slice(12));
  }
});

it("goes on from its state after any batch", async () => {
  const batches = await rows(texts, [4]);
  const through = (some: readonly DocumentTermBatch[], state?: ReturnType<StateKeeper["save"]>) => {
    const out: DocumentTermBatch[] = [];
    const keepers: StateKeeper[] = [];
    const keep = (keeper: StateKeeper) => {
      keepers.push(keeper);
      if (state) keeper.restore(state);
    };
    new RunScope(undefined, new Ledger(), undefined, keep).within(() =>
      from(some)
        .pipe(weighTermsOnline({ smart: "ntb" }))
        .subscribe((batch) => out.push(batch)),
    );
    return { rows: out.flatMap(namedRows), keepers };
  };
  const whole = through(batches).rows;
  for (let stop = 0; stop <= batches.length; stop++) {
    const first = through(batches.slice(0, stop));
    const second = through(batches.slice(stop), copyState(first.keepers[0]!.save()));
    expect([...first.rows, ...second.rows]).toEqual(whole);
  }
});

it("counts the documents of a row anew once a growing vocabulary gives it to another term", async () => {
  // One row. After 4 tokens a has it; after 16, c, which occurs more often. Edges: 4, 8, 12, 16, ...
  const text = documentsOf("a a a a|a|a|c c|c c c c c c c c|c|c");
  const grown = growVocab({ maxSize: 1, counters: 4, minCount: 1, generationSize: 4 });
  const batches = await collect(from(tokenBatches(text)).pipe(grown, documentTerms()));
  const model = documentFrequencies();
  await collect(from(batches).pipe(feed(model)));
  const { vocabulary: last, counts, documents } = await model.result();
  const cells = batches.flatMap((batch) => namedRows(batch).map((row) => ({ row, snapshot: batch.vocabulary })));
  const ofLast = cells.filter(({ row }) => last.terms[0]! in row);
  expect([last.terms, documents]).toEqual([["c"], 7]);
  expect(ofLast.length).toBeGreaterThan(0);
  expect([...counts]).toEqual([ofLast.length]);
});
