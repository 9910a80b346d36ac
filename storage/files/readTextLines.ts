import { readFileSync } from "node:fs";
import { textFault } from "../../kernels/text/content.js";
import { withoutMark } from "../../kernels/text/utf8.js";
import type { TextFileOption } from "../../schemas/fields.js";

export interface TextLine {
  readonly text: string;
  /** The file and the line, for messages. */
  readonly where: string;
}

/**
 * The lines of a small file in UTF-8, such as a list of words, or of what one held, without their ends (also those of Windows). State: the
 * file, as texts.
 * @throws Error if it cannot be read, SyntaxError if it is no text; `who` and `what` say whose it is
 */
export function readTextLines(who: string, what: string, file: TextFileOption): TextLine[] {
  const path = typeof file === "string" ? file : file.name;
  const bytes = typeof file === "string" ? bytesOf(who, what, file) : Buffer.from(file.text);
  const fault = textFault(bytes);
  if (fault) throw new SyntaxError(`${who}: ${path}: ${fault}`);
  return Array.from(linesOf(withoutMark(bytes)), (line, i) => {
    const where = `${path} line ${i + 1}`;
    return { text: decoded(who, what, line, where), where };
  });
}

/** The terms of a list, one a line, without white space around them; blank lines are none. */
export const readTermList = (who: string, file: TextFileOption): string[] =>
  readTextLines(who, "list of terms", file)
    .map(({ text }) => text.trim())
    .filter((term) => term !== "");

function bytesOf(who: string, what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${who}: cannot read the ${what} ${path}: ${(error as Error).message}`);
  }
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    yield bytes.subarray(start, bytes[end - 1] === 0x0d ? end - 1 : end);
    start = end + 1;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(who: string, what: string, line: Uint8Array, where: string): string {
  try {
    return utf8.decode(line);
  } catch {
    throw new SyntaxError(`${who}: a ${what} must be valid UTF-8, found invalid bytes in ${where}`);
  }
}
