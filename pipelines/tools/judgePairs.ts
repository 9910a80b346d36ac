import { boundedCosine, unitVector } from "../../kernels/evaluation/cosines.js";
import type { JudgedPairs } from "../../kernels/evaluation/wordInContext.js";
import type { TargetVectors } from "./targetVectors.js";
import type { WordInContext } from "./wordInContextFile.js";

const PRECISION = 1e7;

/** The cosines of a word's vectors in its two sentences, and what the answers are, of each way. */
export async function judgePairs(vectors: TargetVectors, items: readonly WordInContext[]): Promise<JudgedPairs[]> {
  const byWay = await vectors.read(items.flatMap(({ places }) => places));
  const isSame = items.map(({ isSameSense }) => isSameSense);
  return byWay.map((found) => ({
    cosines: items.map((_, item) => cosineOf(found[2 * item], found[2 * item + 1])),
    isSame,
  }));
}

/** NaN where one is missing. Numbers of single precision tell no more digits, and the same vector twice has 1. */
function cosineOf(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) return Number.NaN;
  const [x, y] = [unitVector(a), unitVector(b)];
  const cosine = boundedCosine(x.reduce((sum, value, d) => sum + value * y[d]!, 0));
  return Math.round(cosine * PRECISION) / PRECISION;
}
