/**
 * What each code point is to the tokeniser, as a table of one byte per code point. The tables are made from the engine's own
 * Unicode properties, so they are of the same version as its regular expressions, when first asked for (a few milliseconds).
 *
 * The rules follow Unicode Standard Annex #29, word boundaries, without its dictionaries: scripts that are written without
 * spaces, other than Katakana and Hangul, give one token a letter.
 */

import { everyCodePoint, paint } from "./codePointTable.js";

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
  // There is white space in plane 0 alone.
  whitespace: () => paint(LETTER, [{ pattern: "\\p{White_Space}", as: OTHER }], everyCodePoint([])),
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
