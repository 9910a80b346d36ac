import { show } from "../../schemas/index.js";

/** Where a term stands in a sentence: from `start` up to `end`, in UTF-16 units. */
export interface PlaceInContext {
  readonly sentence: string;
  readonly start: number;
  readonly end: number;
}

/** Two sentences with the same word, and whether it has one sense in both. */
export interface WordInContext {
  readonly target: string;
  readonly partOfSpeech: string;
  readonly isSameSense: boolean;
  readonly places: readonly [PlaceInContext, PlaceInContext];
  /** The line of the file, from 1. */
  readonly line: number;
}

const COLUMNS = 9;

/** As the file and a classifier of it call the answers. */
export const SENSE_LABELS = ["F", "T"] as const;

export const senseLabelOf = ({ isSameSense }: Pick<WordInContext, "isSameSense">) => SENSE_LABELS[isSameSense ? 1 : 0];

/**
 * The questions of a file of words in context (Pilehvar and Camacho-Collados 2019, arXiv:1808.09121): nine columns between tabs, T or F, the
 * word, its part of speech, where it begins and ends in both sentences, and these. Blank lines are none.
 * @param path for messages
 * @throws SyntaxError, RangeError if a line is not of this form, or a place lies outside of its sentence
 */
export function readWordsInContext(text: string, path: string): WordInContext[] {
  const items = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line, k) => (line.trim() === "" ? [] : [itemOf(line, k + 1, path)]));
  if (items.length === 0) throw new RangeError(`${path}: there must be words in context, got none`);
  return items;
}

function itemOf(text: string, line: number, path: string): WordInContext {
  const where = `${path} line ${line}`;
  const columns = text.split("\t");
  if (columns.length !== COLUMNS)
    throw new SyntaxError(`${where}: must have ${COLUMNS} columns between tabs, got ${columns.length}`);
  const [truth, target, partOfSpeech, start1, end1, start2, end2, sentence1, sentence2] = columns as string[];
  if (truth !== "T" && truth !== "F")
    throw new SyntaxError(`${where}: the first column must be T or F, got ${show(truth)}`);
  return {
    ...{ target: target!, partOfSpeech: partOfSpeech!, isSameSense: truth === "T", line },
    places: [placeIn(sentence1!, start1!, end1!, where), placeIn(sentence2!, start2!, end2!, where)],
  };
}

function placeIn(sentence: string, from: string, to: string, where: string): PlaceInContext {
  const [start, end] = [from, to].map((told) => (/^\d+$/.test(told) ? Number(told) : Number.NaN)) as [number, number];
  if (start < end && end <= sentence.length) return { sentence, start, end };
  throw new RangeError(
    `${where}: a word must lie in its sentence, 0 to ${sentence.length}, got ${show(from)} to ${show(to)}`,
  );
}
