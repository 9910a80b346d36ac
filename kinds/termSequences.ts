interface IdsInSentences {
  readonly ids: Uint32Array;
  readonly sentenceOffsets: Uint32Array;
}

/** Batches of ids as lists of terms, one list a sentence. */
export function termSequences<Batch extends IdsInSentences>(
  batches: readonly Batch[],
  termOf: (batch: Batch, id: number) => string,
): string[][] {
  const lists: string[][] = [];
  for (const batch of batches) {
    const { sentenceOffsets } = batch;
    const terms = Array.from(batch.ids, (id) => termOf(batch, id));
    lists.at(-1)?.push(...terms.slice(0, sentenceOffsets[0] ?? terms.length));
    lists.push(...Array.from(sentenceOffsets, (start, index) => terms.slice(start, sentenceOffsets[index + 1])));
  }
  return lists;
}
