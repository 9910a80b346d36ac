import { boolean, frequenciesOption, number, oneOf, text } from "./fields.js";

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

/** The option of units that need document frequencies, and take those of a file in their place. */
export const givenFrequencies = frequenciesOption({
  optional: true,
  description: "File of the document frequencies; if left out, a step above counts them",
});
