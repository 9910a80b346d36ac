import { concat, defer, EMPTY, mergeMap, type OperatorFunction } from "rxjs";
import { WordNgrams } from "../../kernels/vocabulary/wordNgrams.js";
import { currentScope } from "../../runtime/flow.js";
import { integer, oneOf, text } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { requireAtMost } from "../../schemas/requireAtMost.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const wordNgramsSchema = defineUnit({
  name: "wordNgrams",
  kind: "operator",
  reads: "tokens",
  makes: "tokens",
  resumable: true,
  summary: "Makes n-grams of neighbouring words, new york, as terms beside the words themselves",
  paper: "scikit-learn's ngram_range",
  fields: {
    from: integer({ default: 1, min: 1, max: 100, description: "Words of the shortest n-grams; 1 keeps the words" }),
    to: integer({ default: 2, min: 1, max: 100, description: "Words of the longest" }),
    joiner: text({ default: " ", description: "What stands between the words" }),
    boundary: oneOf(["sentence", "document"], {
      default: "sentence",
      description: "What n-grams do not reach over; scikit-learn's reach over sentences",
    }),
    maxTerms: integer({
      default: 10_000_000,
      min: 1,
      max: 500_000_000,
      description: "Distinct n-grams held at once; when they become more, the rarest quarter or so is pruned",
    }),
  },
  termsOf: ({ joiner = " " }) => ({ joiner: [`a${joiner}b`] }),
  create: (_, options): OperatorFunction<TokenBatch, TokenBatch> => wordNgrams(options),
});

export type WordNgramsOptions = OptionsOf<typeof wordNgramsSchema>;

/**
 * Makes n-grams of neighbouring words: behind each word those that end with it, the shorter first, so that what counts terms counts them
 * too. For Chinese an empty `joiner` reads better.
 *
 * In:  TokenBatch, T words. Out: TokenBatch, up to T (to - from + 1) n-grams, with ids of their own; any split of a text into batches gives
 * the same. Counts `added`, the n-grams of several words, and `joined`, the words that are only parts of n-grams since `from` is above 1.
 * State: `maxTerms` n-grams of 36 to 68 bytes and their text, `to` words, and some 100 bytes per id given out by the lexicon.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or from is above to
 * @example
 *   tokens$.pipe(wordNgrams({ to: 2 }), buildVocab({ minCount: 5 }))
 */
export function wordNgrams(options?: WordNgramsOptions): OperatorFunction<TokenBatch, TokenBatch> {
  const settings = parseOptions(wordNgramsSchema, options);
  requireAtMost("wordNgrams", settings, ["from", "to"]);
  return carryDocuments((source) =>
    defer(() => {
      const scope = currentScope();
      const ngrams = new WordNgrams(settings);
      scope.keep(ngrams);
      return concat(
        source.pipe(
          mergeMap((batch) => {
            const made = ngrams.push(batch);
            const counts = ngrams.takeCounts();
            scope.added(counts.made);
            scope.lost("joined", counts.words);
            scope.lost("pruned", counts.pruned);
            return made;
          }),
        ),
        defer(() => {
          ngrams.end();
          return EMPTY;
        }),
      );
    }),
  );
}
