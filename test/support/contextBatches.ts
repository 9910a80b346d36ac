import { compareCodePoints, makeVocabulary } from "#kernels";
import type { ContextBatch, Vocabulary, WindowSide } from "#schemas";

export interface ContextOptions {
  readonly windowSize?: number;
  readonly side?: WindowSide;
  readonly epoch?: number;
  /** Centres per batch, used in turn. */
  readonly sizes?: readonly number[];
  /** By default every centre looks `windowSize` far. */
  readonly radius?: (position: number) => number;
}

/** A vocabulary of all the words of some sentences. */
export function vocabularyOf(sentences: readonly (readonly string[])[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const word of sentences.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rows = [...counts].sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
  return makeVocabulary(
    rows.map(([word]) => word),
    Float64Array.from(rows, ([, count]) => count),
  );
}

/** The windows over sentences of words, in batches that carry the neighbours their windows reach. */
export function contextBatches(
  vocabulary: Vocabulary,
  sentences: readonly (readonly string[])[],
  { windowSize = 2, side = "both", epoch = 0, sizes = [Infinity], radius = () => windowSize }: ContextOptions = {},
): ContextBatch[] {
  const all = Uint32Array.from(sentences.flat(), (word) => vocabulary.idOf(word)!);
  const starts = new Set<number>();
  let end = 0;
  for (const sentence of sentences) {
    starts.add(end);
    end += sentence.length;
  }
  const batches: ContextBatch[] = [];
  for (let position = 0, turn = 0; position < all.length; turn++) {
    const next = Math.min(all.length, position + sizes[turn % sizes.length]!);
    const from = Math.max(0, position - windowSize);
    const ids = all.slice(from, next + windowSize);
    batches.push({
      vocabulary,
      ids,
      documentOffsets: new Uint32Array(0),
      sentenceOffsets: Uint32Array.from(ids, (_, i) => i).filter((i) => i === 0 || starts.has(from + i)),
      firstCentre: position - from,
      endCentre: next - from,
      radius: Uint8Array.from(ids, (_, i) => radius(from + i)),
      windowSize,
      side,
      epoch,
      position,
      expectedCentres: all.length,
    });
    position = next;
  }
  return batches;
}
