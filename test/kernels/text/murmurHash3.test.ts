import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { murmurHash3 } from "#kernels";

/** Of scikit-learn: fixtures/documents/makeHashes.py. */
const { terms, hashes } = JSON.parse(
  readFileSync(new URL("../../fixtures/documents/hashes.json", import.meta.url), "utf8"),
) as { readonly terms: string[]; readonly hashes: Readonly<Record<string, number[]>> };

it.each(["0", "42"])("is that of scikit-learn with seed %s, for any length", (seed) => {
  expect(terms.map((term) => murmurHash3(new TextEncoder().encode(term), Number(seed)))).toEqual(hashes[seed]);
});
