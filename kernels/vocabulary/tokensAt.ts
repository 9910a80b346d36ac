import type { TokenBatch } from "../../schemas/tokens.js";

/** The tokens of a batch that stand at some ascending places (K,): what lies between them closes up. Documents and sentences stay, without tokens too. */
export function tokensAt(batch: TokenBatch, places: Uint32Array): TokenBatch {
  const { ids, sentenceOffsets, documentOffsets, characters } = batch;
  const kept = {
    ...batch,
    ids: valuesAt(ids, places),
    sentenceOffsets: movedStarts(sentenceOffsets, places),
    documentOffsets: movedStarts(documentOffsets, places),
  };
  if (!characters) return kept;
  return { ...kept, characters: { start: valuesAt(characters.start, places), end: valuesAt(characters.end, places) } };
}

function valuesAt(values: Uint32Array, places: Uint32Array): Uint32Array {
  const chosen = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) chosen[i] = values[places[i]!]!;
  return chosen;
}

/** Where ascending starts lie among the kept tokens: before the first that stands there or later. */
export function movedStarts(starts: Uint32Array, places: Uint32Array): Uint32Array {
  let kept = 0;
  return starts.map((start) => {
    while (kept < places.length && places[kept]! < start) kept++;
    return kept;
  });
}
