import { writtenWords } from "../../kernels/documents/phraseForms.js";
import type { DocumentWords } from "../../kernels/documents/wordFinder.js";
import { show } from "../../schemas/options.js";

/** Between a word and its tag. */
const SLASH = "/";

/**
 * As which term a word with a tag behind it counts: empty unless its tag begins in one of these ways.
 * @throws SyntaxError for a word without a tag
 */
export function taggedRule(termOf: (word: string) => string, tags: readonly string[]): (token: string) => string {
  return (token) => {
    const slash = token.lastIndexOf(SLASH);
    if (slash < 0) throw new SyntaxError(`keywords: each word of tagged text must be word/TAG, got ${show(token)}`);
    return tags.some((start) => token.startsWith(start, slash + 1)) ? termOf(token.slice(0, slash)) : "";
  };
}

/** The places [from, to) as they stand in tagged text, without the tags. */
export function writtenTagged(bytes: Uint8Array, found: DocumentWords, from: number, to: number): string {
  const tokens = writtenWords(bytes, found, from, to).split(" ");
  return tokens.map((token) => token.slice(0, token.lastIndexOf(SLASH))).join(" ");
}
