import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GrowingLexicon } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

const encoder = new TextEncoder();

function add(lexicon: GrowingLexicon, term: string): number {
  const bytes = encoder.encode(`..${term}.`); // a term lies anywhere in the bytes
  return lexicon.add(bytes, 2, bytes.length - 1);
}

describe("GrowingLexicon", () => {
  it("gives ids in the order in which terms come, and finds each again by id and by text", () => {
    const terms = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), { maxLength: 300 });
    fc.assert(
      fc.property(terms, (terms) => {
        const lexicon = new GrowingLexicon();
        const ids = terms.map((term) => add(lexicon, term));
        const distinct = [...new Set(terms)];
        expect(ids).toEqual(terms.map((term) => distinct.indexOf(term)));
        expect(lexicon.size).toBe(distinct.length);
        distinct.forEach((term, id) => {
          expect([lexicon.term(id), lexicon.idOf(term)]).toEqual([term, id]);
          expect(lexicon.count(id)).toBe(terms.filter((other) => other === term).length);
        });
      }),
      { seed: 1, numRuns: caseCount(200) },
    );
  });

  it("grows to many terms", () => {
    const lexicon = new GrowingLexicon();
    const bytes = encoder.encode(Array.from({ length: 50_000 }, (_, i) => String(i).padStart(5, "0")).join(""));
    for (let i = 0; i < 50_000; i++) lexicon.add(bytes, 5 * i, 5 * i + 5);
    expect([lexicon.size, lexicon.term(0), lexicon.term(49_999), lexicon.idOf("31415")]).toEqual([
      ...[50_000, "00000", "49999", 31_415],
    ]);
  });

  it("tells terms of one hash apart", () => {
    // The hash of 8 bytes, two words a and b, depends on nothing but mixed(a) + b.
    const mixed = (word: number) => {
      const product = Math.imul(word, 0x9e3779b1);
      return product ^ (product >>> 15);
    };
    const words = [1, 2, 3].map((a) => [a, mixed(7) + 9 - mixed(a)] as const);
    const bytes = new Uint8Array(Int32Array.from(words.flat()).buffer);
    const lexicon = new GrowingLexicon();
    const ids = [0, 1, 2, 1, 0, 1].map((term) => lexicon.add(bytes, 8 * term, 8 * term + 8));
    expect(ids).toEqual([0, 1, 2, 1, 0, 1]);
    expect([0, 1, 2].map((id) => lexicon.count(id))).toEqual([2, 3, 1]);
  });

  it("reads terms of any length at the end of their bytes, and no further", () => {
    const lexicon = new GrowingLexicon();
    for (let length = 1; length <= 40; length++) {
      const text = encoder.encode("x".repeat(length));
      const longer = encoder.encode(`${"x".repeat(length)}y`);
      const ids = [lexicon.add(text, 0, length), lexicon.add(longer, 0, length), lexicon.add(longer, 0, length + 1)];
      expect(ids).toEqual([2 * length - 2, 2 * length - 2, 2 * length - 1]);
    }
  });

  it("knows nothing of ids that it has not given", () => {
    const lexicon = new GrowingLexicon();
    expect([lexicon.size, lexicon.term(0), lexicon.count(0), lexicon.idOf("a")]).toEqual([0, undefined, 0, undefined]);
    add(lexicon, "a");
    expect([lexicon.term(1), lexicon.count(1), lexicon.idOf("b")]).toEqual([undefined, 0, undefined]);
    expect(lexicon.idOf("")).toBeUndefined();
  });

  it("keeps a byte-order mark that is part of a term", () => {
    const lexicon = new GrowingLexicon();
    add(lexicon, "\ufeffa");
    expect(lexicon.term(0)).toBe("\ufeffa");
  });

  it("removes every term that is no more frequent than the last of the rarest quarter", () => {
    const lexicon = new GrowingLexicon({ maxTerms: 4 });
    for (const term of "aaabbccd") add(lexicon, term);
    // Counts 3, 2, 2, 1: one place of four must come free, so t = 1, and d goes.
    expect(add(lexicon, "e")).toBe(4);
    expect(["a", "b", "c", "d", "e"].map((term) => lexicon.idOf(term))).toEqual([0, 1, 2, undefined, 4]);
    expect(lexicon.prunedOccurrences).toBe(1);
    // Counts 3, 2, 2, 2: t = 2, and b, c and e go.
    add(lexicon, "e");
    expect(add(lexicon, "f")).toBe(5);
    expect([0, 1, 2, 3, 4, 5].map((id) => lexicon.count(id))).toEqual([3, 0, 0, 0, 0, 1]);
    expect(lexicon.prunedOccurrences).toBe(7);
  });

  it("tells the text of a pruned term until asked to forget it", () => {
    const lexicon = new GrowingLexicon({ maxTerms: 1 });
    for (const term of "abc") add(lexicon, term);
    expect([0, 1, 2].map((id) => lexicon.term(id))).toEqual(["a", "b", "c"]);
    lexicon.forgetPruned();
    expect([0, 1, 2].map((id) => lexicon.term(id))).toEqual([undefined, undefined, "c"]);
  });

  it("stays within its bound of bytes", () => {
    const lexicon = new GrowingLexicon({ maxBytes: 4096 });
    for (let i = 0; i < 1000; i++) add(lexicon, `${i}${"x".repeat(i % 97)}`);
    const live = Array.from({ length: 1000 }, (_, id) => id).filter((id) => lexicon.count(id) > 0);
    lexicon.forgetPruned();
    const bytes = live.reduce((sum, id) => sum + 16 + lexicon.term(id)!.length, 0);
    expect(bytes).toBeLessThanOrEqual(4096);
    expect(lexicon.prunedOccurrences).toBe(1000 - live.length);
    expect(lexicon.count(999)).toBe(1);
  });

  it("never uses an id twice, and counts every occurrence once, live or pruned", () => {
    const terms = fc.array(fc.constantFrom(..."aaaabbcdefghijklmnop"), { maxLength: 200 });
    fc.assert(
      fc.property(terms, fc.integer({ min: 1, max: 8 }), (terms, maxTerms) => {
        const lexicon = new GrowingLexicon({ maxTerms });
        const termOf = new Map<number, string>();
        for (const term of terms) {
          const id = add(lexicon, term);
          expect(termOf.get(id) ?? term).toBe(term);
          termOf.set(id, term);
          expect(lexicon.term(id)).toBe(term);
        }
        const ids = Array.from({ length: lexicon.size }, (_, id) => id);
        const live = ids.filter((id) => lexicon.count(id) > 0);
        expect(live.length).toBeLessThanOrEqual(maxTerms);
        const counted = live.reduce((sum, id) => sum + lexicon.count(id), 0);
        expect(counted + lexicon.prunedOccurrences).toBe(terms.length);
      }),
      { seed: 2, numRuns: caseCount(300) },
    );
  });
});
