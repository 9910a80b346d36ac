import { Predictor } from "../../kernels/linear/predictor.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import { type Answers, type Classifier, defineQuestion, integer, number, text } from "../../schemas/index.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { textStepsOf, throughSteps, type UnitOf } from "./textSteps.js";

const MOST_LABELS = 1000;

/** What can be asked of a classifier: the labels of a text, cut as the texts were that it learned from. */
export function classifierAnswers(unitOf: UnitOf): Answers<Classifier> {
  const predictors = new WeakMap<Classifier, Predictor>();
  const predictorOf = (classifier: Classifier): Predictor => {
    const predictor = predictors.get(classifier) ?? new Predictor(classifier);
    predictors.set(classifier, predictor);
    return predictor;
  };
  return {
    about: "a classifier of texts",
    told: {
      labels: { of: ({ labels }: Classifier) => labels.length },
      terms: { of: ({ terms }: Classifier) => terms.length },
    },
    questions: [
      defineQuestion({
        name: "classify",
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
        answer: async (classifier: Classifier, { text: asked, k, threshold }) => {
          const tokens = await tokensOf(asked, classifier, unitOf);
          return { labels: predictorOf(classifier).predict(tokens, { k, threshold }) };
        },
      }),
    ],
  };
}

async function tokensOf(text: string, classifier: Classifier, unitOf: UnitOf): Promise<readonly string[]> {
  const documents = new TokenDocuments();
  let found: readonly string[] = [];
  const visit = (tokens: readonly string[]) => {
    found = tokens;
  };
  const stream = throughSteps(fromTexts([text]), textStepsOf("classify", classifier, unitOf));
  await run(stream, { onEvent: (batch) => documents.add(batch, visit) });
  documents.finish(visit);
  return found;
}
