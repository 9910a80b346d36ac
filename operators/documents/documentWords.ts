import { WordFinder } from "../../kernels/documents/wordFinder.js";
import { integer, oneOf, type TextFileOption, textFile } from "../../schemas/fields.js";
import { readTermList } from "../../storage/files/readTextLines.js";
import { hanSegmenter } from "../text/chineseDictionary.js";
import { stemOf } from "../vocabulary/stem.js";
import { type StopWordLanguage, stopWordLanguages, stopWords } from "../vocabulary/stopWords.js";

/** The options of units that look for the words of documents. */
export const wordFields = {
  language: oneOf(stopWordLanguages, {
    default: "english",
    description:
      "Language of the text: chinese is cut into words by the dictionary, of which those of one character count for nothing, and may hold English",
  }),
  stopWords: textFile({
    optional: true,
    description: "File of stop words, one a line in small letters, in the place of the language's own",
  }),
  maxTerms: integer({
    default: 1_000_000,
    min: 1,
    max: 500_000_000,
    description: "Distinct words held at once; when they become more, the rarest quarter or so is pruned",
  }),
} as const;

export interface WordSettings {
  readonly language: StopWordLanguage;
  readonly stopWords?: TextFileOption | undefined;
  readonly maxTerms: number;
}

/** Finds the words of plain text, which count as a rule says. */
export function plainWordFinder({ language, maxTerms }: WordSettings, termOf: (word: string) => string): WordFinder {
  const isChinese = language === "chinese";
  const segmenter = isChinese ? hanSegmenter([], false) : undefined;
  return new WordFinder({ mode: isChinese ? "chinese" : "words", segmenter, termOf, maxTerms });
}

/**
 * As which term a word counts: in small letters, English by its stem. Empty for stop words, for what has no letter, and for Chinese of one
 * character.
 */
export function termRule(who: string, { language, stopWords: file }: WordSettings): (word: string) => string {
  const dropped = new Set(file === undefined ? usualStopWords(language) : readTermList(who, file));
  const isTooShort = language === "chinese" ? (term: string) => !/../su.test(term) : () => false;
  return (word) => {
    const term = word.toLowerCase();
    if (dropped.has(term) || isTooShort(term) || !/\p{L}/u.test(term)) return "";
    return language === "english" ? stemOf(term) : term;
  };
}

/** Chinese texts hold English words as well. */
function usualStopWords(language: StopWordLanguage): readonly string[] {
  return language === "chinese" ? [...stopWords.chinese, ...stopWords.english] : stopWords.english;
}
