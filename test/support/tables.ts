import fc from "fast-check";
import { makeVocabulary } from "#kernels";
import type { VectorTable, Vocabulary } from "#schemas";

/** A table of made-up vectors over English and Chinese terms. */
export function vectorTable(terms: readonly string[], vectorSize: number, values?: readonly number[]): VectorTable {
  const made = values ?? Array.from({ length: terms.length * vectorSize }, (_, i) => Math.sin(i + 1));
  return { terms, values: Float32Array.from(made), vectorSize, metadata: new Map([["model", "word2vec"]]) };
}

export function vocabularyOf(terms: readonly string[]): Vocabulary {
  return makeVocabulary(
    terms,
    Float64Array.from(terms, (_, id) => terms.length - id),
  );
}

export const twoLanguages = ["the", "猫", "naïve", "中文", "𠮷", "<unk>"];

/** Terms that any format can hold. */
export const plainTerms = fc.uniqueArray(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).filter((term) => !/[\s\0\p{Surrogate}]/u.test(term)),
  { minLength: 1, maxLength: 12 },
);

export const float32 = fc.float({ noDefaultInfinity: true, noNaN: true });

/** Tables of vectors that any format can hold. */
export const plainTables = fc
  .tuple(plainTerms, fc.integer({ min: 1, max: 20 }))
  .chain(([terms, vectorSize]) =>
    fc
      .array(float32, { minLength: terms.length * vectorSize, maxLength: terms.length * vectorSize })
      .map((values) => vectorTable(terms, vectorSize, values)),
  );
