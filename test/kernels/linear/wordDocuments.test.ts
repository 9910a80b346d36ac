import fc from "fast-check";
import { expect, it } from "vitest";
import { WordDocuments } from "#kernels";
import type { TokenBatch } from "#schemas";

const words = ["peel", "the", "大蒜"];
const lexicon = { size: words.length, term: (id: number) => words[id], count: () => 1, prunedOccurrences: 0 };

/** A form that gives terms the numbers 0, 1, ... in the order in which it is asked, and tells of what it was asked. */
function numbering() {
  const made: string[] = [];
  return { made, form: { make: (term: string) => made.push(term) - 1, termOf: (word: number) => made[word]! } };
}

const batch = (ids: readonly number[], starts: readonly number[]): TokenBatch => ({
  ...{ lexicon, ids: Uint32Array.from(ids), sentenceOffsets: new Uint32Array(0) },
  documentOffsets: Uint32Array.from(starts),
});

it("gives each term one number, and leaves out tokens without a term", () => {
  const { made, form } = numbering();
  const documents = new WordDocuments(form);
  const found: unknown[] = [];
  documents.add(batch([2, 0, 7, 2], [0]), () => {});
  documents.finish((tokens, _, length) => found.push([...tokens], length));
  expect(found).toEqual([[0, 1, 0], 4]);
  expect(made).toEqual(["大蒜", "peel"]);
});

it("finds the same documents wherever batches end, and where it goes on from a saved state", () => {
  const ids = Array.from({ length: 3000 }, (_, i) => (i * i) % 3);
  const starts = [0, 1, 1, 700, 2999];
  const found = (cuts: readonly number[], resume: boolean) => {
    const seen: string[] = [];
    const { form } = numbering();
    let documents = new WordDocuments(form);
    const visit = (tokens: Int32Array) => seen.push(Array.from(tokens, form.termOf).join(" "));
    const ends = [...new Set([...cuts, ids.length])].sort((x, y) => x - y);
    let from = 0;
    for (const end of ends) {
      const inside = starts.filter((start) => start >= from && start < end).map((start) => start - from);
      documents.add(batch(ids.slice(from, end), inside), visit);
      from = end;
      if (!resume) continue;
      const state = documents.save();
      documents = new WordDocuments(form);
      documents.restore(state);
    }
    documents.finish(visit);
    return seen;
  };
  const whole = found([], false);
  expect(whole.map((text) => text.split(" ").length)).toEqual([1, 1, 699, 2299, 1]); // an empty text splits into one
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2999 }), { maxLength: 4 }), fc.boolean(), (cuts, resume) => {
      expect(found(cuts, resume)).toEqual(whole);
    }),
    { seed: 5, numRuns: 30 },
  );
});
