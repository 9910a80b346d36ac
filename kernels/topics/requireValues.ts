import type { DocumentTermBatch } from "../../schemas/documentTerms.js";

/**
 * Looks at the values of rows before something is learned from them.
 * @throws RangeError if a value is not above 0 or not finite, or no whole number where counts are wanted
 */
export function requireValues(who: string, batch: DocumentTermBatch, wanted: "counts" | "weights"): void {
  const { values } = batch;
  for (let cell = 0; cell < values.length; cell++) {
    const isFine = wanted === "counts" ? Number.isSafeInteger(values[cell]) : Number.isFinite(values[cell]);
    if (!(isFine && values[cell]! > 0)) throw oddValue(who, batch, cell, wanted);
  }
}

function oddValue(who: string, batch: DocumentTermBatch, cell: number, wanted: "counts" | "weights"): RangeError {
  const { vocabulary, offsets, terms, values, rowDocuments } = batch;
  const row = offsets.findIndex((end) => end > cell) - 1;
  const where = `document ${rowDocuments[row]} for ${JSON.stringify(vocabulary.terms[terms[cell]!])}`;
  const range = wanted === "counts" ? "counts, whole numbers above 0" : "finite numbers above 0";
  return new RangeError(`${who}: the values of the table must be ${range}, got ${values[cell]} in ${where}`);
}
