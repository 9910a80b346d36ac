/** What separates a term from its numbers, or a row from the next, in the text formats. */
const separators = /[ \t\n\v\f\r]/;
const brokenUtf16 = /\p{Surrogate}/u;

/**
 * Terms as every format needs them: each once, and with bytes of their own.
 * @throws RangeError naming the term and its row
 */
export function checkTerms(who: string, terms: readonly string[]): void {
  const rows = new Map<string, number>();
  for (const [row, term] of terms.entries()) {
    const other = rows.get(term);
    if (other !== undefined)
      throw new RangeError(`${who}: terms must differ, got ${JSON.stringify(term)} in rows ${other} and ${row}`);
    if (brokenUtf16.test(term))
      throw new RangeError(`${who}: a term must be well-formed text, got ${JSON.stringify(term)} in row ${row}`);
    rows.set(term, row);
  }
}

/**
 * Terms as the formats need them that separate them by spaces and line ends.
 * @throws RangeError naming the term and its row
 */
export function checkTextTerms(who: string, terms: readonly string[], format: string): void {
  checkTerms(who, terms);
  for (const [row, term] of terms.entries()) {
    if (term === "" || separators.test(term))
      throw new RangeError(
        `${who}: a term must not be empty or hold a space, tab or line end in format ${format}, got ${JSON.stringify(term)} in row ${row}; arrow and parquet take any term`,
      );
  }
}
