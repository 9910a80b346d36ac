/** All terms as one string, which another thread takes over at once, and where each of them ends. */
export interface PackedTerms {
  readonly text: string;
  /** In UTF-16 units (V,). */
  readonly ends: Uint32Array;
}

/** Terms with the row of each. */
export interface IndexedTerms {
  readonly terms: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
}

export function packTerms(terms: readonly string[]): PackedTerms {
  const ends = new Uint32Array(terms.length);
  let end = 0;
  for (const [row, term] of terms.entries()) {
    end += term.length;
    ends[row] = end;
  }
  return { text: terms.join(""), ends };
}

/** So many terms take about a millisecond. */
const AT_ONCE = 5000;

/** Indexes the terms a part at a time, and awaits `rest` between two parts. */
export async function unpackTerms({ text, ends }: PackedTerms, rest: () => Promise<unknown>): Promise<IndexedTerms> {
  const terms: string[] = [];
  const rows = new Map<string, number>();
  for (const end of ends) {
    const row = terms.length;
    const term = text.slice(ends[row - 1] ?? 0, end);
    rows.set(term, row);
    if (terms.push(term) % AT_ONCE === 0) await rest();
  }
  return { terms, rows };
}
