import { show } from "../../schemas/index.js";
import type { PlaceInContext } from "./wordInContextFile.js";

/** Where a word stands in a sentence, and which of its senses it has there. */
export interface WordSense {
  readonly word: string;
  readonly isTest: boolean;
  readonly sense: string;
  readonly place: PlaceInContext;
}

const COLUMNS = 5;

/**
 * The sentences of a file of word senses, as those of CoarseWSD-20 (Loureiro et al. 2021): five columns between tabs, the word, `train` or `test`, its
 * sense, the number of its token from 0, and the sentence with a space between tokens. Blank lines are none.
 * @param path for messages
 * @throws SyntaxError, RangeError if a line is not of this form, or a word is tested of which no sense is known
 */
export function readWordSenses(text: string, path: string): WordSense[] {
  const items = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line, k) => (line.trim() === "" ? [] : [itemOf(line, `${path} line ${k + 1}`)]));
  const [known, tested] = [false, true].map(
    (isTest) => new Set(items.flatMap((item) => (item.isTest === isTest ? item.word : []))),
  ) as [Set<string>, Set<string>];
  if (tested.size === 0) throw new RangeError(`${path}: there must be sentences to test on, got none`);
  for (const word of tested)
    if (!known.has(word))
      throw new RangeError(`${path}: a word that is tested must have sentences to train on, got none of ${show(word)}`);
  return items;
}

function itemOf(text: string, where: string): WordSense {
  const columns = text.split("\t");
  if (columns.length !== COLUMNS)
    throw new SyntaxError(`${where}: must have ${COLUMNS} columns between tabs, got ${columns.length}`);
  const [word, part, sense, index, sentence] = columns as [string, string, string, string, string];
  if (part !== "train" && part !== "test")
    throw new SyntaxError(`${where}: the second column must be train or test, got ${show(part)}`);
  const tokens = sentence.split(" ");
  const target = /^\d+$/.test(index) ? tokens[Number(index)] : undefined;
  if (target === undefined)
    throw new RangeError(`${where}: a word must be one of ${tokens.length} tokens, 0 the first, got ${show(index)}`);
  const start = tokens.slice(0, Number(index)).reduce((sum, { length }) => sum + length + 1, 0);
  return { word, isTest: part === "test", sense, place: { sentence, start, end: start + target.length } };
}
