import { defer, identity, map, type OperatorFunction } from "rxjs";
import { SentenceEnds } from "../../kernels/tokenizers/sentenceEnds.js";
import { IdTable } from "../../kernels/vocabulary/idTable.js";
import { currentScope } from "../../runtime/flow.js";
import { integer, text } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { IdBatch, TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { endSentences, sentenceEndField, termId } from "./endSentences.js";

export const encodeSchema = defineUnit({
  name: "encode",
  kind: "operator",
  reads: "tokens",
  needs: { vocabulary: "vocabulary" },
  makes: "ids",
  standard: {},
  summary: "Replaces tokens by their ids in a vocabulary and leaves out the terms that it lacks",
  fields: {
    unknown: text({
      optional: true,
      minLength: 1,
      description: "Term of the vocabulary, such as one of extraTerms, that stands for each token outside it",
    }),
    sentenceEnd: sentenceEndField,
  },
  create: ({ vocabulary }, options, { epoch }): OperatorFunction<TokenBatch, IdBatch> =>
    encode(vocabulary, { ...options, epoch }),
});

/** In code the pass is an option; a run knows it. */
const encodeOptions = defineOptions({
  name: "encode",
  fields: {
    ...encodeSchema.fields,
    epoch: integer({
      default: 0,
      min: 0,
      description: "Which pass over the corpus this is; random draws differ between passes",
    }),
  },
});

export type EncodeOptions = OptionsOf<typeof encodeOptions>;

/**
 * Replaces tokens by their ids in the vocabulary.
 *
 * In:  TokenBatch, T provisional ids. Out: IdBatch, at most T ids, with the starts of sentences and documents among them.
 * Tokens outside the vocabulary become `unknown`, and are counted as that; without it they are left out, and counted as `truncated` (frequent enough, but cut by maxSize), `pruned` (the
 * lexicon no longer knows the term) or else `belowMinCount`.
 * Each sentence that has ids ends with `sentenceEnd`; without it with nothing. Both are what makes perplexities comparable.
 * State: 4 bytes per id given out by the lexicon.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or the vocabulary lacks `unknown` or
 *   `sentenceEnd`
 * @example
 *   tokens$.pipe(encode(vocabulary), windowContexts({ windowSize: 5 }))
 */
export function encode(vocabulary: Vocabulary, options?: EncodeOptions): OperatorFunction<TokenBatch, IdBatch> {
  const { epoch, unknown, sentenceEnd } = parseOptions(encodeOptions, options);
  const unknownId = unknown === undefined ? undefined : termId("encode", "unknown", vocabulary, unknown);
  const end = sentenceEnd === undefined ? undefined : termId("encode", "sentenceEnd", vocabulary, sentenceEnd);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const table = new IdTable(vocabulary, unknownId);
      return source.pipe(
        map((batch) => {
          const starts = [batch.sentenceOffsets, batch.documentOffsets];
          const [ids, [sentenceOffsets, documentOffsets]] = table.translate(batch.lexicon, batch.ids, starts);
          for (const [counter, amount] of Object.entries(table.takeDropped())) scope.lost(counter, amount);
          if (unknownId !== undefined) scope.ledger.add("unknown", table.takeReplaced());
          return {
            vocabulary,
            ids,
            sentenceOffsets: sentenceOffsets!,
            documentOffsets: documentOffsets!,
            ...(batch.documents ? { documents: batch.documents } : {}),
            epoch,
          };
        }),
        end === undefined ? identity : endSentences(new SentenceEnds(end), { vocabulary, epoch }),
      );
    });
}
