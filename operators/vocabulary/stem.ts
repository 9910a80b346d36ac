import { stem as porter2 } from "porter2";
import type { OperatorFunction } from "rxjs";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { mapTokens, maxTermsField } from "./mapTerms.js";

export const stemSchema = defineUnit({
  name: "stem",
  kind: "operator",
  reads: "tokens",
  makes: "tokens",
  resumable: true,
  summary: "Replaces English words by their stems: connected, connecting and connection by connect",
  paper: "Porter 2001, Snowball: the English stemmer (Porter2); Porter 1980, Program 14(3)",
  fields: { maxTerms: maxTermsField },
  create: (_, options): OperatorFunction<TokenBatch, TokenBatch> => stem(options),
});

export type StemOptions = OptionsOf<typeof stemSchema>;

/**
 * Replaces English words by their stems, after the rules of Snowball's English stemmer. What is made of other than the letters a to z and
 * apostrophes stays as it is: Chinese, numbers, words with capitals or accents (`normalize` comes before).
 *
 * In, out: TokenBatch, T tokens, with ids of their own into a lexicon of stems; sentences, documents and the places of tokens are kept.
 * State: `maxTerms` stems of 36 to 68 bytes and their text, and 4 bytes per id given out by the lexicon.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see https://snowballstem.org/algorithms/english/stemmer.html
 * @example
 *   tokens$.pipe(stem(), buildVocab({ minCount: 5 }))
 */
export function stem(options?: StemOptions): OperatorFunction<TokenBatch, TokenBatch> {
  const { maxTerms } = parseOptions(stemSchema, options);
  return mapTokens(() => stemOf, maxTerms);
}

const englishWord = /^[a-z][a-z'’]*$/;

/** The stem of a term in small letters, if it is an English word. */
export function stemOf(term: string): string {
  return englishWord.test(term) ? porter2(term.replaceAll("’", "'")) : term;
}
