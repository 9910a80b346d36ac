import type { TextFileOption } from "../../schemas/fields.js";
import { readTextLines, type TextLine } from "../../storage/files/readTextLines.js";

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
export function readUserDictionaries(files: readonly TextFileOption[]): UserWord[] {
  return files.flatMap((file) =>
    readTextLines("chineseDictionary", "user dictionary", file)
      .map(parseLine)
      .filter((entry) => entry !== undefined),
  );
}

const largestFrequency = 0xffff_ffff;

function parseLine({ text, where }: TextLine): UserWord | undefined {
  const fields = text.trim().split(/\s+/);
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
