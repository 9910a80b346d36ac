import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { from, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { buildVocab, mapTerms, tokenize } from "#operators";
import { Ledger, run } from "#runtime";
import type { TokenBatch } from "#schemas";
import { fromTexts } from "#sources";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { type Documents, documents, sizes, spelled, tokenBatches, WordLexicon } from "../../support/tokens.js";

const lemmas = (term: string) => ({ cats: "cat", sat: "sit", the: "", 猫咪: "猫" })[term] ?? term;

const mapped = async (text: Documents, mapping: Parameters<typeof mapTerms>[0], cuts?: number[]) =>
  spelled(await collect(from(tokenBatches(text, cuts)).pipe(mapTerms(mapping))));

async function tableOf(text: string): Promise<string> {
  const table = join(await temporaryFolder(), "table.tsv");
  writeFileSync(table, text);
  return table;
}

const vocabularyOf = async (texts: string[], mapping: Parameters<typeof mapTerms>[0], ledger = new Ledger()) => {
  const found = await run(
    fromTexts(texts).pipe(tokenize({ mode: "whitespace" }), mapTerms(mapping), buildVocab({ minCount: 1 })),
    {
      ledger,
    },
  );
  return Object.fromEntries(found!.terms.map((term, id) => [term, found!.counts[id]]));
};

describe("mapTerms", () => {
  it("replaces each term by what the table says, once, and keeps those that it lacks", async () => {
    const table = await tableOf("\ufeffcats\tcat\r\n\r\nsat\tsit\r\ncat\tanimal\r\n猫咪 \t 猫\r\n");
    // cats becomes cat, which is not looked up again
    expect(
      await mapped(
        [
          [
            ["cats", "sat"],
            ["猫咪", "cat", "dog"],
          ],
        ],
        { table },
      ),
    ).toEqual("| . cat sit . 猫 animal dog".split(" "));
  });

  it("drops what is replaced by nothing, counts it, and keeps sentences and documents that are empty then", async () => {
    const ledger = new Ledger();
    const text = [[["the"], ["the", "cats", "the"]], [["the"]], [["sat"]]];
    const events = await collect(from(tokenBatches(text)).pipe(mapTerms(lemmas)), { ledger });
    expect(spelled(events)).toEqual("| . . cat | | . . sit".split(" "));
    expect(ledger.get("dropped")).toBe(4);
  });

  it("counts a replacement once, whatever terms it stands for", async () => {
    const ledger = new Ledger();
    expect(await vocabularyOf(["the cats and the cat", "cats 猫咪 sat"], lemmas, ledger)).toEqual({
      cat: 3,
      and: 1,
      sit: 1,
      猫: 1,
    });
    expect(ledger.get("dropped")).toBe(2);
  });

  it("asks for each term once", async () => {
    const asked: string[] = [];
    const text = [
      [
        ["a", "b", "a"],
        ["a", "b"],
      ],
    ];
    const noting = (term: string) => {
      asked.push(term);
      return term;
    };
    await mapped(text, noting, [1]);
    expect(asked).toEqual(["a", "b"]);
  });

  it("makes the same tokens from any batches", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        const mapping = (term: string) => ({ a: "b", c: "", 猫: "狗" })[term] ?? term;
        expect(await mapped(text, mapping, cuts)).toEqual(await mapped(text, mapping));
      }),
      { seed: 21, numRuns: caseCount(100) },
    );
  });

  it("goes on from its state after any batch, to the same terms and counts", async () => {
    const stops = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 });
    const withCounts = ({ lexicon, ids, sentenceOffsets, documentOffsets }: TokenBatch) => ({
      terms: Array.from(ids, (id) => [id, lexicon.term(id), lexicon.count(id)]),
      offsets: [sentenceOffsets, documentOffsets],
    });
    const upper = () => mapTerms((term) => (term === "b" ? "" : term.replace(/[ac]/, "x")));
    await fc.assert(
      fc.asyncProperty(documents, sizes, stops, async (text, cuts, places) => {
        const batches = tokenBatches(text, cuts);
        const noted = (events: TokenBatch[]) => events.map(withCounts).at(-1);
        expect(noted(await goingOn(batches, places, upper))).toEqual(noted(await collect(from(batches).pipe(upper()))));
      }),
      { seed: 22, numRuns: caseCount(60) },
    );
  });

  it("keeps where tokens lie, and what is known of documents", async () => {
    const source = fromTexts([
      { text: "the cats sat", id: "first", labels: ["pets"] },
      { text: "the", id: "second", labels: [] },
    ]).pipe(tokenize({ characterOffsets: true }), mapTerms(lemmas));
    const [batch] = (await collect(source)).filter(({ ids }) => ids.length > 0);
    expect(batch!.characters).toEqual({ start: Uint32Array.of(4, 9), end: Uint32Array.of(8, 12) });
    expect(batch!.documents).toMatchObject({ ids: ["first", "second"], labels: [["pets"], []] });
    expect(batch!.documentOffsets).toEqual(Uint32Array.of(0, 2));
  });

  it("prunes the rarest replacements once there are more than maxTerms, and tells what they counted", async () => {
    const [first, second] = tokenBatches([[["a", "a", "b", "c", "a"]]], [4]);
    const table = await tableOf("a\tx\nb\ty\nc\tz\n");
    const seen: (string | undefined)[] = [];
    const [last] = (
      await collect(from([first!, second!]).pipe(mapTerms({ table, maxTerms: 2 })), {
        onEvent: ({ ids, lexicon }) => seen.push(...Array.from(ids, (id) => lexicon.term(id))),
      })
    ).slice(-1);
    expect(seen).toEqual(["x", "x", "y", "z", "x"]); // y is known in the batch in which it is pruned
    expect(last!.lexicon.prunedOccurrences).toBe(1);
    expect(Array.from({ length: 3 }, (_, id) => last!.lexicon.term(id))).toEqual(["x", undefined, "z"]);
  });

  it("drops tokens whose term their lexicon no longer knows", async () => {
    const lexicon = new WordLexicon();
    const batches = tokenBatches([[["a", "b", "a"]]], undefined, lexicon);
    lexicon.prune("b");
    const ledger = new Ledger();
    expect(spelled(await collect(from(batches).pipe(mapTerms(lemmas)), { ledger }))).toEqual(["|", ".", "a", "a"]);
    expect(ledger.get("dropped")).toBe(1);
  });

  it.each([
    ["cats\n", 'a line must be "term<tab>replacement", got "cats", in'],
    ["a\tb\nc\td\te\n", 'a line must be "term<tab>replacement", got "c\\td\\te", in'],
    ["\tcat\n", 'a line must be "term<tab>replacement", got "\\tcat", in'],
    ["saw\tsee\nsaw\tsaw\n", '"saw" must have one replacement, got "see" and "saw", in'],
  ])("refuses a table that says %j, with the line", async (text, message) => {
    const table = await tableOf(text);
    const line = text.split("\n").length - 1;
    await expect(mapped([[["a"]]], { table })).rejects.toThrow(`mapTerms: ${message} ${table} line ${line}`);
  });

  it("says which table cannot be read, and what a function made that is no text", async () => {
    await expect(mapped([[["a"]]], { table: "/nowhere/t.tsv" })).rejects.toThrow(
      "mapTerms: cannot read the table /nowhere/t.tsv: ENOENT",
    );
    await expect(mapped([[["a"]]], (() => undefined) as never)).rejects.toThrow(
      'mapTerms: the function must make a text of "a", got undefined',
    );
    expect(() => mapTerms({} as never)).toThrow("mapTerms: table is required and must be a path that is not empty");
  });

  it(
    "passes on emptiness and errors",
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold("--|").pipe(mapTerms(lemmas) as never)).toBe("--|");
      expectObservable(throwError(() => "broken").pipe(mapTerms(lemmas))).toBe("#", undefined, "broken");
    }),
  );
});
