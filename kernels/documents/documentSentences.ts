import { SentenceScanner } from "../text/sentenceScanner.js";
import type { SentenceWords } from "./sentenceGraph.js";
import type { DocumentWords } from "./wordFinder.js";

/**
 * Where the sentences of a whole document begin (S,): at its first byte, where the rules of `splitSentences` say so, at each line if asked
 * for, and behind each blank line, so that a heading is a sentence of its own.
 */
export function sentenceStarts(bytes: Uint8Array, newline: boolean): Uint32Array {
  const scanner = new SentenceScanner({ newline });
  const starts: number[] = [];
  let from = 0;
  const scanTo = (end: number) => {
    if (end === from) return;
    starts.push(from);
    scanner.startDocument();
    scanner.scan(bytes, from, end, starts);
    from = end;
  };
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    const end = blankLineEnd(bytes, at);
    if (end > 0) scanTo(end);
  }
  scanTo(bytes.length);
  return Uint32Array.from(starts);
}

const [TAB, NEWLINE, SPACE] = [0x09, 0x0a, 0x20];

/** Where the line behind a line end is over, if it is blank; else 0. */
function blankLineEnd(bytes: Uint8Array, lineEnd: number): number {
  let at = lineEnd + 1;
  while (bytes[at] === SPACE || bytes[at] === TAB) at++;
  return bytes[at] === NEWLINE ? at + 1 : 0;
}

/** The distinct words of the sentences that begin at these offsets (S,), ascending in each. */
export function wordsOfSentences({ words, starts, terms }: DocumentWords, sentences: Uint32Array): SentenceWords {
  const offsets = new Uint32Array(sentences.length + 1);
  const [distinct, counts] = [new Uint32Array(words.length), new Uint32Array(words.length)];
  let length = 0;
  let place = 0;
  for (let sentence = 0; sentence < sentences.length; sentence++) {
    const end = sentences[sentence + 1] ?? Number.POSITIVE_INFINITY;
    const first = place;
    while (place < words.length && starts[place]! < end) place++;
    const from = length;
    for (const word of words.slice(first, place).sort()) {
      if (length > from && distinct[length - 1] === word) counts[length - 1]!++;
      else {
        distinct[length] = word;
        counts[length++] = 1;
      }
    }
    offsets[sentence + 1] = length;
  }
  return { offsets, words: distinct.subarray(0, length), counts: counts.subarray(0, length), size: terms.length };
}
