import type { Network } from "../../kernels/neural/network.js";
import { type Answers, defineQuestion, integer, type LanguageModel, number, text } from "../../schemas/index.js";
import { attentionOf, MOST_WHOLE, openAttention, wholeAttention } from "./attention.js";
import { fillMasks, openMaskedModel } from "./fillMasks.js";
import { generateTerms, nextTerms, openLanguageModel, scoreText } from "./languageModels.js";
import { networksOf } from "./networksOf.js";
import { goneOn, shownTerm } from "./spellTermsOf.js";
import type { Known } from "./textSteps.js";

const MOST_TERMS = 1000;

/** What can be asked of a language model: how a text goes on, what comes next or is hidden, what looks at what, and how probable a text is. */
export function languageModelAnswers(known: Known): Answers<LanguageModel> {
  const open = openedOnce(openLanguageModel, known);
  const openMasked = openedOnce(openMaskedModel, known);
  const openLooks = openedOnce(openAttention, known);
  const suits = (rule: (network: Network) => boolean) => (model: LanguageModel) => {
    const network = networksOf(known).get(model.architecture)?.network?.(model.settings, model) as Network | undefined;
    return network !== undefined && rule(network);
  };
  const goesOn = suits(({ readsBothSides }) => !readsBothSides);
  return {
    about: "a language model",
    told: {
      terms: { of: ({ terms }: LanguageModel) => terms.length },
      parameters: { of: ({ tensors }: LanguageModel) => tensors.reduce((sum, { values }) => sum + values.length, 0) },
    },
    questions: [
      defineQuestion({
        name: "generate",
        body: "prompt",
        fields: {
          prompt: text({ description: "The text that the model goes on with", default: "" }),
          length: integer({ description: "Terms at most", min: 1, max: MOST_TERMS, default: 50 }),
          temperature: number({
            description: "0 takes the most probable term, 1 draws as the model expects",
            min: 0,
            max: 100,
            default: 1,
          }),
          topK: integer({
            description: "Draw among so many of the most probable terms; 0 for all",
            min: 0,
            default: 0,
          }),
          topP: number({
            description: "Draw among those that together have this probability",
            min: 0.000001,
            max: 1,
            default: 1,
          }),
          seed: integer({ description: "Seed of the draws", min: 0, default: 1 }),
        },
        suits: goesOn,
        summary: "How a text goes on",
        reply: {
          text: { type: "string" },
          terms: { type: "array", items: { type: "string" } },
          shown: { type: "array", items: { type: "string" } },
        },
        answer: async (model: LanguageModel, request) => {
          const opened = await open("generate", model);
          const terms: string[] = [];
          for await (const term of generateTerms("generate", opened, request)) terms.push(term);
          const shown = terms.map((term) => shownTerm(opened, term));
          return { text: goneOn(opened, request.prompt, terms), terms, shown };
        },
      }),
      defineQuestion({
        name: "next",
        body: "prompt",
        fields: {
          prompt: text({ description: "The text before", default: "" }),
          k: integer({ description: "How many terms", min: 1, max: MOST_TERMS, default: 10 }),
        },
        suits: goesOn,
        summary: "The most probable terms behind a text",
        reply: {
          terms: {
            type: "array",
            items: {
              type: "object",
              properties: { term: { type: "string" }, shown: { type: "string" }, probability: { type: "number" } },
              required: ["term", "shown", "probability"],
              additionalProperties: false,
            },
          },
        },
        answer: async (model: LanguageModel, { prompt, k }) => ({
          terms: await nextTerms("next", await open("next", model), prompt, k),
        }),
      }),
      defineQuestion({
        name: "fill",
        body: "text",
        fields: {
          text: text({ description: "A text with [MASK] in the place of what is asked for", minLength: 1 }),
          k: integer({ description: "How many terms", min: 1, max: MOST_TERMS, default: 5 }),
        },
        suits: suits(({ readsBothSides = false }) => readsBothSides),
        summary: "The most probable terms for each [MASK] of a text",
        reply: {
          masks: {
            type: "array",
            items: {
              type: "array",
              items: {
                type: "object",
                properties: {
                  term: { type: "string" },
                  shown: { type: "string" },
                  probability: { type: "number" },
                  text: { type: "string" },
                },
                required: ["term", "shown", "probability", "text"],
                additionalProperties: false,
              },
            },
          },
        },
        answer: async (model: LanguageModel, { text: asked, k }) => ({
          masks: await fillMasks("fill", await openMasked("fill", model), asked, k),
        }),
      }),
      defineQuestion({
        name: "attention",
        body: "text",
        fields: {
          text: text({ description: `A text of at most ${MOST_WHOLE} terms`, minLength: 1 }),
          layer: integer({ description: "Which layer, from 1; the last if left out", min: 1, optional: true }),
        },
        suits: suits(({ attentions }) => attentions !== undefined),
        summary: "How much the terms of a text look at each other, in each head of a layer",
        reply: {
          layer: { type: "integer" },
          terms: { type: "array", items: { type: "string" } },
          words: { type: "array", items: { type: "string" } },
          wordOffsets: { type: "array", items: { type: "integer" } },
          heads: {
            type: "array",
            items: { type: "array", items: { type: "array", items: { type: "number" } } },
          },
        },
        answer: async (model: LanguageModel, { text: asked, layer }) => {
          const open = await openLooks("attention", model);
          return wholeAttention(await attentionOf("attention", open, { text: asked, layer, most: MOST_WHOLE }));
        },
      }),
      defineQuestion({
        name: "score",
        body: "text",
        fields: { text: text({ description: "The text that is judged", minLength: 1 }) },
        suits: goesOn,
        summary: "How probable a text is",
        reply: { logProbability: { type: "number" }, terms: { type: "array", items: { type: "string" } } },
        answer: async (model: LanguageModel, { text: asked }) => {
          return { ...(await scoreText(await open("score", model), asked)) };
        },
      }),
    ],
  };
}

/** Opens a model when it is first asked. */
function openedOnce<Opened>(
  open: (who: string, model: LanguageModel, known: Known) => Promise<Opened>,
  known: Known,
): (who: string, model: LanguageModel) => Promise<Opened> {
  const opened = new WeakMap<LanguageModel, Promise<Opened>>();
  return (who, model) => {
    const before = opened.get(model);
    if (before) return before;
    const now = open(who, model, known);
    opened.set(model, now);
    return now;
  };
}
