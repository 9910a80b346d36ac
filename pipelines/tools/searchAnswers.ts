import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import { scoringOptions } from "../../operators/documents/searchDocuments.js";
import {
  type Answers,
  boolean,
  defineQuestion,
  integer,
  parseOptions,
  type SearchIndex,
  type SemanticSpace,
  type Transport,
  text,
} from "../../schemas/index.js";
import { TextSearch } from "./textSearch.js";
import type { Known } from "./textSteps.js";

const MOST_HITS = 1000;

const part = {
  type: "object",
  properties: {
    term: { type: "string" },
    inQuery: { type: "integer" },
    count: { type: "integer" },
    documents: { type: "integer" },
    score: { type: "number" },
  },
  required: ["term", "inQuery", "count", "documents", "score"],
  additionalProperties: false,
} as const;

const hit = {
  type: "object",
  properties: {
    rank: { type: "integer" },
    document: { type: "integer" },
    id: { type: ["string", "null"] },
    score: { type: "number" },
    fields: { type: "object" },
    parts: { type: "array", items: part },
  },
  required: ["rank", "document", "score"],
  additionalProperties: false,
} as const;

/** What can be asked of an index: the documents that fit a text best, cut as its documents were. */
export function searchAnswers(known: Known): Answers<SearchIndex> {
  const opened = new WeakMap<SearchIndex, TextSearch>();
  const openedOf = (index: SearchIndex): TextSearch => {
    const before = opened.get(index);
    if (before) return before;
    const now = new TextSearch("search", index, known, {
      scoring: parseOptions(scoringOptions, {}),
      space: index.space,
    });
    opened.set(index, now);
    return now;
  };
  return {
    about: "an index of documents",
    beside: { kind: "semanticSpace", join: (index: SearchIndex, space: SemanticSpace) => ({ ...index, space }) },
    transport,
    told: {
      documents: { of: ({ lengths }: SearchIndex) => lengths.length },
      terms: { of: ({ terms }: SearchIndex) => terms.length },
    },
    questions: [
      defineQuestion({
        name: "search",
        body: "query",
        fields: {
          query: text({ description: "What is looked for", minLength: 1 }),
          k: integer({ description: "How many documents", min: 1, max: MOST_HITS, default: 10 }),
          explain: boolean({ description: "Tell what each score is the sum of", default: false }),
        },
        summary: "The documents that fit a text best",
        reply: { hits: { type: "array", items: hit }, unknown: { type: "array", items: { type: "string" } } },
        answer: async (index: SearchIndex, { query, k, explain }) => {
          const [found] = await openedOf(index).search([query], { k, explain });
          return { ...(found ?? { hits: [], unknown: [] }) };
        },
      }),
    ],
  };
}

/** An index whose space has its terms in the place of their vocabulary, which cannot be cloned. */
interface IndexCopy extends Omit<SearchIndex, "space"> {
  readonly space?: Omit<SemanticSpace, "vocabulary"> & {
    readonly terms: readonly string[];
    readonly counts: Float64Array;
  };
}

const transport: Transport<SearchIndex> = {
  copier: () => ({
    copy({ space, ...index }): IndexCopy {
      if (!space) return index;
      const { vocabulary, ...rest } = space;
      return { ...index, space: { ...rest, terms: vocabulary.terms, counts: vocabulary.counts } };
    },
  }),
  opener: () => ({
    open({ space, ...index }: IndexCopy): SearchIndex {
      if (!space) return index;
      const { terms, counts, ...rest } = space;
      return { ...index, space: { ...rest, vocabulary: makeVocabulary(terms, counts) } };
    },
  }),
};
