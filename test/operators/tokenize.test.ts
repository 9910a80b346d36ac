import fc from "fast-check";
import { type TokenizeOptions, tokenize } from "lexstream/operators";
import type { TextBatch } from "lexstream/schemas";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { chunkSizes, mixedText, textBatches } from "../support/textBatches.js";

/** Everything a stream of tokens says, whatever its batches: the terms of every document. */
function documentsOf(text: readonly TextBatch[], options?: TokenizeOptions): string[][] {
  const documents: string[][] = [];
  from(text)
    .pipe(tokenize(options))
    .subscribe(({ lexicon, ids, documentOffsets }) => {
      let next = 0;
      for (let i = 0; i <= ids.length; i++) {
        for (; documentOffsets[next] === i; next++) documents.push([]);
        if (i < ids.length) documents.at(-1)!.push(lexicon.term(ids[i]!)!);
      }
    });
  return documents;
}

const terms = (text: string, options?: TokenizeOptions) => documentsOf(textBatches([text]), options)[0]!;

// The rules of the page docs/operators/tokenize.md, once more, as regular expressions over strings.
const noSpaces = [
  "Hiragana",
  "Thai",
  "Lao",
  "Khmer",
  "Myanmar",
  "Tai_Le",
  "New_Tai_Lue",
  "Tai_Tham",
  "Tai_Viet",
  "Ahom",
];
const katakana = String.raw`(?!\p{Script=Hiragana})(?=\p{L})\p{Script_Extensions=Katakana}`;
const single = String.raw`(?:(?=[\p{L}\p{N}])\p{Script=Han}|(?=\p{L})(?:${noSpaces.map((s) => `\\p{Script=${s}}`).join("|")}))`;
const letter = String.raw`(?!${single}|${katakana})[\p{L}\p{N}]`;
const inner = String.raw`['’＇_\u00ad·׳״\u200c\u200d]`;
const decimal = String.raw`(?<=\p{Nd})[.,٫٬](?=\p{Nd})`;
const rules = {
  words: new RegExp(
    String.raw`${letter}(?:${letter}|\p{M}|${inner}(?=${letter})|${decimal})*|${single}\p{M}*|${katakana}(?:${katakana}|\p{M})*`,
    "gu",
  ),
  whitespace: /\P{White_Space}+/gu,
  characters: /\P{White_Space}[\p{M}\u200c\u200d]*/gu,
};

describe("tokenize", () => {
  for (const mode of ["words", "whitespace", "characters"] as const) {
    it(`finds in any text what the regular expression of mode ${mode} finds, whatever the chunks`, () => {
      fc.assert(
        fc.property(fc.array(mixedText, { minLength: 1, maxLength: 4 }), chunkSizes, (documents, sizes) => {
          const expected = documents.map((document) => document.match(rules[mode]) ?? []);
          expect(documentsOf(textBatches(documents, sizes), { mode })).toEqual(expected);
        }),
        { seed: 1, numRuns: 1000 },
      );
    });
  }

  it("keeps words and numbers together over a single apostrophe, low line or decimal point", () => {
    expect(terms("Don’t stop: 1,000.50 at 3.30, snake_case or __x__; a''b, U.S.")).toEqual([
      "Don’t",
      "stop",
      "1,000.50",
      "at",
      "3.30",
      "snake_case",
      "or",
      "x",
      "a",
      "b",
      "U",
      "S",
    ]);
  });
});
