import { type Answers, defineQuestion, integer, type LanguageModel, number, text } from "../../schemas/index.js";
import { generateTerms, nextTerms, type OpenLanguageModel, openLanguageModel, scoreText } from "./languageModels.js";
import { goneOn } from "./spellTermsOf.js";
import type { Known } from "./textSteps.js";

const MOST_TERMS = 1000;

/** What can be asked of a language model: how a text goes on, what comes next, and how probable it is. */
export function languageModelAnswers(known: Known): Answers<LanguageModel> {
  const opened = new WeakMap<LanguageModel, Promise<OpenLanguageModel>>();
  const open = (who: string, model: LanguageModel): Promise<OpenLanguageModel> => {
    const before = opened.get(model);
    if (before) return before;
    const now = openLanguageModel(who, model, known);
    opened.set(model, now);
    return now;
  };
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
        summary: "How a text goes on",
        reply: { text: { type: "string" }, terms: { type: "array", items: { type: "string" } } },
        answer: async (model: LanguageModel, request) => {
          const opened = await open("generate", model);
          const terms: string[] = [];
          for await (const term of generateTerms("generate", opened, request)) terms.push(term);
          return { text: goneOn(opened, request.prompt, terms), terms };
        },
      }),
      defineQuestion({
        name: "next",
        body: "prompt",
        fields: {
          prompt: text({ description: "The text before", default: "" }),
          k: integer({ description: "How many terms", min: 1, max: MOST_TERMS, default: 10 }),
        },
        summary: "The most probable terms behind a text",
        reply: {
          terms: {
            type: "array",
            items: {
              type: "object",
              properties: { term: { type: "string" }, probability: { type: "number" } },
              required: ["term", "probability"],
              additionalProperties: false,
            },
          },
        },
        answer: async (model: LanguageModel, { prompt, k }) => ({
          terms: await nextTerms("next", await open("next", model), prompt, k),
        }),
      }),
      defineQuestion({
        name: "score",
        body: "text",
        fields: { text: text({ description: "The text that is judged", minLength: 1 }) },
        summary: "How probable a text is",
        reply: { logProbability: { type: "number" }, terms: { type: "array", items: { type: "string" } } },
        answer: async (model: LanguageModel, { text: asked }) => {
          return { ...(await scoreText(await open("score", model), asked)) };
        },
      }),
    ],
  };
}
