import type { Bm25Settings, SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import type { WeightScheme } from "../documents/termWeights.js";
import { bm25Scoring } from "./bm25.js";
import { cosineScoring } from "./cosine.js";
import { IndexSearcher } from "./indexSearcher.js";

type Given<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** How an index is searched: by the cosine of weights of the scheme if there is one, else by BM25; as the index says where something, or all, is left out. */
export interface SearchScoring extends Given<Bm25Settings> {
  readonly scheme?: WeightScheme | undefined;
}

/** A searcher of an index. State: 28 bytes a document, besides the index. */
export function searcherOf(
  index: SearchIndex | SearchedIndex,
  { scheme, variant, k1, b, delta }: SearchScoring = {},
): IndexSearcher {
  const own = index.scoring;
  const isBm25 = [variant, k1, b, delta].some((setting) => setting !== undefined);
  const cosine = scheme ?? (isBm25 ? undefined : own.scheme);
  if (cosine) return new IndexSearcher(index, cosineScoring(index, cosine));
  const settings = { variant: variant ?? own.variant, k1: k1 ?? own.k1, b: b ?? own.b, delta: delta ?? own.delta };
  return new IndexSearcher(index, bm25Scoring(index, settings));
}
