import type { DocumentTermBatch } from "#schemas";

/** The values of each document, by term. */
export const namedRows = ({ offsets, terms, values, vocabulary, lengths }: DocumentTermBatch) =>
  Array.from(lengths, (_, row) =>
    Object.fromEntries(
      Array.from(terms.subarray(offsets[row], offsets[row + 1]), (term, k) => [
        vocabulary.terms[term]!,
        values[offsets[row]! + k]!,
      ]),
    ),
  );
