import type { FinalDocumentTerms } from "../../schemas/index.js";
import { requireValues } from "./requireValues.js";
import type { WarpLdaArrays } from "./warpLda.js";

/** How many tokens the rows of a table stand for: its values must be counts. */
export interface TokenSizes {
  readonly tokens: number;
  /** Tokens of the term that has the most. */
  readonly longest: number;
}

/**
 * Counts the tokens of a table by its values.
 * @throws RangeError if a value is no count
 */
export async function countTokens(who: string, table: FinalDocumentTerms): Promise<TokenSizes> {
  const ofTerms = new Float64Array(table.vocabulary.terms.length);
  for await (const batch of table.batches()) {
    requireValues(who, batch, "counts");
    const { terms, values } = batch;
    for (let cell = 0; cell < terms.length; cell++) ofTerms[terms[cell]!]! += values[cell]!;
  }
  return ofTerms.reduce(({ tokens, longest }, each) => ({ tokens: tokens + each, longest: Math.max(longest, each) }), {
    tokens: 0,
    longest: 0,
  });
}

/** Lays out the tokens of a table: by documents, those of a document by their terms; and for each term, where its tokens lie. */
export async function placeTokens(
  table: FinalDocumentTerms,
  { documentStarts, termStarts, order }: Pick<WarpLdaArrays, "documentStarts" | "termStarts" | "order">,
): Promise<void> {
  for await (const { terms, values } of table.batches())
    for (let cell = 0; cell < terms.length; cell++) termStarts[terms[cell]! + 1]! += values[cell]!;
  for (let term = 1; term < termStarts.length; term++) termStarts[term]! += termStarts[term - 1]!;
  const ends = termStarts.slice(0, -1);
  let place = 0;
  let document = 0;
  for await (const { offsets, terms, values, lengths } of table.batches()) {
    for (let row = 0; row < lengths.length; row++) {
      documentStarts[document++] = place;
      for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++)
        for (let n = 0; n < values[cell]!; n++) order[ends[terms[cell]!]!++] = place++;
    }
  }
  documentStarts[document] = place;
}
