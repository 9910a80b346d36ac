import { from, NEVER, of } from "rxjs";
import { expect, it } from "vitest";
import { termMeans } from "#operators";
import { Ledger } from "#runtime";
import type { ContextVectorBatch } from "#schemas";
import { collect } from "../../support/collect.js";

const batch = (terms: string[], values: number[]): ContextVectorBatch => ({
  terms,
  rowDocuments: new Uint32Array(terms.length),
  sentences: new Uint32Array(terms.length),
  places: Uint32Array.from(terms.keys()),
  layers: Int32Array.of(1),
  layerSizes: Uint32Array.of(2),
  values: Float32Array.from(values),
});
const batches = [batch(["bank", "猫"], [1, 2, 5, 6]), batch(["bank"], [2, -4])];

it("makes word vectors of the means, once the text is over", async () => {
  const [vectors, ...others] = await collect(from(batches).pipe(termMeans()));
  expect([vectors!.terms, [...vectors!.values], others]).toEqual([["bank", "猫"], [1.5, -1, 5, 6], []]);
  expect(vectors!.metadata.get("layer")).toBe('{"kind":"one","layer":1}');
  expect(vectors!.mostSimilar("猫", { topN: 1 })[0]!.term).toBe("bank");
  const never: unknown[] = [];
  NEVER.pipe(termMeans()).subscribe((each) => never.push(each));
  expect(never).toEqual([]);
});

it("begins anew for each subscriber, and keeps so many terms", async () => {
  const ledger = new Ledger();
  const means = termMeans({ maxTerms: 1 });
  for (let k = 1; k <= 2; k++) {
    const [vectors] = await collect(from(batches).pipe(means), { ledger });
    expect([vectors!.terms, [...vectors!.values]]).toEqual([["bank"], [1.5, -1]]);
    expect(ledger.get("termsLeftOut")).toBe(k);
  }
});

it("refuses a text in which no term stands often enough, and options out of range", async () => {
  const fault = "TermMeans: a term must stand in 3 places at least, got none among 2 terms";
  await expect(collect(from(batches).pipe(termMeans({ minCount: 3 })))).rejects.toThrow(fault);
  await expect(collect(of<ContextVectorBatch>().pipe(termMeans()))).rejects.toThrow("got none among 0 terms");
  expect(() => termMeans({ minCount: 0 })).toThrow("termMeans: minCount must be an integer >= 1, got 0");
});
