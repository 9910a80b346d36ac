// Characters that a terminal or page obeys instead of showing: the control characters but tab and line feed, and those that turn the
// direction of writing, by which a text can look like another one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text that a terminal or page shows as it is, each character that it would obey written as in JSON: `\u001b`. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** The same of a text that must stay in its line. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
