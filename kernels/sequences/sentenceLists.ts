import type { StageState } from "../../schemas/state.js";

/** Lists of sentences as they are kept by a checkpoint: ids end to end, with the lengths of sentences and of lists. */
export function stateOfSentences(lists: readonly (readonly Uint32Array[])[]): StageState {
  const all = lists.flat();
  const ids = new Uint32Array(all.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const sentence of all) {
    ids.set(sentence, at);
    at += sentence.length;
  }
  return {
    facts: {},
    arrays: {
      ids,
      sentences: Uint32Array.from(all, ({ length }) => length),
      lists: Uint32Array.from(lists, ({ length }) => length),
    },
  };
}

export function sentencesOfState({ arrays }: StageState): Uint32Array[][] {
  const { ids, sentences, lists } = arrays as Readonly<Record<string, Uint32Array>>;
  let [at, next] = [0, 0];
  const sentence = () => {
    const from = at;
    at += sentences![next++]!;
    return ids!.slice(from, at);
  };
  return Array.from(lists!, (length) => Array.from({ length }, sentence));
}

export function idsOf(sentences: readonly Uint32Array[]): number[] {
  return sentences.flatMap((sentence) => [...sentence]);
}

export function sizeOf(sentences: readonly Uint32Array[]): number {
  return sentences.reduce((total, { length }) => total + length, 0);
}
