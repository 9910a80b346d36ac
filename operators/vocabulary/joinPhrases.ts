import { concat, defer, map, mergeAll, type OperatorFunction, of } from "rxjs";
import { PhraseJoiner } from "../../kernels/vocabulary/phraseJoiner.js";
import { currentScope } from "../../runtime/flow.js";
import { text } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { Phrases } from "../../schemas/phrases.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { carryDocuments } from "../documents/carryDocuments.js";

export const joinPhrasesSchema = defineUnit({
  name: "joinPhrases",
  kind: "operator",
  reads: "tokens",
  needs: { phrases: "phrases" },
  makes: "tokens",
  summary: "Joins neighbouring tokens that make a phrase into one, new_york",
  paper: "Mikolov et al. 2013, arXiv:1310.4546, section 4; word2phrase.c",
  fields: {
    joiner: text({ default: "_", description: "What stands between the two terms" }),
  },
  termsOf: ({ joiner = "_" }) => ({ joiner: [`a${joiner}b`] }),
  create: ({ phrases }, options): OperatorFunction<TokenBatch, TokenBatch> => joinPhrases(phrases, options),
});

export type JoinPhrasesOptions = OptionsOf<typeof joinPhrasesSchema>;

/**
 * Joins neighbouring tokens that make a phrase, from left to right, each token once; a second round of learning and joining makes
 * phrases of three and four. Phrases lie within a sentence. For Chinese an empty `joiner` reads better.
 *
 * In:  TokenBatch, T tokens. Out: TokenBatch, at most T, with ids of their own; any split of a text into batches gives the same tokens.
 * Counts `joined`, the tokens that became part of the one before.
 * State: one token, and 20 to 40 bytes a term.
 * @throws TypeError at the call, if an option is of the wrong kind
 * @see Mikolov et al. 2013, arXiv:1310.4546, section 4
 * @example
 *   tokens$.pipe(joinPhrases(phrases), buildVocab({ minCount: 5 }))
 */
export function joinPhrases(phrases: Phrases, options?: JoinPhrasesOptions): OperatorFunction<TokenBatch, TokenBatch> {
  const { joiner } = parseOptions(joinPhrasesSchema, options);
  return carryDocuments((source) =>
    defer(() => {
      const scope = currentScope();
      let work: PhraseJoiner | undefined;
      const counted = (batches: TokenBatch[]): TokenBatch[] => {
        scope.lost("joined", work?.takeJoined() ?? 0);
        return batches;
      };
      return concat(
        source.pipe(
          map((batch) => {
            work ??= new PhraseJoiner(batch.lexicon, phrases, joiner);
            return counted(work.join(batch));
          }),
        ),
        defer(() => of(counted(work?.rest() ?? []))),
      ).pipe(mergeAll());
    }),
  );
}
