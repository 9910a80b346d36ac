import { defer, map, type OperatorFunction } from "rxjs";
import { TermWeigher } from "../../kernels/documents/termWeights.js";
import { weighedCorpora } from "../../kernels/documents/weighedCorpus.js";
import { schemeOf } from "../../kernels/documents/weightScheme.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { oneOf } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import { requireSameTextSteps } from "../../schemas/sameTextSteps.js";
import { defineUnit } from "../../schemas/units.js";
import { givenFrequencies, weightFields } from "../../schemas/weightFields.js";

/** In code the frequencies are an argument. */
const weighTermsOptions = defineOptions({ name: "weighTerms", fields: weightFields });

export const weighTermsSchema = defineUnit({
  name: "weighTerms",
  kind: "operator",
  reads: "documentTerms",
  needs: { frequencies: "documentFrequencies" },
  needsInFiles: { frequencies: "frequencies" },
  makes: "documentTerms",
  resumable: true,
  summary: "Weighs the terms of each document by TF-IDF",
  paper: "Salton and Buckley 1988, Information Processing and Management 24(5); Singhal et al. 1996 for pivoted norms",
  fields: {
    ...weightFields,
    frequencies: givenFrequencies,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that frequencies of a file are of; any: whatever steps",
    }),
  },
  cost: ({ frequencies }, { sizes }) => ({
    memory: { bytes: (frequencies === undefined ? 0 : 8) * sizes.vocabulary, from: ["vocabulary"] },
  }),
  create: (
    needs,
    { frequencies, textSteps, ...options },
    context,
  ): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => {
    if (frequencies?.metadata && textSteps === "same" && context.textSteps)
      requireSameTextSteps("weighTerms", "the frequencies are of", frequencies.metadata, context.textSteps);
    return weighTerms(frequencies ?? needs.frequencies, options);
  },
});

export type WeighTermsOptions = OptionsOf<typeof weighTermsOptions>;

/**
 * Turns the counts of terms in documents into weights: tf x idf / norm.
 *
 * In, out: DocumentTermBatch; every row alone, in float64. Cells without a weight, such as those of a term in every document where idf is log(N / df), are
 * left out of their rows and counted as `weightless`. Frequencies of another vocabulary are looked up by term.
 * State: the frequencies; 8 bytes per term if the vocabulary is another.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Manning et al. 2008, Introduction to Information Retrieval, section 6.4
 * @example
 *   documentTerms$.pipe(weighTerms(frequencies, { preset: "sklearn" }), writeDocumentTerms({ path: "tfidf.arrow" }))
 */
export function weighTerms(
  frequencies: DocumentFrequencies,
  options?: WeighTermsOptions,
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  const settings = parseOptions(weighTermsOptions, options);
  const scheme = schemeOf("weighTerms", settings);
  return (source) =>
    defer(() => {
      const { ledger } = currentScope();
      const weigher = new TermWeigher(scheme, settings.slope);
      const corpusOf = weighedCorpora(frequencies, scheme.norm);
      return source.pipe(
        map((batch) => {
          const corpus = corpusOf(batch.vocabulary);
          const weighed = weigher.weigh(batch, () => corpus);
          ledger.add("weightless", batch.terms.length - weighed.terms.length);
          return weighed;
        }),
      );
    });
}
