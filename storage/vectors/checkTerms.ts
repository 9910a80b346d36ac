/** The formats that take any term that is text; the others separate terms by spaces and line ends. */
const ANY_TERM: ReadonlySet<string> = new Set(["arrow", "parquet"]);
/** Those that begin with a term, where a byte-order mark is none of its characters. */
const FIRST_IS_A_TERM: ReadonlySet<string> = new Set(["gloveText", "gloveVocabulary", "projector"]);
/** What separates a term from its numbers, or a row from the next, in the text formats. */
const separators = /[ \t\n\v\f\r]/;
const brokenUtf16 = /\p{Surrogate}/u;

/**
 * Terms as a format needs them: each once, and each one that it can hold.
 * @throws RangeError naming the term and its row
 */
export function checkTerms(who: string, terms: readonly string[], format: string): void {
  const rows = new Map<string, number>();
  for (const [row, term] of terms.entries()) {
    const other = rows.get(term);
    if (other !== undefined)
      throw new RangeError(`${who}: terms must differ, got ${JSON.stringify(term)} in rows ${other} and ${row}`);
    rows.set(term, row);
  }
  if (FIRST_IS_A_TERM.has(format) && terms[0]?.startsWith("\ufeff"))
    throw new RangeError(
      `${who}: the first term must not begin with U+FEFF in format ${format}, where it is a byte-order mark, got ${JSON.stringify(terms[0])}`,
    );
  requireFit(who, terms, format, (row) => ` in row ${row}`);
}

/**
 * Terms that a format can hold, which may have no rows yet.
 * @throws RangeError naming the first that it cannot, and its place
 */
export function requireFit(who: string, terms: readonly string[], format: string, place = (_row: number) => ""): void {
  for (const [row, term] of terms.entries()) {
    const got = () => `got ${JSON.stringify(term)}${place(row)}`;
    if (brokenUtf16.test(term)) throw new RangeError(`${who}: a term must be well-formed text, ${got()}`);
    if (!ANY_TERM.has(format) && (term === "" || separators.test(term)))
      throw new RangeError(
        `${who}: a term must not be empty or hold a space, tab or line end in format ${format}, ${got()}; arrow and parquet take any term`,
      );
  }
}
