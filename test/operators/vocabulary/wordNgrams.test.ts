import fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { tokenize, type WordNgramsOptions, wordNgrams } from "#operators";
import { Ledger, RunScope, run } from "#runtime";
import type { StateKeeper, TokenBatch } from "#schemas";
import { fromTexts } from "#sources";
import { copyState } from "../../support/copyState.js";
import { caseCount } from "../../support/shortOrLong.js";
import { type Documents, documents, documentsOf, sizes, spelled, tokenBatches } from "../../support/tokens.js";

async function made(text: Documents, options?: WordNgramsOptions, cuts?: readonly number[]): Promise<string[]> {
  return spelled(await lastValueFrom(from(tokenBatches(text, cuts)).pipe(wordNgrams(options), toArray())));
}

describe("wordNgrams", () => {
  it("gives those that end with a word behind it, the shorter first", async () => {
    expect(await made(documentsOf("a b c"), { to: 3 })).toEqual(["|", ".", "a", "b", "a b", "c", "b c", "a b c"]);
    expect(await made(documentsOf("北京 大学"), { from: 2, joiner: "" })).toEqual(["|", ".", "北京大学"]);
  });

  it("does not reach over sentences, or only not over documents", async () => {
    const text = documentsOf("a b. c|d");
    expect(await made(text)).toEqual(["|", ".", "a", "b", "a b", ".", "c", "|", ".", "d"]);
    expect(await made(text, { boundary: "document" })).toEqual(
      ["|", ".", "a", "b", "a b", ".", "c", "b c", "|", ".", "d"], //
    );
  });

  it("makes all pairs of neighbours, however the tokens are cut", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const cut = await made(text, { from: 2 }, cuts);
        expect(cut).toEqual(await made(text, { from: 2 }));
        const pairs = text.flatMap((document) =>
          document.flatMap((words) => words.slice(1).map((word, k) => `${words[k]} ${word}`)),
        );
        expect(cut.filter((term) => term.includes(" "))).toEqual(pairs);
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("goes on from its state after any batch", () => {
    const batches = tokenBatches(documentsOf("a b 猫 a. c a|d b a b"), [2]);
    const through = (some: readonly TokenBatch[], state?: ReturnType<StateKeeper["save"]>) => {
      const out: TokenBatch[] = [];
      const keepers: StateKeeper[] = [];
      const keep = (keeper: StateKeeper) => {
        keepers.push(keeper);
        if (state) keeper.restore(state);
      };
      const scope = new RunScope(undefined, new Ledger(), undefined, keep);
      scope.within(() =>
        from(some)
          .pipe(wordNgrams({ to: 3 }))
          .subscribe((batch) => out.push(batch)),
      );
      return { terms: out.flatMap(({ ids, lexicon }) => Array.from(ids, (id) => lexicon.term(id))), keepers };
    };
    const whole = through(batches).terms;
    for (let stop = 0; stop <= batches.length; stop++) {
      const first = through(batches.slice(0, stop));
      const second = through(batches.slice(stop), copyState(first.keepers[0]!.save()));
      expect([...first.terms, ...second.terms]).toEqual(whole);
    }
  });

  it("counts what was added, and words that are only parts", async () => {
    const ledger = new Ledger();
    await run(fromTexts(["a b c", "d"]).pipe(tokenize(), wordNgrams({ to: 3 })), { ledger });
    expect([ledger.get("added"), ledger.get("joined")]).toEqual([3, 0]); // a b, b c, a b c
    const pairs = new Ledger();
    await run(fromTexts(["a b c", "d"]).pipe(tokenize(), wordNgrams({ from: 2 })), { ledger: pairs });
    expect([pairs.get("added"), pairs.get("joined")]).toEqual([2, 4]);
  });

  it("tells where an n-gram lies in its document", async () => {
    const batches: TokenBatch[] = [];
    const stream = fromTexts(["in  new york"]).pipe(tokenize({ characterOffsets: true }), wordNgrams({ from: 2 }));
    await run(stream, { onEvent: (batch) => batches.push(batch) });
    const places = batches.flatMap(({ characters: { start, end } = { start: [], end: [] } }) =>
      Array.from(start, (from, k) => [from, end[k]]),
    );
    expect(places).toEqual([
      [0, 7],
      [4, 12],
    ]);
  });

  it("wants from to be at most to", () => {
    expect(() => wordNgrams({ from: 3 })).toThrow("wordNgrams: from must be at most to = 2, got 3");
  });
});
