/** Ids of characters besides the bytes 0 to 255: of the beginning and the end of a term, and of what stands behind it. */
const BEGIN = 256;
const END = 257;
const PADDING = 258;
/** How many ids there are. */
export const CHARACTERS = 259;

/** How terms are spelled, each in as many places. */
export interface TermSpellings {
  /** Places of each. */
  readonly length: number;
  /** (V x length). */
  readonly characters: Uint16Array;
}

/**
 * The UTF-8 bytes of each term between marks of its beginning and end, as bilm-tf reads words: at most `most` places, of longer terms those at
 * the beginning. All terms have as many places as the longest, and `least` at least.
 */
export function termSpellings(terms: readonly string[], most: number, least: number): TermSpellings {
  const encoder = new TextEncoder();
  const bytes = terms.map((term) => encoder.encode(term).subarray(0, most - 2));
  const longest = bytes.reduce((longest, each) => Math.max(longest, each.length), 0);
  const length = Math.max(least, longest + 2);
  const characters = new Uint16Array(terms.length * length).fill(PADDING);
  bytes.forEach((each, id) => {
    const from = id * length;
    characters[from] = BEGIN;
    characters.set(each, from + 1);
    characters[from + 1 + each.length] = END;
  });
  return { length, characters };
}
