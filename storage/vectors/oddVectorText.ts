import { firstContent } from "../files/fileBytes.js";

const headBytes = 4096;
const shownLength = 40;
// biome-ignore lint/suspicious/noControlCharactersInRegex: text has no use for them
const control = /[\0-\x08\x0e-\x1f]/;

/** How a line of text can hold a term and numbers, or the two numbers of a header, otherwise than one space between them. */
const SEPARATIONS: readonly (readonly [line: RegExp, what: string])[] = [
  [/^[^ \t,]*(?:, ?[^ \t,]+)+$/, "commas between its fields, not single spaces"],
  [/^[^ \t;]*(?:; ?[^ \t;]+)+$/, "semicolons between its fields, not single spaces"],
  [/ [-+]?\d+,\d+(?: |$)/, "commas within its numbers, not points"],
  [/^[ \t]/, "white space before its first field"],
  [/[ \t]{2}/, "more than one space between two fields"],
  [/\t/, "tabs between its fields, not single spaces"],
];

/** What a line has that a line of vectors has not; undefined if nothing of the kind. */
export function oddSeparation(line: string): string | undefined {
  return SEPARATIONS.find(([pattern]) => pattern.test(line))?.[1];
}

/** What a file is that is no file of vectors, in the words of an error. */
export async function unknownVectors(path: string): Promise<string> {
  const text = Buffer.from(await firstContent(path, headBytes)).toString("utf8");
  if (text === "") return "an empty file";
  if (control.test(text)) return "an unknown format";
  const [line = ""] = text.split("\n", 1);
  const what = oddSeparation(line.trimEnd());
  if (what) return `text with ${what}`;
  return `text that begins with ${JSON.stringify(line.length > shownLength ? `${line.slice(0, shownLength - 3)}...` : line)}`;
}
