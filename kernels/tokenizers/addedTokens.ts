import type { AddedToken } from "../../schemas/subwordVocabulary.js";

/** Finds added tokens in texts: the leftmost first, of those at one place the longest. */
export class AddedTokens {
  readonly #tokens: ReadonlyMap<string, AddedToken>;
  readonly #pattern: RegExp;

  constructor(tokens: readonly AddedToken[]) {
    const found = tokens.filter(({ content }) => content !== "");
    this.#tokens = new Map(found.map((token) => [token.content, token]));
    const longestFirst = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map(escaped).join("|"), "gu");
  }

  /** The stretches of a text between added tokens, and those as their ids. */
  cut(text: string): readonly (string | number)[] {
    if (this.#tokens.size === 0) return [text];
    const parts: (string | number)[] = [];
    let at = 0;
    for (const { 0: content, index } of text.matchAll(this.#pattern)) {
      const { id, single_word, lstrip, rstrip } = this.#tokens.get(content)!;
      let [start, end] = [index, index + content.length];
      if (start < at || (single_word && isInWord(text, start, end))) continue;
      if (lstrip) start = Math.max(at, text.slice(0, start).trimEnd().length);
      if (rstrip) end = text.length - text.slice(end).trimStart().length;
      if (start > at) parts.push(text.slice(at, start));
      parts.push(id);
      at = end;
    }
    if (at < text.length) parts.push(text.slice(at));
    return parts;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

const endsInWord = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const beginsInWord = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function isInWord(text: string, start: number, end: number): boolean {
  return endsInWord.test(text.slice(Math.max(0, start - 2), start)) || beginsInWord.test(text.slice(end, end + 2));
}
