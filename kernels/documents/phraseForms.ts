import type { DocumentWords } from "./wordFinder.js";

const decoder = new TextDecoder();

/**
 * How a phrase is written in a document: in the form that is the most frequent there, white space as one space. Of equally frequent ones
 * the last by code points, which has small letters where the other has capitals.
 */
export function formOf(
  bytes: Uint8Array,
  words: readonly number[],
  found: DocumentWords,
  write: (from: number, to: number) => string,
): string {
  const [first] = words;
  const { words: all, starts, ends } = found;
  const spellings: Spelling[] = [];
  for (let place = all.indexOf(first!); place >= 0; place = all.indexOf(first!, place + 1)) {
    if (!isAt(words, found, place)) continue;
    const [start, end] = [starts[place]!, ends[place + words.length - 1]!];
    const known = spellings.find((spelling) => isSame(bytes, spelling, start, end));
    if (known) known.times++;
    else spellings.push({ place, start, end, times: 1 });
  }
  const written = ({ place }: Spelling) => write(place, place + words.length);
  return spellings.length === 1 ? written(spellings[0]!) : mostFrequent(spellings, written);
}

/** Spellings that differ in white space alone are one form. */
function mostFrequent(spellings: readonly Spelling[], written: (spelling: Spelling) => string): string {
  const counts = new Map<string, number>();
  for (const spelling of spellings) {
    const form = written(spelling);
    counts.set(form, (counts.get(form) ?? 0) + spelling.times);
  }
  const [form] = [...counts].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] > a[0]) ? b : a));
  return form;
}

function isAt(words: readonly number[], { words: all, follows }: DocumentWords, place: number): boolean {
  for (let k = 1; k < words.length; k++) if (all[place + k] !== words[k] || follows[place + k] !== 1) return false;
  return true;
}

/** Bytes that stand for a phrase, and how often. */
interface Spelling {
  readonly place: number;
  readonly start: number;
  readonly end: number;
  times: number;
}

function isSame(bytes: Uint8Array, spelling: Spelling, start: number, end: number): boolean {
  if (spelling.end - spelling.start !== end - start) return false;
  for (let i = start; i < end; i++) if (bytes[spelling.start + i - start] !== bytes[i]) return false;
  return true;
}

/** The places [from, to) as they stand in the text, white space as one space. */
export function writtenWords(bytes: Uint8Array, { starts, ends }: DocumentWords, from: number, to: number): string {
  return oneLine(bytes.subarray(starts[from]!, ends[to - 1]!));
}

/** A text with each stretch of white space as one space, and none around it. */
export function oneLine(bytes: Uint8Array): string {
  return decoder.decode(bytes).replace(/\s+/gu, " ").trim();
}
