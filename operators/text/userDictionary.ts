import { readFileSync } from "node:fs";
import { textFault } from "../../kernels/text/content.js";
import { withoutMark } from "../../kernels/text/utf8.js";

/** A word of a user's file; frequency 0 takes it out of what came before. */
export interface UserWord {
  readonly word: string;
  readonly frequency?: number;
  /** The file and the line, for messages. */
  readonly where: string;
}

/**
 * The words of files in jieba's format, UTF-8, one a line: `word [frequency] [tag]`.
 *
 * @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file
 */
export function readUserDictionaries(paths: readonly string[]): UserWord[] {
  return paths.flatMap((path) =>
    Array.from(linesOf(readUserDictionary(path)), (line, i) => parseLine(line, `${path} line ${i + 1}`)).filter(
      (entry) => entry !== undefined,
    ),
  );
}

function readUserDictionary(path: string): Uint8Array {
  const bytes = bytesOf(path);
  const fault = textFault(bytes);
  if (fault) throw new SyntaxError(`chineseDictionary: ${path}: ${fault}`);
  return withoutMark(bytes);
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`chineseDictionary: cannot read the user dictionary ${path}: ${(error as Error).message}`);
  }
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const largestFrequency = 0xffff_ffff;

function parseLine(line: Uint8Array, where: string): UserWord | undefined {
  const fields = decodeLine(line, where).trim().split(/\s+/);
  const [word, second = "", ...others] = fields;
  if (!word) return undefined;
  const hasFrequency = /^[-+.\d]/.test(second);
  if (hasFrequency && !(/^\d+$/.test(second) && Number(second) <= largestFrequency)) {
    const range = `an integer from 0 to ${largestFrequency}`;
    throw new SyntaxError(`chineseDictionary: a frequency must be ${range}, got "${second}", in ${where}`);
  }
  const [tag = "n", ...rest] = hasFrequency || second === "" ? others : [second, ...others];
  if (rest.length > 0 || !/^[a-z]\w*$/i.test(tag)) {
    const found = fields.join(" ").slice(0, 60);
    throw new SyntaxError(`chineseDictionary: a line must be "word [frequency] [tag]", got "${found}", in ${where}`);
  }
  return hasFrequency ? { word, frequency: Number(second), where } : { word, where };
}

function decodeLine(line: Uint8Array, where: string): string {
  try {
    return utf8.decode(line);
  } catch {
    throw new SyntaxError(`chineseDictionary: a dictionary must be valid UTF-8, found invalid bytes in ${where}`);
  }
}
