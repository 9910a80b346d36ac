import {
  type Answers,
  type AnyClassifier,
  defineQuestion,
  integer,
  isNetworkClassifier,
  number,
  type TextPredictor,
  text,
} from "../../schemas/index.js";
import { predictorOf } from "./predictorOf.js";
import { type Known, textStepsOf, tokensOfTexts } from "./textSteps.js";

const MOST_LABELS = 1000;

/** What can be asked of a classifier: the labels of a text, cut as the texts were that it learned from. */
export function classifierAnswers(known: Known): Answers<AnyClassifier> {
  const opened = new WeakMap<AnyClassifier, Opened>();
  const openedOf = (classifier: AnyClassifier): Opened => {
    const before = opened.get(classifier);
    if (before) return before;
    const now = { predictor: predictorOf(classifier, known), steps: textStepsOf("classify", classifier, known) };
    opened.set(classifier, now);
    return now;
  };
  return {
    about: "a classifier of texts",
    told: {
      labels: { of: ({ labels }: AnyClassifier) => labels.length },
      terms: { of: (classifier: AnyClassifier) => termsOf(classifier).length },
    },
    questions: [
      defineQuestion({
        name: "classify",
        body: "text",
        fields: {
          text: text({ description: "The text whose labels are wanted", minLength: 1 }),
          k: integer({ description: "How many labels", min: 1, max: MOST_LABELS, default: 1 }),
          threshold: number({ description: "The least probability of a label", min: 0, max: 1, default: 0 }),
        },
        summary: "The most probable labels of a text",
        reply: {
          labels: {
            type: "array",
            items: {
              type: "object",
              properties: { label: { type: "string" }, probability: { type: "number" } },
              required: ["label", "probability"],
              additionalProperties: false,
            },
          },
        },
        answer: async (classifier: AnyClassifier, { text: asked, k, threshold }) => {
          const { predictor, steps } = openedOf(classifier);
          const [tokens = []] = await tokensOfTexts([asked], await steps);
          return { labels: predictor.predict(tokens, { k, threshold }) };
        },
      }),
    ],
  };
}

const termsOf = (classifier: AnyClassifier) =>
  isNetworkClassifier(classifier) ? classifier.model.terms : classifier.terms;

/** What is made once for a classifier. */
interface Opened {
  readonly predictor: TextPredictor;
  readonly steps: ReturnType<typeof textStepsOf>;
}
