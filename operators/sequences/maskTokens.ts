import { defer, map, type OperatorFunction } from "rxjs";
import { RowMasker } from "../../kernels/sequences/maskedRows.js";
import { currentScope } from "../../runtime/flow.js";
import { boolean, integer, number } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { SequenceBatch } from "../../schemas/sequences.js";
import { defineUnit } from "../../schemas/units.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

export const maskTokensSchema = defineUnit({
  name: "maskTokens",
  kind: "operator",
  reads: "sequences",
  makes: "sequences",
  resumable: true,
  summary: "Hides some tokens of each row, which are to be predicted from those on both sides",
  paper: "Devlin et al. 2019, arXiv:1810.04805; google-research/bert, create_pretraining_data.py",
  fields: {
    share: number({
      default: 0.15,
      min: 0,
      aboveMin: true,
      max: 1,
      aliases: ["mlmProbability"],
      description: "Share of a row's tokens that are predicted, without special ones; one at least",
    }),
    maxPredictions: integer({
      default: 20,
      min: 1,
      max: 65_536,
      description: "Most tokens of a row that are predicted",
    }),
    mask: number({
      default: 0.8,
      min: 0,
      max: 1,
      description: "Of those, the share in whose place [MASK] is read",
    }),
    random: number({
      default: 0.1,
      min: 0,
      max: 1,
      description: "And the share in whose place any term is read; the rest is read as it is",
    }),
    wholeWord: boolean({
      default: false,
      description:
        "Hide all pieces of a word or none; with true, a word that is longer than what is left is passed over",
    }),
    seed: integer({ default: 1, min: 0, description: "Seed of the draws" }),
  },
  create: (_, options): OperatorFunction<SequenceBatch, SequenceBatch> => maskTokens(options),
});

export type MaskTokensOptions = OptionsOf<typeof maskTokensSchema>;

/**
 * Hides tokens for masked language models. What was to be predicted before is forgotten.
 *
 * In:  SequenceBatch (B x T). Out: the same rows with `targets`, the ids that were there, at the drawn places and -1 elsewhere, and `ids` in which
 * the drawn places show [MASK], another term or what was there. Special tokens and padding stay as they are. Each draw is a function of
 * the seed, the epoch, the row's number in the epoch and the place: other masks in every epoch, the same for any cutting into batches.
 * Counts rows in which there is nothing to hide, `unmasked`, in the run's ledger.
 * State: none but what the vocabulary says of its ids, 4 bytes a term.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or the shares are more than 1 together;
 *   RangeError through the stream, if the vocabulary has no [MASK]
 * @see Devlin et al. 2019, arXiv:1810.04805, section 3.1
 * @example
 *   sequences$.pipe(maskTokens({ share: 0.15 }), writeSequences({ path: "masked.arrow" }))
 */
export function maskTokens(options?: MaskTokensOptions): OperatorFunction<SequenceBatch, SequenceBatch> {
  const settings = parseOptions(maskTokensSchema, options);
  const { mask, random } = settings;
  if (mask + random > 1 + 1e-9)
    throw new RangeError(`maskTokens: mask and random must be at most 1 together, got ${mask} and ${random}`);
  return (source) =>
    defer(() => {
      const { ledger } = currentScope();
      let masker: { readonly of: Vocabulary; readonly rows: RowMasker } | undefined;
      return source.pipe(
        map((batch) => {
          if (masker?.of !== batch.vocabulary)
            masker = { of: batch.vocabulary, rows: new RowMasker("maskTokens", batch.vocabulary, settings) };
          const { unmasked, ...rows } = masker.rows.mask(batch);
          if (unmasked > 0) ledger.add("unmasked", unmasked);
          return { ...batch, ...rows };
        }),
      );
    });
}
