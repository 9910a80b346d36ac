import { readFileSync } from "node:fs";
import { makeVocabulary } from "lexstream";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { documentFrequencies } from "#models";
import { documentTerms, feed, type WeighTermsOptions, weighTerms } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { DocumentFrequencies, DocumentTermBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { namedRows } from "../../support/namedRows.js";

/** What scikit-learn and gensim make of some texts: fixtures/documents/makeWeights.py. */
const { texts, ...reference } = JSON.parse(
  readFileSync(new URL("../../fixtures/documents/weights.json", import.meta.url), "utf8"),
) as { readonly texts: string[] } & Readonly<Record<string, Record<string, number>[]>>;

const documents = texts.map((text) => ({ words: text.split(" "), labels: [] }));
const vocabulary = labelledVocabulary(documents);
const counts = (sizes: number[] = [100]) =>
  collect(from(labelledBatches(vocabulary, documents, { sizes })).pipe(documentTerms()));

async function frequencies(): Promise<DocumentFrequencies> {
  const model = documentFrequencies();
  await collect(from(await counts()).pipe(feed(model)));
  return model.result();
}

async function weights(options: WeighTermsOptions, sizes?: number[]): Promise<Record<string, number>[]> {
  const rows = await collect(from(await counts(sizes)).pipe(weighTerms(await frequencies(), options)));
  return rows.flatMap(namedRows);
}

describe("weighs as", () => {
  it.each<[name: string, options: WeighTermsOptions]>([
    ["sklearn", {}],
    ["sklearn sublinear", { sublinear: true }],
    ["sklearn l1", { norm: "l1" }],
    ["gensim", { preset: "gensim" }],
    ...["nnn", "lfc", "atc", "dpn", "Lfu", "bfb", "ltb"].map((smart): [string, WeighTermsOptions] => [
      smart,
      { smart },
    ]),
  ])("%s", async (name, options) => {
    const found = await weights(options);
    for (const [row, expected] of reference[name]!.entries()) {
      expect(Object.keys(found[row]!).sort()).toEqual(Object.keys(expected).sort());
      for (const [term, weight] of Object.entries(expected))
        expect(Math.abs(found[row]![term]! / weight - 1), term).toBeLessThan(1e-12);
    }
  });

  it("Lucene: sqrt(n) (1 + ln((N + 1) / (df + 1))) / sqrt(tokens)", async () => {
    // cat: twice in the 8 tokens of the first document, and in no other of the 4
    const [first] = await weights({ preset: "lucene" });
    expect(first!.cat).toBeCloseTo((Math.sqrt(2) * (1 + Math.log(5 / 2))) / Math.sqrt(8), 14);
  });

  it("the textbook: n / tokens x ln(N / df)", async () => {
    const [first] = await weights({ preset: "textbook" });
    expect(first!.cat).toBeCloseTo((2 / 8) * Math.log(4), 14);
    expect(first).not.toHaveProperty("the"); // in all documents: ln 1 = 0
  });
});

it("gives the same weights for any batches", async () => {
  const whole = await weights({ smart: "Lfu" });
  for (const sizes of [[1], [3, 2], [7]]) expect(await weights({ smart: "Lfu" }, sizes)).toEqual(whole);
});

it("counts cells without a weight", async () => {
  const ledger = new Ledger();
  const known = await frequencies();
  const rows = await counts();
  new RunScope(undefined, ledger).within(() =>
    from(rows)
      .pipe(weighTerms(known, { preset: "gensim" }))
      .subscribe(),
  );
  expect(ledger.get("weightless")).toBe(4); // "the", in each of the four documents
});

it("looks up the terms of another vocabulary, and knows nothing of new ones", async () => {
  const other = makeVocabulary(["new", "cat"], Float64Array.of(1, 1));
  const row: DocumentTermBatch = {
    vocabulary: other,
    offsets: Uint32Array.of(0, 2),
    terms: Uint32Array.of(0, 1),
    values: Float64Array.of(1, 1),
    lengths: Uint32Array.of(2),
    rowDocuments: Uint32Array.of(0),
    epoch: 0,
  };
  const known = await frequencies();
  const found = async (options: WeighTermsOptions) =>
    namedRows((await collect(from([row]).pipe(weighTerms(known, options))))[0]!);
  expect(await found({ preset: "gensim" })).toEqual([{ cat: 1 }]);
  // smooth: ln((1 + 4) / 1) + 1 for a term of no document
  const [{ new: unseen }] = (await found({ norm: "none" })) as [{ new: number }];
  expect(unseen).toBeCloseTo(Math.log(5) + 1, 14);
});

it("says which letters there are", async () => {
  const known = await frequencies();
  expect(() => weighTerms(known, { smart: "xyz" })).toThrow(
    'weighTerms: smart must be three letters, one of each of n t b l d a L, n x f t p, n x c u b, got "xyz"',
  );
});
