/**
 * Which code points may change what stands before them when a text is brought into a Unicode normalisation form (UAX 15): those
 * with a combining class other than 0, which are reordered and composed, and those of class 0 that compose with the character
 * before (Hangul vowels and final consonants, some Indic vowel signs). Everything else is a place where a text may be cut and its parts
 * normalised alone. JavaScript tells neither property, so both are drawn out of `String.prototype.normalize`.
 */
export function joinsBefore(character: string): boolean {
  const codePoint = character.codePointAt(0)!;
  if (isHangulVowelOrFinal(codePoint)) return true;
  if (isMark.test(character) && hasCombiningClass(character)) return true;
  return mayHoldComposingStarters(codePoint) && composingStarters().has(codePoint);
}

const isMark = /\p{M}/u;

function isHangulVowelOrFinal(codePoint: number): boolean {
  return codePoint >= 0x1160 && codePoint <= 0x11ff;
}

/** Marks of classes 1 and 240, the lowest and the highest: every other class changes places with one of them. */
const tildeOverlay = "\u0334";
const iotaBelow = "\u0345";

function hasCombiningClass(character: string): boolean {
  const decomposed = character.normalize("NFD");
  const behind = (iotaBelow + character).normalize("NFD") !== iotaBelow + decomposed;
  const before = (character + tildeOverlay).normalize("NFD") !== decomposed + tildeOverlay;
  return behind || before;
}

/** The blocks of Indic and African scripts, where composed letters with parts of class 0 live. */
const blocks = [
  [0x0900, 0x1bff],
  [0x1_0000, 0x1_6fff],
] as const;

function mayHoldComposingStarters(codePoint: number): boolean {
  return blocks.some(([first, last]) => codePoint >= first && codePoint <= last);
}

let found: Set<number> | undefined;

/** Code points that are decomposed together, of which nearly always none is composed. */
const TOGETHER = 64;

/** Every code point that is a later part of a composed one. */
function composingStarters(): Set<number> {
  if (found) return found;
  found = new Set();
  for (const [first, last] of blocks) {
    for (let from = first; from <= last; from += TOGETHER) {
      const text = String.fromCodePoint(...Array.from({ length: TOGETHER }, (_, i) => from + i));
      if (text.normalize("NFD") !== text) for (const part of laterParts(text)) found.add(part.codePointAt(0)!);
    }
  }
  return found;
}

function laterParts(characters: string): string[] {
  return [...characters].flatMap((character) => [...character.normalize("NFD")].slice(1));
}
