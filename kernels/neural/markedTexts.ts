import type { Pooling } from "../../schemas/classifier.js";
import type { StepBatch } from "./stepper.js";
import type { TargetRow } from "./targetReader.js";
import type { TextIdRow } from "./textIds.js";

const IN_TEXT = 1;
const POOLED = 2;

/** A text as a network reads it, and which of its places are brought together. */
export interface MarkedText {
  readonly ids: Uint32Array;
  /** 1 in the text, 2 where it is pooled. */
  readonly marks: Uint8Array;
}

/** Marks the first place of all, the last one, or those of words; where there are none of these, all. */
export function markPlaces({ ids, words }: TextIdRow, pooling: Pooling): MarkedText {
  const isPooled = {
    cls: (place: number) => place === 0,
    last: (place: number) => place === ids.length - 1,
    mean: (place: number) => words[place]! >= 0,
  }[pooling];
  return {
    ids: Uint32Array.from(ids),
    marks: Uint8Array.from(ids, (_, place) => (isPooled(place) ? POOLED : IN_TEXT)),
  };
}

/** Marks the places of one word. */
export function markTarget({ ids, from, to }: TargetRow): MarkedText {
  return { ids, marks: new Uint8Array(ids.length).fill(IN_TEXT).fill(POOLED, from, to) };
}

/** Rows of some texts each, in parts as long as the longest of all. */
export function batchOfTexts(rows: readonly (readonly MarkedText[])[]): Omit<StepBatch, "step"> {
  const perRow = rows[0]!.length;
  const longest = Math.max(...rows.flat().map(({ ids }) => ids.length));
  const length = perRow * longest;
  const ids = new Uint32Array(rows.length * length);
  const marks = new Uint8Array(ids.length);
  rows.flat().forEach((text, k) => {
    ids.set(text.ids, k * longest);
    marks.set(text.marks, k * longest);
  });
  return {
    ...{ rows: rows.length, length, ids, marks, targets: new Int32Array(ids.length).fill(-1) },
    lengths: Uint32Array.from(rows, (texts) => texts.reduce((sum, text) => sum + text.ids.length, 0)),
  };
}
