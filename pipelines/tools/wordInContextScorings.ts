import { Vectors } from "../../kernels/embedding/vectors.js";
import { crossValidated } from "../../kernels/evaluation/wordInContext.js";
import type { LanguageModel, Scorings, VectorTable } from "../../schemas/index.js";
import { judgePairs } from "./judgePairs.js";
import { tellsLayers } from "./languageModels.js";
import { layerTargets, staticTargets, stepsForTexts, type TargetVectors } from "./targetVectors.js";
import type { Known } from "./textSteps.js";
import { readWordsInContext, type WordInContext } from "./wordInContextFile.js";

const WHO = "word-in-context";
/** Sentences that are looked at to see in which language they are. */
const SAMPLES = 50;

/**
 * Whether a word has one sense in two sentences, by the cosine of the means of its layers, or of the last where they are of several sizes; NaN of
 * networks that tell no layers.
 */
export const wordInContextOfModels = (known: Known): Scorings<LanguageModel> =>
  scoringsBy(async (model) =>
    tellsLayers(WHO, model, known)
      ? layerTargets(WHO, model, { layers: { kind: "all" }, pooling: "mean" }, known)
      : undefined,
  );

/** The same by static vectors: by the cosine of the means of the other words of each sentence, since the word's own vectors are the same ones. */
export const wordInContextOfVectors = (known: Known): Scorings<VectorTable> =>
  scoringsBy(async (table, items) => {
    const samples = items.slice(0, SAMPLES).map(({ places }) => places[0].sentence);
    return staticTargets(new Vectors(table), await stepsForTexts(WHO, samples, known));
  });

function scoringsBy<Value>(
  open: (value: Value, items: readonly WordInContext[]) => Promise<TargetVectors | undefined>,
): Scorings<Value> {
  return {
    [WHO]: {
      on: "file",
      measures: {
        accuracy: {
          about: "Share of the pairs of sentences that are judged right, each tenth by the others",
          better: "higher",
        },
      },
      open(text, path) {
        const items = readWordsInContext(text, path);
        const score = async (value: Value) => {
          const vectors = await open(value, items);
          return {
            accuracy: vectors ? crossValidated((await judgePairs(vectors, items)).at(-1)!).accuracy : Number.NaN,
          };
        };
        return { items: items.length, unit: "pairs", score };
      },
    },
  };
}
