/** The formats that take any term that is text; the others separate terms by spaces and line ends. */
const ANY_TERM: ReadonlySet<string> = new Set(["arrow", "parquet"]);
/** Those that begin with a term, where a byte-order mark is none of its characters. */
const FIRST_IS_A_TERM: ReadonlySet<string> = new Set(["gloveText", "gloveVocabulary", "projector"]);
/** What separates a term from its numbers, or a row from the next, in the text formats. */
const separators = /[ \t\n\v\f\r]/;
/** Terms that are looked at as one text: nearly always all of them fit. */
const TOGETHER = 512;

/**
 * Terms as a format needs them: each once, and each one that it can hold.
 * @throws RangeError naming the term and its row
 */
export function checkTerms(who: string, terms: readonly string[], format: string): void {
  if (new Set(terms).size < terms.length) throw repeatedTerm(who, terms);
  if (FIRST_IS_A_TERM.has(format) && terms[0]?.startsWith("\ufeff"))
    throw new RangeError(
      `${who}: the first term must not begin with U+FEFF in format ${format}, where it is a byte-order mark, got ${JSON.stringify(terms[0])}`,
    );
  requireFit(who, terms, format, (row) => ` in row ${row}`);
}

/** Names the first of the terms that came before. */
function repeatedTerm(who: string, terms: readonly string[]): RangeError {
  const rows = new Map<string, number>();
  const row = terms.findIndex((term, row) => rows.has(term) || !rows.set(term, row));
  const term = terms[row]!;
  return new RangeError(`${who}: terms must differ, got ${JSON.stringify(term)} in rows ${rows.get(term)} and ${row}`);
}

/**
 * Terms that a format can hold, which may have no rows yet.
 * @throws RangeError naming the first that it cannot, and its place
 */
export function requireFit(who: string, terms: readonly string[], format: string, place = (_row: number) => ""): void {
  const takesAny = ANY_TERM.has(format);
  for (let from = 0; from < terms.length; from += TOGETHER) {
    const some = terms.slice(from, from + TOGETHER);
    const all = some.join("\0");
    if (all.isWellFormed() && (takesAny || !(some.includes("") || separators.test(all)))) continue;
    for (const [i, term] of some.entries()) requireOneFit(who, term, format, place(from + i));
  }
}

function requireOneFit(who: string, term: string, format: string, place: string): void {
  const got = `got ${JSON.stringify(term)}${place}`;
  if (!term.isWellFormed()) throw new RangeError(`${who}: a term must be well-formed text, ${got}`);
  if (!ANY_TERM.has(format) && (term === "" || separators.test(term)))
    throw new RangeError(
      `${who}: a term must not be empty or hold a space, tab or line end in format ${format}, ${got}; arrow and parquet take any term`,
    );
}
