import type { NormalizationOptions } from "../../schemas/text.js";
import { radicalPattern, unifiedRadical } from "./radicals.js";

/**
 * What normalisation does to a text, said plainly over strings; `kernels/normalizer.ts` does the same to bytes. In this order:
 * invisible characters, radicals, width, Unicode form (UAX 15), accents, case, digits, and the form again, since a changed letter
 * may compose anew ("J" with a caron has no composed character, "j" with a caron has).
 *
 * - `lower` is each code point's own lower-case mapping: a capital sigma becomes "σ" at a word's end too, unlike
 *   `String.prototype.toLowerCase`, which looks at the letters around it.
 * - `fold` is Unicode's full case folding (CaseFolding.txt, C + F): "ß" becomes "ss", "ς" becomes "σ". One difference: Cherokee
 *   letters become small ones, where Unicode makes them capitals.
 */
export function characterMapping(options: NormalizationOptions): (text: string) => string {
  const { form } = options;
  const toForm = (text: string) => (form === "none" ? text : text.normalize(form));
  const steps = [
    options.invisible === "remove" ? withoutInvisible : undefined,
    options.radicals === "unify" ? (text: string) => text.replace(radicalPattern, unifiedRadical) : undefined,
    options.width === "half" ? usualWidth : undefined,
    toForm,
    options.accents === "remove" ? withoutAccents : undefined,
    options.case === "keep" ? undefined : byCharacter(options.case === "lower" ? lowerCase : foldCase),
    options.digits === "keep" ? undefined : (text: string) => mapDigits(text, options.digits === "zero"),
    toForm,
  ].filter((step) => step !== undefined);
  return (text) => steps.reduce((result, step) => step(result), text);
}

const alphabets = String.raw`[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]`;

/** Soft hyphen; zero-width space, non-joiner, joiner, word joiner and no-break space (the byte-order mark). */
export const invisibles = /[\u00ad\u200b-\u200d\u2060\ufeff]/;
/** Marks that may stand between a letter and what has no width. */
export const diacritics = /[\u0300-\u036f]/;
const softHyphens = /\u00ad/g;
/** Between letters only, for other scripts write with joiners: Persian, Hindi, and the emoji that are made of several. */
const zeroWidthInWord = new RegExp(
  String.raw`(?<=${alphabets}${diacritics.source}*)[\u200b-\u200d\u2060\ufeff]+(?=${alphabets})`,
  "gu",
);
const withoutInvisible = (text: string) => text.replace(softHyphens, "").replace(zeroWidthInWord, "");

const byCharacter = (map: (character: string) => string) => (text: string) => Array.from(text, map).join("");

const lowerCase = (character: string) => character.toLowerCase();

/** Full folding joins what any change of case joins, except that the Turkish dotless i stays itself. */
const foldCase = (character: string) =>
  character === "\u0131" ? character : byCharacter(lowerCase)(character.toLowerCase().toUpperCase());

/** Full-width ASCII, half-width katakana and the full-width space and currency signs. */
const unusualWidth = /[\u3000\uff01-\uff9f\uffe0-\uffe2\uffe4-\uffe6]/g;
const usualWidth = (text: string) => text.replace(unusualWidth, (character) => character.normalize("NFKC"));

const accented = new RegExp(`${alphabets}\\p{M}*`, "gu");
const withoutAccents = (text: string) =>
  text.replace(accented, (letter) => letter.normalize("NFD").replace(/(?<!^)\p{M}/gu, ""));

const mapDigits = (text: string, toZero: boolean) =>
  text.replace(/\p{Nd}/gu, (digit) => (toZero ? "0" : String(digitValue(digit.codePointAt(0)!))));

/** Decimal digits come in runs of ten or of several tens, from 0 upwards. */
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return (codePoint - first) % 10;
}
