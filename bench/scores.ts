import { readFileSync } from "node:fs";
import { parse } from "node:path";
import {
  evaluateAnalogies,
  evaluateSimilarity,
  parseAnalogies,
  parseSimilarityPairs,
  type Vectors,
} from "../kernels/index.js";

/** Files of evaluation sets. */
export interface Evaluation {
  readonly similarity: readonly string[];
  readonly analogies: readonly string[];
}

/** Rank correlations and the share of analogies, in the order of the files. */
export function scoresOf(vectors: Vectors, { analogies, similarity }: Evaluation): string[] {
  const correlations = similarity.map((file) => {
    const { spearman } = evaluateSimilarity(vectors, parseSimilarityPairs(readFileSync(file, "utf8"), file));
    return spearman.toFixed(4);
  });
  const shares = analogies.map((file) => {
    const { total } = evaluateAnalogies(vectors, parseAnalogies(readFileSync(file, "utf8"), file));
    return (total.correct / total.asked).toFixed(4);
  });
  return [...correlations, ...shares];
}

/** What each score is of. */
export function namesOf({ analogies, similarity }: Evaluation): string[] {
  return [...similarity, ...analogies].map((path) => parse(path).name.replace(/^(similarity|analogy)-/, ""));
}
