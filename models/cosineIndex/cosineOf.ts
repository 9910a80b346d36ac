import type { IndexScoring, WeightScheme } from "../../schemas/index.js";

/** By the cosine of weights; the settings of BM25 are for whoever asks for that. */
export const cosineOf = (scheme: WeightScheme): IndexScoring => ({ variant: "lucene", k1: 1.2, b: 0.75, scheme });
