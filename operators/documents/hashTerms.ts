import { concat, defer, map, mergeMap, type OperatorFunction } from "rxjs";
import { DocumentTermCounter } from "../../kernels/documents/documentTermCounter.js";
import { foldSigns, TermHasher } from "../../kernels/documents/termHasher.js";
import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { boolean, integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

export const hashTermsSchema = defineUnit({
  name: "hashTerms",
  kind: "operator",
  reads: "tokens",
  makes: "documentTerms",
  resumable: true,
  summary: "Counts the terms of each document in columns that their hashes name, without a vocabulary",
  paper: "Weinberger et al. 2009, arXiv:0902.2206; scikit-learn's HashingVectorizer",
  fields: {
    columns: integer({
      default: 262_144,
      min: 1,
      max: 16_777_216,
      aliases: ["nFeatures"],
      description: "Columns; different terms may share one",
    }),
    signed: boolean({
      default: true,
      aliases: ["alternateSign"],
      description:
        "Take half of the terms away from their column in the place of adding them, so that those that share one cancel out on the mean",
    }),
    hashSeed: integer({
      default: 0,
      min: 0,
      max: 4_294_967_295,
      description: "Of the hash; that of the run has no part in it",
    }),
  },
  create: (_, options): OperatorFunction<TokenBatch, DocumentTermBatch> => hashTerms(options),
});

export type HashTermsOptions = OptionsOf<typeof hashTermsSchema>;

/**
 * Counts the terms of each document in a fixed number of columns, one pass over a stream that need not end: a term's hash is its column.
 * The vocabulary of the rows has the names of the columns, `column0` and so on, since terms cannot be told back.
 *
 * In:  TokenBatch. Out: DocumentTermBatch, whole documents in their order, one without a term too. Columns in which terms cancel out are
 * left out and counted as `cancelled`, tokens that the lexicon no longer knows as `pruned`.
 * State: some 80 bytes a column, 4 bytes per id given out by the lexicon, and the counts of one document.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Weinberger et al. 2009, arXiv:0902.2206, section 2
 * @example
 *   tokens$.pipe(hashTerms({ columns: 1048576 }), writeDocumentTerms({ path: "terms.npz" }))
 */
export function hashTerms(options?: HashTermsOptions): OperatorFunction<TokenBatch, DocumentTermBatch> {
  const settings = parseOptions(hashTermsSchema, options);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const { columns } = settings;
      const names = Array.from({ length: columns }, (_, column) => `column${column}`);
      const vocabulary = makeVocabulary(names, new Float64Array(columns));
      const hasher = new TermHasher(settings);
      const counter = new DocumentTermCounter(2 * columns);
      scope.keep(counter);
      const codes$ = source.pipe(
        map((batch) => {
          const coded = hasher.encode(batch);
          scope.lost("pruned", batch.ids.length - coded.ids.length);
          return { ...coded, vocabulary, epoch: 0 };
        }),
      );
      const rows$ = concat(
        codes$.pipe(mergeMap((codes) => counter.push(codes))),
        defer(() => counter.end()),
      );
      return rows$.pipe(
        map((rows) => {
          const folded = foldSigns(rows, vocabulary);
          scope.ledger.add("cancelled", columnsOf(rows) - folded.terms.length);
          return folded;
        }),
      );
    });
}

/** In how many columns something was counted. */
function columnsOf({ offsets, terms, lengths }: DocumentTermBatch): number {
  let columns = 0;
  for (let row = 0; row < lengths.length; row++) {
    let last = -1;
    for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++) {
      if (terms[cell]! >>> 1 !== last) columns++;
      last = terms[cell]! >>> 1;
    }
  }
  return columns;
}
