import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { bm25 } from "#models";
import { documentTerms, feed } from "#operators";
import { builtIn } from "#pipelines";
import { writeSearchIndex } from "#sinks";
import { readWhole } from "#storage";
import { kinds } from "../../../dist/kinds/kinds.js";
import { collect } from "../../support/collect.js";
import { vocabularyOf } from "../../support/contextBatches.js";
import { copyState } from "../../support/copyState.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const textsOf = (lines: readonly string[]) =>
  lines.map((line) => ({ words: line.split(" ").filter((word) => word !== ""), labels: [line.slice(0, 1)] }));
const texts = textsOf(["the cat the", "", "猫 猫 cat", "the 猫"]);
const rowsOf = (some: typeof texts, sizes: number[], vocabulary = labelledVocabulary(some)) =>
  collect(from(labelledBatches(vocabulary, some, { sizes })).pipe(documentTerms()));
const vocabulary = labelledVocabulary(texts);

const expected = {
  terms: ["cat", "the", "猫"],
  offsets: Uint32Array.of(0, 2, 4, 6),
  documents: Uint32Array.of(0, 2, 0, 3, 2, 3),
  counts: Uint32Array.of(1, 1, 2, 1, 2, 1),
  lengths: Uint32Array.of(3, 0, 3, 2),
  entries: { labels: [["t"], [""], ["猫"], ["t"]] },
  scoring: { variant: "lucene", k1: 1.2, b: 0.75 },
  metadata: new Map([["model", "bm25"]]),
};

it("indexes documents, whatever the batches", async () => {
  for (const sizes of [[100], [1], [2, 3]]) {
    const model = bm25();
    const steps = await collect(from(await rowsOf(texts, sizes)).pipe(feed(model)));
    expect(await model.result()).toEqual(expected);
    expect(steps.reduce((sum, { taken }) => sum + taken, 0)).toBe(8);
  }
});

it("goes on from its state after any batch, and tells what it has so far", async () => {
  const batches = await rowsOf(texts, [1]);
  for (let stop = 0; stop <= batches.length; stop++) {
    const [first, second] = [bm25(), bm25()];
    for (const batch of batches.slice(0, stop)) await first.update(batch);
    const documents = batches.slice(0, stop).reduce((sum, { lengths }) => sum + lengths.length, 0);
    expect((await first.snapshot!())?.lengths.length).toBe(documents || undefined);
    await second.restore!(copyState((await first.save!())!), { vocabulary });
    for (const batch of batches.slice(stop)) await second.update(batch);
    expect(await second.result()).toEqual(expected);
  }
});

it("goes on from the index of a file, which gives the same as all documents at once", async () => {
  const path = join(await temporaryFolder(), "index.arrow");
  const begun = bm25({ k1: 2 });
  for (const batch of await rowsOf(texts.slice(0, 3), [100])) await begun.update(batch);
  await collect(from([await begun.result()]).pipe(writeSearchIndex({ path })));
  const goingOn = bm25({ initialIndex: await readWhole(kinds.searchIndex, path) });
  for (const batch of await rowsOf(texts.slice(3), [100])) await goingOn.update(batch);
  expect(await goingOn.result()).toEqual(expected);
});

it("keeps how it is to be searched", async () => {
  const model = bm25({ variant: "bm25plus", k1: 0.9, b: 0.4, delta: 0.7 });
  for (const batch of await rowsOf(texts, [100])) await model.update(batch);
  expect((await model.result()).scoring).toEqual({ variant: "bm25plus", k1: 0.9, b: 0.4, delta: 0.7 });
});

it("has no loss that a run could tell", () => expect(bm25().hasLoss).toBe(false));

it("has nothing to tell without a word", async () => {
  const model = bm25();
  expect(() => model.result()).toThrow(
    "bm25: a document must have a word of the vocabulary, got 0 documents without any",
  );
  for (const batch of await rowsOf(textsOf(["", ""]), [100])) await model.update(batch);
  expect(model.snapshot!()).toBeUndefined();
  expect(() => model.result()).toThrow("got 2 documents without any");
});

it("follows a vocabulary that grows, and keeps the documents of a term whose row another one takes", async () => {
  const snapshot = (terms: string[], generation: number, since: number[]) => ({
    ...vocabularyOf([terms]),
    terms,
    ...{ maxSize: 2, generation, since: Uint32Array.from(since) },
  });
  const [cell] = await rowsOf(textsOf(["猫 猫"]), [100]);
  const batchOf = (value: object, row: number) => ({
    ...cell!,
    vocabulary: value as never,
    terms: Uint32Array.of(row),
  });
  const model = bm25();
  await model.update(batchOf(snapshot(["cat", "猫"], 0, [0, 0]), 1));
  await model.update(batchOf(snapshot(["cat", "狗"], 1, [0, 1]), 1));
  await model.update(batchOf(snapshot(["猫", "狗"], 2, [2, 1]), 0));
  expect(await model.result()).toMatchObject({
    terms: ["狗", "猫"],
    offsets: Uint32Array.of(0, 1, 3),
    documents: Uint32Array.of(1, 0, 2),
  });
});

it("adds only documents of the same steps to an index", async () => {
  const model = bm25();
  for (const batch of await rowsOf(texts, [100])) await model.update(batch);
  const metadata = new Map([["textSteps", JSON.stringify([{ tokenize: { mode: "words" } }])]]);
  const options = { initialIndex: { ...(await model.result()), metadata } };
  const make = (more: object) =>
    builtIn.units.get("bm25")!.create({} as never, { ...options, ...more } as never, {
      epoch: 0,
      textSteps: [{ tokenize: { mode: "chinese" } }],
    });
  expect(() => make({})).toThrow(
    'bm25: tokens must be made as those that initialIndex was made of, by tokenize with mode "words", got "chinese" in step 1 of its text; textSteps: any takes them as they are',
  );
  expect(make({ textSteps: "any" })).toMatchObject({ name: "bm25" });
});

it.each([
  [{ k1: -1 }, "bm25: k1 must be a number >= 0, got -1"],
  [{ b: 2 }, "bm25: b must be a number from 0 to 1, got 2"],
  [{ variant: "okapi" }, "bm25: variant must be one of lucene, robertson, atire, bm25l, bm25plus, got"],
])("refuses %j at the call", (options, message) => {
  expect(() => bm25(options as never)).toThrow(message);
});
