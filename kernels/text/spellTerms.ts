/** Characters that are written without a space between them: of Chinese and Japanese, and full-width punctuation. */
const DENSE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef“”‘’…—·]$/u;
/** Punctuation that stands without a space before it, and such behind which none follows. */
const CLOSES = /^[,.;:!?%)\]}'’”]/u;
const OPENS = /[([{‘“]$/u;

/** Terms as a text: with spaces between them where their script has them, and a line end in the place of what ends a sentence. */
export function spellTerms(terms: readonly string[], sentenceEnd?: string): string {
  let text = "";
  for (const term of terms) {
    if (term === sentenceEnd) {
      text += "\n";
      continue;
    }
    const last = text.at(-1);
    const isFirst = last === undefined || last === "\n";
    text += isFirst || !needsSpace(last, term) ? term : ` ${term}`;
  }
  return text;
}

function needsSpace(last: string, term: string): boolean {
  if (DENSE.test(last) && DENSE.test([...term][0]!)) return false;
  return !CLOSES.test(term) && !OPENS.test(last);
}
