import fc from "fast-check";
import { from } from "rxjs";
import { createHanSegmenter, type TokenizeOptions, tokenize } from "#operators";
import type { TextBatch } from "#schemas";
import { mixedText } from "./textBatches.js";

/** Everything a stream of tokens says, whatever its batches: the terms of every document. */
export function termsOf(text: readonly TextBatch[], options?: TokenizeOptions): string[][] {
  const documents: string[][] = [];
  from(text)
    .pipe(tokenize(options))
    .subscribe(({ lexicon, ids, documentOffsets }) => {
      let next = 0;
      for (let i = 0; i <= ids.length; i++) {
        for (; documentOffsets[next] === i; next++) documents.push([]);
        if (i < ids.length) documents.at(-1)!.push(lexicon.term(ids[i]!)!);
      }
    });
  return documents;
}

// The rules of the page docs/operators/tokenize.md, once more, as regular expressions over strings.
const noSpaces = [
  "Hiragana",
  "Thai",
  "Lao",
  "Khmer",
  "Myanmar",
  "Tai_Le",
  "New_Tai_Lue",
  "Tai_Tham",
  "Tai_Viet",
  "Ahom",
];
const katakana = String.raw`(?!\p{Script=Hiragana})(?=\p{L})\p{Script_Extensions=Katakana}`;
const single = String.raw`(?:(?=[\p{L}\p{N}])\p{Script=Han}|(?=\p{L})(?:${noSpaces.map((s) => `\\p{Script=${s}}`).join("|")}))`;
const letter = String.raw`(?!${single}|${katakana})[\p{L}\p{N}]`;
const inner = String.raw`['’＇_\u00ad·׳״\u200c\u200d]`;
const decimal = String.raw`(?<=\p{Nd})[.,٫٬](?=\p{Nd})`;
const rules = {
  words: new RegExp(
    String.raw`${letter}(?:${letter}|\p{M}|${inner}(?=${letter})|${decimal})*|${single}\p{M}*|${katakana}(?:${katakana}|\p{M})*`,
    "gu",
  ),
  whitespace: /\P{White_Space}+/gu,
  characters: /\P{White_Space}[\p{M}\u200c\u200d]*/gu,
};

/** Mode chinese over strings: what mode words finds, but for runs of Han characters. */
function chineseTerms(document: string): string[] {
  const run = String.raw`(?:(?=[\p{L}\p{N}])\p{Script=Han}){1,4096}\p{M}*`;
  const tokens = document.match(new RegExp(`${run}|${rules.words.source}`, "gu")) ?? [];
  const segmenter = createHanSegmenter();
  return tokens.flatMap((token) => {
    if (!new RegExp(`^${run}$`, "u").test(token)) return token;
    const [han, marks] = [token.replace(/\p{M}*$/u, ""), token.match(/\p{M}*$/u)![0]];
    const bytes = new TextEncoder().encode(han);
    const cuts = new Uint32Array(bytes.length);
    const count = segmenter.segment(bytes, 0, bytes.length, cuts);
    const words = Array.from({ length: count }, (_, i) =>
      new TextDecoder().decode(bytes.subarray(i === 0 ? 0 : cuts[i - 1], cuts[i])),
    );
    return [...words.slice(0, -1), words.at(-1)! + marks];
  });
}

export type TokenMode = keyof typeof rules | "chinese";

/** The definition of a mode: the terms of a document. */
export const termsByHand = (document: string, mode: TokenMode): string[] =>
  mode === "chinese" ? chineseTerms(document) : (document.match(rules[mode]) ?? []);

/** Where no known word may begin or end: inside a token of the rules, but for runs of Han characters, and before a mark. */
function closedPlaces(text: string): Set<number> {
  const closed = new Set(Array.from(text.matchAll(/\p{M}/gu), ({ index }) => index));
  for (const { 0: token, index } of text.matchAll(rules.words))
    for (let at = index + 1; at < index + token.length; at++) closed.add(at);
  return closed;
}

/** The first known word in a text, the longest of those that begin there. */
function firstKnown(text: string, words: readonly string[]): [start: number, word: string] | undefined {
  const closed = closedPlaces(text);
  for (let start = 0; start < text.length; start++) {
    if (closed.has(start)) continue;
    const after = closedPlaces(text.slice(start));
    const fitting = words.filter((word) => text.startsWith(word, start) && !after.has(word.length));
    if (fitting.length > 0) return [start, fitting.toSorted((a, b) => b.length - a.length)[0]!];
  }
  return undefined;
}

/** The terms of a text in which words are known that the rules would cut. */
export function termsWithKnownWords(text: string, mode: TokenMode, words: readonly string[]): string[] {
  const found = firstKnown(text, words);
  if (!found) return termsByHand(text, mode);
  const [start, word] = found;
  const after = text.slice(start + word.length);
  return [...termsByHand(text.slice(0, start), mode), word, ...termsWithKnownWords(after, mode, words)];
}

/** Text in which Chinese words and other scripts take turns. */
export const chineseText = fc
  .array(
    fc.oneof(
      mixedText,
      fc.constantFrom("今天天气很好，", "中华人民共和国", "我们在北京大学读书。", "iPhone手机", "\u{e0101}"),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(""));
