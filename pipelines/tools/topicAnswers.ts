import { countTerms } from "../../kernels/topics/countTerms.js";
import { TopicInference } from "../../kernels/topics/inference.js";
import { topicOfTerm } from "../../kernels/topics/topicOfTerm.js";
import { topicTerms } from "../../kernels/topics/topicTerms.js";
import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import { type Answers, defineQuestion, integer, type Topics, type Transport, text } from "../../schemas/index.js";
import { topicTermFields } from "../../sinks/describeTopics.js";
import { type Known, textStepsOf, tokensOfTexts } from "./textSteps.js";

const listOf = (items: Readonly<Record<string, unknown>>, perhaps: Readonly<Record<string, unknown>> = {}) => ({
  type: "array",
  items: {
    ...{ type: "object", properties: { ...items, ...perhaps } },
    ...{ required: Object.keys(items), additionalProperties: false },
  },
});
/** A name is told of topics that have one. */
const topicList = (items: Readonly<Record<string, unknown>>) =>
  listOf({ topic: { type: "integer" }, ...items }, { name: { type: "string" } });
const termList = listOf({ term: { type: "string" }, probability: { type: "number" }, score: { type: "number" } });

const MOST_IN_PAGE = 50_000;

/** What can be asked of topics: their first terms, and the topics of a text, cut as the texts were that they were learned from. */
export function topicAnswers(known: Known): Answers<Topics> {
  const opened = new WeakMap<Topics, Opened>();
  const openedOf = (topics: Topics): Opened => {
    const before = opened.get(topics);
    if (before) return before;
    const now = { inference: new TopicInference(topics), steps: textStepsOf("infer", topics, known) };
    opened.set(topics, now);
    return now;
  };
  return {
    about: "topics",
    transport,
    told: {
      topics: { of: ({ alpha }: Topics) => alpha.length },
      terms: { of: ({ vocabulary }: Topics) => vocabulary.terms.length },
    },
    questions: [
      defineQuestion({
        name: "topics",
        fields: topicTermFields,
        summary: "The first terms of each topic",
        reply: { topics: topicList({ share: { type: "number" }, terms: termList }) },
        answer: (topics: Topics, settings) => ({ topics: topicTerms(topics, settings) }),
      }),
      defineQuestion({
        name: "termTopics",
        fields: {
          from: integer({ description: "How many terms are left out in front", min: 0, default: 0 }),
          limit: integer({ description: "How many terms at most", min: 1, max: MOST_IN_PAGE, default: 1000 }),
        },
        summary: "The topic that each term belongs to most, in the order of the vocabulary, a page at a time",
        reply: {
          ...{ from: { type: "integer" }, of: { type: "integer" } },
          terms: { type: "array", items: { type: "string" } },
          topics: { type: "array", items: { type: "integer" } },
        },
        answer: (topics: Topics, { from, limit }) => {
          const { terms } = topics.vocabulary;
          const shown = terms.slice(from, from + limit);
          return { from, of: terms.length, terms: shown, topics: shown.map((_, k) => topicOfTerm(topics, from + k)) };
        },
      }),
      defineQuestion({
        name: "infer",
        body: "text",
        fields: {
          text: text({ description: "The text whose topics are wanted", minLength: 1 }),
          k: integer({ description: "How many topics", min: 1, max: 1000, default: 5 }),
        },
        summary: "The topics of a text, the largest share first",
        reply: {
          topics: topicList({ share: { type: "number" } }),
          knownTokens: { type: "integer" },
        },
        answer: async (topics: Topics, { text: asked, k }) => {
          const { inference, steps } = openedOf(topics);
          const [words = []] = await tokensOfTexts([asked], await steps);
          const { terms, counts, tokens } = countTerms(topics.vocabulary, words);
          const shares = Array.from(inference.shares(terms, counts), (share, topic) => ({
            topic,
            ...(topics.names ? { name: topics.names[topic]! } : {}),
            share,
          }));
          shares.sort((a, b) => b.share - a.share || a.topic - b.topic);
          return { topics: shares.slice(0, k), knownTokens: tokens };
        },
      }),
    ],
  };
}

/** Topics as plain data: their vocabulary has a function. */
interface TopicsCopy extends Omit<Topics, "vocabulary"> {
  readonly terms: readonly string[];
  readonly counts: Float64Array;
}

const transport: Transport<Topics> = {
  copier: () => ({
    copy: ({ vocabulary: { terms, counts }, ...rest }): TopicsCopy => {
      return { terms, counts, ...rest };
    },
  }),
  opener: () => ({
    open: ({ terms, counts, ...rest }: TopicsCopy): Topics => ({ ...rest, vocabulary: makeVocabulary(terms, counts) }),
  }),
};

/** What is made once for topics. */
interface Opened {
  readonly inference: TopicInference;
  readonly steps: ReturnType<typeof textStepsOf>;
}
