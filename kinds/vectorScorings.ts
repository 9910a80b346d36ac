import { Vectors } from "../kernels/embedding/vectors.js";
import { evaluateSimilarity } from "../kernels/evaluation/evaluate.js";
import { evaluateAnalogies } from "../kernels/evaluation/evaluateAnalogies.js";
import { parseAnalogies, parseSimilarityPairs } from "../kernels/evaluation/evaluationFiles.js";
import type { Scorings } from "../schemas/scorings.js";
import type { VectorTable } from "../schemas/vectors.js";

/** How well vectors agree with people, on the files that `eval` reads too; with vectors made of subwords, where there are some. */
export const vectorScorings: Scorings<VectorTable> = {
  similarity: {
    on: "file",
    measures: {
      spearman: { about: "Spearman's correlation of cosines with the scores of people", better: "higher" },
      pearson: { about: "Pearson's correlation with them", better: "higher" },
    },
    open: (text, path) => {
      const pairs = parseSimilarityPairs(text, path);
      const score = (table: VectorTable) => {
        const { withSubwords, ...known } = evaluateSimilarity(new Vectors(table), pairs);
        const { spearman, pearson } = withSubwords ?? known;
        return { spearman, pearson };
      };
      return { items: pairs.length, unit: "pairs", score };
    },
  },
  analogies: {
    on: "file",
    measures: { right: { about: "Share of the questions of known words that are answered right", better: "higher" } },
    open: (text, path) => {
      const sections = parseAnalogies(text, path);
      const score = (table: VectorTable) => {
        const { correct, asked } = evaluateAnalogies(new Vectors(table), sections).total;
        return { right: correct / asked };
      };
      const items = sections.reduce((sum, { questions }) => sum + questions.length, 0);
      return { items, unit: "questions", score };
    },
  },
};
