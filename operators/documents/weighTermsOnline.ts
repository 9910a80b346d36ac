import { defer, map, type OperatorFunction } from "rxjs";
import { DocumentFrequencyCounter } from "../../kernels/documents/documentFrequencyCounter.js";
import { TermWeigher } from "../../kernels/documents/termWeights.js";
import { GrowingCorpus } from "../../kernels/documents/weighedCorpus.js";
import { schemeOf } from "../../kernels/documents/weightScheme.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { frequenciesOption } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { StageState } from "../../schemas/state.js";
import { defineUnit } from "../../schemas/units.js";
import { weightFields } from "../../schemas/weightFields.js";

export const weighTermsOnlineSchema = defineUnit({
  name: "weighTermsOnline",
  kind: "operator",
  reads: "documentTerms",
  makes: "documentTerms",
  resumable: true,
  summary:
    "Weighs the terms of each document by TF-IDF over the documents so far, in one pass over a stream that need not end",
  paper: "Salton and Buckley 1988, Information Processing and Management 24(5)",
  fields: {
    ...weightFields,
    initialFrequencies: frequenciesOption({
      optional: true,
      description: "Document frequencies to begin with, as an earlier run wrote them",
    }),
  },
  create: (_, options): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => weighTermsOnline(options),
});

export type WeighTermsOnlineOptions = OptionsOf<typeof weighTermsOnlineSchema>;

/**
 * Turns the counts of terms in documents into weights, by the frequencies of the documents up to this one, itself among them: the first
 * documents are weighed by little, later ones nearly as `weighTerms` does. Where a growing vocabulary gives a row to another term, its
 * documents are counted anew.
 *
 * In, out: DocumentTermBatch; any split of a stream into batches gives the same weights. Cells without a weight are left out of their rows and
 * counted as `weightless`.
 * State: 8 bytes per term, and the initial frequencies.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   documentTerms$.pipe(weighTermsOnline({ initialFrequencies }), writeDocumentTerms({ path: "tfidf.arrow" }))
 */
export function weighTermsOnline(
  options?: WeighTermsOnlineOptions,
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  const { initialFrequencies, ...settings } = parseOptions(weighTermsOnlineSchema, options);
  const scheme = schemeOf("weighTermsOnline", settings);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const weigher = new TermWeigher(scheme, settings.slope);
      const counter = new DocumentFrequencyCounter(initialFrequencies);
      const corpus = new GrowingCorpus(counter, scheme.norm, initialFrequencies);
      scope.keep({
        save() {
          const { facts, arrays } = counter.save();
          return { facts: { ...facts, length: corpus.length }, arrays };
        },
        restore(state: StageState) {
          counter.restore(state);
          corpus.length = state.facts.length as number;
        },
      });
      return source.pipe(
        map((batch) => {
          corpus.follow(batch.vocabulary);
          const weighed = weigher.weigh(batch, (row) => {
            corpus.add(batch, row);
            return corpus;
          });
          scope.ledger.add("weightless", batch.terms.length - weighed.terms.length);
          return weighed;
        }),
      );
    });
}
