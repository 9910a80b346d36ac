import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { type Answers, defineQuestion, NotFound, type Transport } from "../schemas/answers.js";
import { text } from "../schemas/fields.js";
import { show } from "../schemas/options.js";
import { suggest } from "../schemas/suggest.js";
import type { Vocabulary } from "../schemas/vocabulary.js";

type VocabularyCopy = Pick<Vocabulary, "terms" | "counts">;

const transport: Transport<Vocabulary> = {
  copier: () => ({ copy: ({ terms, counts }): VocabularyCopy => ({ terms, counts }) }),
  opener: () => ({ open: ({ terms, counts }: VocabularyCopy) => makeVocabulary(terms, counts) }),
};

/** How often terms occurred. */
export const vocabularyAnswers: Answers<Vocabulary> = {
  about: "frequencies of terms",
  onTheWay: true,
  told: {
    terms: { of: ({ terms }: Vocabulary) => terms.length },
    tokens: { of: ({ tokens }: Vocabulary) => tokens },
  },
  questions: [
    defineQuestion({
      name: "frequency",
      fields: { term: text({ description: "The term whose frequency is wanted", minLength: 1 }) },
      summary: "How often a term occurred in the corpus, and which place it has by that",
      reply: {
        term: { type: "string" },
        count: { type: "number" },
        rank: { type: "integer" },
        terms: { type: "integer" },
        tokens: { type: "number", description: "Of all terms of the vocabulary together" },
      },
      missing: "The term is not in the vocabulary",
      answer: (vocabulary: Vocabulary, { term }) => {
        const id = vocabulary.idOf(term);
        const { terms, counts, tokens } = vocabulary;
        if (id !== undefined) return { term, count: counts[id]!, rank: id + 1, terms: terms.length, tokens };
        const near = suggest(term, terms);
        throw new NotFound(`unknown term ${show(term)}`, near === undefined ? [] : [near]);
      },
    }),
  ],
  transport,
};
