/** Characters that a terminal shows on top of the one before, or not at all. */
const NO_WIDTH = /[\p{M}\p{Cf}]/u;

/** Characters that take two columns: those of Unicode's East Asian Width W and F that people write, by script, and emoji. */
const TWO_WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\u30fb-\u30fc\uff01-\uff60\uffe0-\uffe6]/u;
/** Of these scripts, but half as wide. */
const HALF_WIDE = /[\uff61-\uffdc]/u;

/** How many columns of a terminal a text takes, for the scripts that are written from left to right. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (character < "\u0300") return 1;
  if (NO_WIDTH.test(character)) return 0;
  return TWO_WIDE.test(character) && !HALF_WIDE.test(character) ? 2 : 1;
}
