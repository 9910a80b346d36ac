import { readFileSync } from "node:fs";
import fc from "fast-check";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { type HashTermsOptions, hashTerms } from "#operators";
import { Ledger } from "#runtime";
import type { DocumentTermBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes, tokenBatches } from "../../support/tokens.js";

/** Rows of scikit-learn: fixtures/documents/makeHashes.py. */
const { texts, ...reference } = JSON.parse(
  readFileSync(new URL("../../fixtures/documents/hashes.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Record<string, number>[]>> & { readonly texts: string[][] };

async function hashed(text: readonly string[][][], options: HashTermsOptions, cuts?: readonly number[]) {
  const ledger = new Ledger();
  const batches = await collect(from(tokenBatches(text, cuts)).pipe(hashTerms(options)), { ledger });
  return { rows: batches.flatMap(rowsOf), ledger };
}

const rowsOf = ({ offsets, terms, values, lengths, vocabulary }: DocumentTermBatch) =>
  Array.from(lengths, (_, row) =>
    Object.fromEntries(
      Array.from(terms.subarray(offsets[row], offsets[row + 1]), (term, k) => [
        vocabulary.terms[term]!.replace("column", ""),
        values[offsets[row]! + k]!,
      ]),
    ),
  );

it.each<[name: string, options: HashTermsOptions]>([
  ["signed", { columns: 2 ** 20 }],
  ["few", { columns: 7 }],
  ["unsigned", { columns: 16, signed: false }],
])("has scikit-learn's columns and signs: %s", async (name, options) => {
  const { rows } = await hashed(
    texts.map((words) => [words]),
    options,
  );
  expect(rows).toEqual(reference[name]);
});

it("gives the same rows for any batches", async () => {
  await fc.assert(
    fc.asyncProperty(documents, sizes, async (text, cuts) => {
      const [whole, cut] = [await hashed(text, { columns: 5 }), await hashed(text, { columns: 5 }, cuts)];
      expect(cut.rows).toEqual(whole.rows);
      expect(cut.ledger.get("cancelled")).toBe(whole.ledger.get("cancelled"));
    }),
    { seed: 1, numRuns: caseCount(60) },
  );
});

it("counts columns in which terms cancel out", async () => {
  // The hash of "a" is 1009084850, that of "the" -1132748958: in a single column 1 - 1 = 0.
  const { rows, ledger } = await hashed(documentsOf("a the|a"), { columns: 1 });
  expect(rows).toEqual([{}, { 0: 1 }]);
  expect(ledger.get("cancelled")).toBe(1);
});
