import type { SubwordForm } from "../../schemas/subwords.js";
import { characterBuckets } from "./characterNgrams.js";
import { otherStrokes, strokeBlocks } from "./strokeTable.js";

/**
 * Chinese words spelled in strokes (cw2vec; Cao et al. 2018, "cw2vec: Learning Chinese Word Embeddings with Stroke n-gram Information", AAAI).
 * Strokes are of five classes: 1 horizontal ㇐ with rising ㇀, 2 vertical ㇑ also with a hook, 3 falling to the left ㇒, 4 dot ㇔ and falling to
 * the right ㇏, 5 turning ㇖. Unlike there, a word has a row of its own besides those of its n-grams, n-grams are hashed, repeats count, and
 * < and > at the ends of a word are units, as in fastText.
 */
const CLASSES = ["㇐", "㇑", "㇒", "㇔", "㇖"] as const;

const SMALL_A = 97;
const CAPITAL_A = 65;
const DIGIT_1 = 49;
const MISSING = "-";

let table: ReadonlyMap<string, string> | undefined;

/** The strokes of a character by their classes, one character each; undefined where none are known. State: from the first call on, 4 MB. */
export function strokesOf(character: string): string | undefined {
  table ??= new Map(allEntries());
  return table.get(character);
}

/** A term with the strokes of each Han character in its place; a character without strokes stays what it is. */
export const spellStrokes = (term: string): string =>
  Array.from(term, (character) => strokesOf(character) ?? character).join("");

/** The bucket of each n-gram of `<term>` in strokes; a character that has none, such as a Latin letter, is a unit beside them. */
export const strokeBuckets = (term: string, form: SubwordForm): number[] => characterBuckets(spellStrokes(term), form);

function* allEntries(): Generator<[string, string]> {
  for (const { first, packed } of strokeBlocks) yield* entriesOf((i) => first + i, packed);
  const codes = Array.from(otherStrokes.characters, (character) => character.codePointAt(0)!);
  yield* entriesOf((i) => codes[i]!, otherStrokes.packed);
}

/** The packed strokes of each character: a capital is two strokes that end it, a digit is one. */
const PACKED = /[a-y]*[A-Y1-5-]/g;

function* entriesOf(codeOf: (i: number) => number, packed: string): Generator<[string, string]> {
  let i = 0;
  for (const [strokes] of packed.matchAll(PACKED)) {
    const code = codeOf(i++);
    if (strokes !== MISSING) yield [String.fromCodePoint(code), Array.from(strokes, unpacked).join("")];
  }
}

function unpacked(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code < CAPITAL_A) return CLASSES[code - DIGIT_1]!;
  const pair = code - (code < SMALL_A ? CAPITAL_A : SMALL_A);
  return CLASSES[Math.floor(pair / 5)]! + CLASSES[pair % 5]!;
}
