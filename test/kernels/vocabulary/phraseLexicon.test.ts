import { describe, expect, it } from "vitest";
import { PhraseLexicon } from "#kernels";
import { WordLexicon } from "../../support/tokens.js";

describe("PhraseLexicon", () => {
  it("gives ids in the order in which terms are first seen, and counts them", () => {
    const base = new WordLexicon();
    const [the, fresh, york] = ["the", "new", "york"].map((word) => base.add(word)) as [number, number, number];
    const lexicon = new PhraseLexicon(base, "_");
    expect([
      lexicon.addJoined(fresh, york),
      lexicon.add(the),
      lexicon.addJoined(fresh, york),
      lexicon.add(york),
    ]).toEqual([0, 1, 0, 2]);
    expect([0, 1, 2].map((id) => [lexicon.term(id), lexicon.count(id)])).toEqual([
      ["new_york", 2],
      ["the", 1],
      ["york", 1],
    ]);
    expect(lexicon.size).toBe(3);
  });

  it("no longer knows a term once a part of it was pruned", () => {
    const base = new WordLexicon();
    const [fresh, york] = [base.add("new"), base.add("york")];
    const lexicon = new PhraseLexicon(base, "_");
    const phrase = lexicon.addJoined(fresh, york);
    base.prune("york");
    expect([lexicon.term(phrase), lexicon.count(phrase), lexicon.prunedOccurrences]).toEqual([undefined, 0, 1]);
  });

  it("grows with the terms", () => {
    const base = new WordLexicon();
    const lexicon = new PhraseLexicon(base, "");
    for (let i = 0; i < 5000; i++) lexicon.add(base.add(`w${i}`));
    expect([lexicon.size, lexicon.term(4999)]).toEqual([5000, "w4999"]);
  });
});
