/**
 * Columns that text takes on a terminal, where characters of East Asian scripts take two.
 *
 * Unicode Standard Annex 11, East Asian Width: W and F take two columns, marks that combine and invisible characters none, all others
 * one. What is shown as a picture (emoji) is W; the other wide characters lie in the blocks below.
 */

const INVISIBLE = /(?!\u00ad)[\p{M}\p{Cf}\p{Cc}\u1160-\u11ff]/u; // terminals show a soft hyphen
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const FLAG = /\p{Regional_Indicator}/u;

/** Columns of a text in one line. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) && !FLAG.test(character) ? 2 : 1;
}
