import { stopwords as english } from "@orama/stopwords/english";
import { stopwords as chinese } from "@orama/stopwords/mandarin";

export const stopWordLanguages = ["english", "chinese"] as const;
export type StopWordLanguage = (typeof stopWordLanguages)[number];

/**
 * Words that say little by themselves, in small letters: for English those of Snowball, with either apostrophe, for Chinese those of
 * stopwords-iso.
 */
export const stopWords: Readonly<Record<StopWordLanguage, readonly string[]>> = {
  // The list that the package has of Snowball's lacks its "a".
  english: ["a", ...english].flatMap((word) => [word, word.replaceAll("'", "’")]),
  chinese,
};
