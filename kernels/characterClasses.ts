/**
 * What each code point is to the tokeniser, as a table of one byte per code point. The tables are made from the engine's own
 * Unicode properties, so they are of the same version as its regular expressions, when first asked for (a few milliseconds).
 *
 * The rules follow Unicode Standard Annex #29, word boundaries, without its dictionaries: scripts that are written without
 * spaces, other than Katakana and Hangul, give one token a letter.
 */

/** Makes words with its like, with digits and marks. */
export const LETTER = 0;
/** A letter, for all but `DECIMAL`. */
export const DIGIT = 1;
/** Belongs to the token before it. */
export const MARK = 2;
/** Joins two letters or digits, if it stands alone between them. */
export const INNER = 3;
/** Joins two digits, if it stands alone between them. */
export const DECIMAL = 4;
/** A token by itself. */
export const SINGLE = 5;
/** Makes words with its like. */
export const KATAKANA = 6;
/** Makes runs with its like, for a dictionary to cut. */
export const HAN = 7;
/** Belongs to no token. */
export const OTHER = 8;

export type CharacterMode = "words" | "whitespace" | "chinese" | "characters";

const tables = new Map<CharacterMode, Uint8Array>();

/** The class of every code point (0x110000,). */
export function characterClasses(mode: CharacterMode): Uint8Array {
  const table = tables.get(mode) ?? makers[mode]();
  tables.set(mode, table);
  return table;
}

const makers: Readonly<Record<CharacterMode, () => Uint8Array>> = {
  words: () => paintWords(SINGLE),
  chinese: () => paintWords(HAN),
  whitespace: () => paint(LETTER, [{ pattern: "\\p{White_Space}", as: OTHER }]),
  characters: () =>
    paint(SINGLE, [
      { pattern: "\\p{White_Space}", as: OTHER },
      { pattern: "[\\p{M}\\u200c\\u200d]", as: MARK },
    ]),
};

const scriptsWithoutSpaces = [
  ...["Hiragana", "Thai", "Lao", "Khmer", "Myanmar"],
  ...["Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet", "Ahom"],
];

const paintWords = (han: number): Uint8Array =>
  paint(OTHER, [
    { pattern: "[\\p{L}\\p{N}]", as: LETTER },
    { pattern: "\\p{Script_Extensions=Katakana}", as: KATAKANA, over: LETTER },
    { pattern: "\\p{Script=Han}", as: han, over: LETTER },
    {
      pattern: `[${scriptsWithoutSpaces.map((script) => `\\p{Script=${script}}`).join("")}]`,
      as: SINGLE,
      over: LETTER,
    },
    { pattern: "\\p{Nd}", as: DIGIT },
    { pattern: "\\p{M}", as: MARK },
    // Apostrophes, low line, soft hyphen, middle dot, Hebrew geresh and gershayim, zero width joiner and non-joiner.
    { pattern: "['\\u2019\\uff07_\\u00ad\\u00b7\\u05f3\\u05f4\\u200c\\u200d]", as: INNER },
    { pattern: "[.,\\u066b\\u066c]", as: DECIMAL },
  ]);

interface Coat {
  readonly pattern: string;
  readonly as: number;
  /** Only code points that had this class before. */
  readonly over?: number;
}

/** Fills a table with one class, then gives every match of a pattern its own; a later pattern covers the earlier ones. */
function paint(ground: number, coats: readonly Coat[]): Uint8Array {
  const table = new Uint8Array(0x110000).fill(ground);
  const text = everyCodePoint();
  for (const { pattern, as, over } of coats) {
    for (const { 0: run, index } of text.matchAll(new RegExp(`(?:${pattern})+`, "gu"))) {
      const start = text.codePointAt(index)!;
      const end = start + run.length / (start < 0x10000 ? 1 : 2);
      for (let codePoint = start; codePoint < end; codePoint++)
        if (over === undefined || table[codePoint] === over) table[codePoint] = as;
    }
  }
  return table;
}

// Planes 4 to 13 hold nothing, 15 and 16 are for private use.
const planesInUse = [1, 2, 3, 14];

/** Every code point in use, in order. Each plane ends with two that are none, so a run of matches never goes on in the next. */
function everyCodePoint(): string {
  const units = new Uint16Array(0x10000 + planesInUse.length * 0x20000);
  for (let unit = 0; unit < 0x10000; unit++) units[unit] = unit;
  units.fill(0, 0xd800, 0xe000); // surrogates, which UTF-8 cannot write
  let end = 0x10000;
  for (const plane of planesInUse) {
    for (let low = 0; low < 0x10000; low++) {
      units[end++] = 0xd800 + ((plane - 1) << 6) + (low >> 10);
      units[end++] = 0xdc00 + (low & 0x3ff);
    }
  }
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}
