import { defer, map, type OperatorFunction } from "rxjs";
import { smartScheme, TermWeigher, type WeightScheme, weightPresets } from "../../kernels/documents/termWeights.js";
import { weighedCorpus } from "../../kernels/documents/weighedCorpus.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { boolean, frequenciesOption, number, oneOf, text } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";

/** The options of units that weigh terms. */
export const weightFields = {
  preset: oneOf(["sklearn", "gensim", "lucene", "textbook"], {
    default: "sklearn",
    description: "Whose TF-IDF: that of scikit-learn, gensim or Lucene, or the share of the tokens times ln(N / df)",
  }),
  smart: text({
    optional: true,
    minLength: 3,
    description:
      "Letters of SMART in the place of the preset, such as ltc: n b l d a L for the term, n f t p for its documents, n c u b for the norm",
  }),
  sublinear: boolean({
    optional: true,
    aliases: ["sublinearTf"],
    description: "Count 1 + log n in the place of n",
  }),
  norm: oneOf(["none", "l1", "l2"], {
    optional: true,
    description: "What each document's weights are divided by; as the preset says if left out",
  }),
  slope: number({
    default: 0.25,
    min: 0,
    max: 1,
    description: "Of the pivoted norms u and b: how much of a document's own length counts",
  }),
} as const;

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
    frequencies: frequenciesOption({
      optional: true,
      description: "File of the document frequencies; if left out, a step above counts them",
    }),
  },
  create: (
    needs,
    { frequencies = needs.frequencies, ...options },
  ): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => weighTerms(frequencies, options),
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
      let corpus = weighedCorpus(frequencies, frequencies.vocabulary, scheme.norm);
      let vocabulary = frequencies.vocabulary;
      return source.pipe(
        map((batch) => {
          if (batch.vocabulary !== vocabulary) {
            vocabulary = batch.vocabulary;
            corpus = weighedCorpus(frequencies, vocabulary, scheme.norm);
          }
          const weighed = weigher.weigh(batch, () => corpus);
          ledger.add("weightless", batch.terms.length - weighed.terms.length);
          return weighed;
        }),
      );
    });
}

/**
 * How terms are weighed, from the options.
 * @throws RangeError if a letter is unknown
 */
export function schemeOf(
  who: string,
  { preset, smart, sublinear, norm }: Omit<SettingsOf<typeof weighTermsOptions>, "slope">,
): WeightScheme {
  const scheme = smart === undefined ? weightPresets[preset] : smartScheme(who, smart);
  return { ...scheme, ...(sublinear ? { tf: "logarithm" as const } : {}), ...(norm === undefined ? {} : { norm }) };
}
