import type { SubwordForm } from "../../schemas/subwords.js";
import { characterBuckets } from "./characterNgrams.js";
import { strokeBuckets } from "./strokes.js";

/** Takes a term apart: the buckets of its subwords, in a fixed order, repeats kept. */
export type SubwordsOf = (term: string) => readonly number[];

const bucketsIn: Readonly<Record<SubwordForm["units"], (term: string, form: SubwordForm) => number[]>> = {
  characters: characterBuckets,
  strokes: strokeBuckets,
};

/** @throws RangeError where there are n-grams and no bucket for them, or the shortest are longer than the longest */
export function subwordsOf(who: string, form: SubwordForm): SubwordsOf {
  if (form.maxLength === 0) return () => [];
  if (form.buckets < 1) throw new RangeError(`${who}: buckets must be 1 or more where there are n-grams, got 0`);
  if (form.minLength > form.maxLength)
    throw new RangeError(`${who}: minSubword must be at most maxSubword, got ${form.minLength} and ${form.maxLength}`);
  const bucketsOf = bucketsIn[form.units];
  return (term) => bucketsOf(term, form);
}
