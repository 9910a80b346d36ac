import { expect, it } from "vitest";
import { FrozenLexicon, GrowingLexicon, lexiconRows } from "#kernels";

function add(lexicon: GrowingLexicon, term: string): number {
  const bytes = new TextEncoder().encode(term);
  return lexicon.add(bytes, 0, bytes.length);
}

/** A lexicon of 5,000 terms, English and Chinese, of which a part was pruned. */
function pruned(): GrowingLexicon {
  const lexicon = new GrowingLexicon({ maxTerms: 3000 });
  for (let i = 0; i < 5000; i++) for (let k = 0; k <= i % 4; k++) add(lexicon, i % 2 ? `term${i}` : `词${i}`);
  lexicon.forgetPruned();
  return lexicon;
}

it("knows the terms and counts of the lexicon that it was made from, and not those that were pruned", () => {
  const lexicon = pruned();
  const frozen = new FrozenLexicon(lexicon.size, lexicon.prunedOccurrences);
  for (const row of lexiconRows(lexicon)) frozen.add(row);
  expect(frozen).toMatchObject({ size: lexicon.size, prunedOccurrences: lexicon.prunedOccurrences });
  expect(lexicon.prunedOccurrences).toBeGreaterThan(0);
  for (let id = 0; id <= lexicon.size; id++) {
    expect(frozen.term(id)).toBe(lexicon.term(id));
    expect(frozen.count(id)).toBe(lexicon.count(id));
  }
});

it("keeps two ids of the same text apart, as joined phrases may have them", () => {
  const frozen = new FrozenLexicon(2, 0);
  frozen.add({ id: 0, term: "new_york", count: 3 });
  frozen.add({ id: 1, term: "new_york", count: 5 });
  expect([frozen.term(0), frozen.count(0), frozen.term(1), frozen.count(1)]).toEqual(["new_york", 3, "new_york", 5]);
});
