import fc from "fast-check";
import { from, lastValueFrom, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { type LearnSubwordsOptions, learnSubwords } from "#operators";
import { RunScope } from "#runtime";
import type { SubwordVocabulary } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { type Documents, documents, documentsOf, sizes, tokenBatches, WordLexicon } from "../../support/tokens.js";

const learned = (text: Documents, options: LearnSubwordsOptions = {}, cuts?: number[]): Promise<SubwordVocabulary> =>
  lastValueFrom(from(tokenBatches(text, cuts)).pipe(learnSubwords(options)));

const contents = ({ terms, counts, tokenizer }: SubwordVocabulary) => ({ terms, counts: [...counts], tokenizer });

describe("learnSubwords", () => {
  it("counts a word with a space before it apart from one that begins a document", async () => {
    // documents "low low lower" and "low": low 2, Ġlow 1, Ġlower 1. l o and lo w occur 4 times, Ġ low 2 times, all others once
    const { terms, tokenizer, counts } = await learned(documentsOf("low low lower|low"), { size: 300 });
    expect(tokenizer.model.merges).toEqual([
      ["l", "o"],
      ["lo", "w"],
      ["Ġ", "low"],
    ]);
    expect(terms.length).toBe(1 + 256 + 3);
    expect(counts[terms.indexOf("low")]).toBe(2);
    expect(counts[terms.indexOf("Ġlow")]).toBe(2);
  });

  it("sets no space where scripts that have none touch, unless it is told to", async () => {
    const text = documentsOf("我 喜欢 猫 cat cat");
    const pieces = async (spaces: "script" | "all" | "none") => {
      const options = { kind: "characters", size: 20, minCount: 1, spaces } as const;
      const { terms, counts } = await learned(text, options);
      return counts[terms.indexOf(" ")] ?? 0;
    };
    expect(await pieces("script")).toBe(1); // between the two of cat
    expect(await pieces("all")).toBe(4);
    expect(await pieces("none")).toBe(0);
  });

  it("learns the same from any batches", async () => {
    const options = fc.constantFrom<LearnSubwordsOptions>(
      { size: 262, minCount: 1 },
      { kind: "wordPiece", size: 20, minCount: 1 },
      { kind: "characters", size: 6, minCount: 1 },
    );
    await fc.assert(
      fc.asyncProperty(documents, sizes, options, async (text, cuts, options) => {
        fc.pre(text.flat(2).length > 0);
        expect(contents(await learned(text, options, cuts))).toEqual(contents(await learned(text, options)));
      }),
      { seed: 1, numRuns: caseCount(60) },
    );
  });

  it("accounts for all tokens, those that the lexicon has forgotten as pruned", async () => {
    const lexicon = new WordLexicon();
    const batches = tokenBatches(documentsOf("a b a"), undefined, lexicon);
    lexicon.prune("b");
    const scope = new RunScope();
    const subwords = scope.within(() => lastValueFrom(from(batches).pipe(learnSubwords({ size: 300 }))));
    const { terms, counts } = await subwords;
    expect(counts[terms.indexOf("b")]).toBe(0);
    expect(Object.fromEntries(scope.account.counts)).toEqual({ took: 2, pruned: 1 });
  });

  it("refuses specials that are no use", () => {
    const refused = (options: LearnSubwordsOptions) => () => learnSubwords(options);
    expect(refused({ specials: ["<s>", "<s>"] })).toThrow(
      new RangeError('learnSubwords: specials must differ and not be empty, got "<s>"'),
    );
    expect(refused({ kind: "wordPiece", specials: ["[PAD]"] })).toThrow(
      new RangeError('learnSubwords: specials of wordPiece must have one of [UNK], <unk>, got ["[PAD]"]'),
    );
    expect(refused({ kind: "wordPiece", size: 5 })).toThrow(
      new RangeError("learnSubwords: size must be more than the 5 specials, got 5"),
    );
  });

  it("tells when there is nothing to learn from", async () => {
    await expect(learned([], { kind: "wordPiece" })).rejects.toThrow(
      new RangeError("learnSubwords: the corpus must have characters, got none"),
    );
    const failing = throwError(() => new Error("torn"));
    await expect(lastValueFrom(failing.pipe(learnSubwords()))).rejects.toThrow("torn");
  });

  it(
    "makes one tokenizer when the text is over",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [t] = tokenBatches(documentsOf("a"));
      const source = cold("--t--t--#", { t: t! });
      expectObservable(source.pipe(learnSubwords())).toBe("--------#");
      expectObservable(cold<typeof t>("-").pipe(learnSubwords() as never)).toBe("-");
      expectSubscriptions(source.subscriptions).toBe("^-------!");
    }),
  );
});
