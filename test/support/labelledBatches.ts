import { makeVocabulary } from "#kernels";
import type { IdBatch, Vocabulary } from "#schemas";
import { vocabularyOf } from "./contextBatches.js";

export interface LabelledText {
  readonly words: readonly string[];
  readonly labels: readonly string[];
  readonly weight?: number;
}

/** A vocabulary of all the words and labels of some texts. */
export function labelledVocabulary(texts: readonly LabelledText[]): Vocabulary {
  const { terms, counts } = vocabularyOf(texts.map(({ words }) => words));
  const labels = vocabularyOf(texts.map((text) => text.labels));
  return makeVocabulary(terms, counts, undefined, { names: labels.terms, counts: labels.counts });
}

/** The texts as documents of ids, cut after every `size` tokens (the sizes are used in turn). */
export function labelledBatches(
  vocabulary: Vocabulary,
  texts: readonly LabelledText[],
  { sizes = [Infinity], epoch = 0 }: { readonly sizes?: readonly number[]; readonly epoch?: number } = {},
): IdBatch[] {
  const ids = Uint32Array.from(texts.flatMap(({ words }) => words.flatMap((word) => vocabulary.idOf(word) ?? [])));
  let end = 0;
  const starts = texts.map(({ words }) => {
    const start = end;
    end += words.filter((word) => vocabulary.idOf(word) !== undefined).length;
    return start;
  });
  const batches: IdBatch[] = [];
  let next = 0;
  for (let from = 0, turn = 0; from < ids.length || turn === 0; turn++) {
    const to = Math.min(ids.length, from + sizes[turn % sizes.length]!);
    const first = next;
    while (next < texts.length && (starts[next]! < to || to === ids.length)) next++;
    const offsets = Uint32Array.from(starts.slice(first, next), (start) => start - from);
    const begun = texts.slice(first, next);
    batches.push({
      vocabulary,
      ids: ids.slice(from, to),
      documentOffsets: offsets,
      sentenceOffsets: offsets,
      documents: {
        labels: begun.map(({ labels }) => labels),
        ...(begun.some(({ weight }) => weight !== undefined) ? { weights: begun.map(({ weight = 1 }) => weight) } : {}),
      },
      epoch,
    });
    from = to;
  }
  return batches;
}
