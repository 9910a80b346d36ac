import type { OperatorFunction } from "rxjs";
import { KeywordRanker } from "../../kernels/documents/keywordRanker.js";
import { formOf, writtenWords } from "../../kernels/documents/phraseForms.js";
import { WordFinder } from "../../kernels/documents/wordFinder.js";
import { ln } from "../../kernels/numbers/logarithm.js";
import type { RunScope } from "../../runtime/flow.js";
import { boolean, integer, oneOf, texts } from "../../schemas/fields.js";
import type { KeywordBatch } from "../../schemas/keywords.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { TextBatch } from "../../schemas/text.js";
import { defineUnit } from "../../schemas/units.js";
import { chineseRarity, chineseTagger } from "../text/chineseDictionary.js";
import { type DocumentWorker, documentRows } from "./documentRows.js";
import { plainWordFinder, termRule, wordFields } from "./documentWords.js";
import { taggedRule, writtenTagged } from "./taggedWords.js";

export const keywordsSchema = defineUnit({
  name: "keywords",
  kind: "operator",
  reads: "text",
  makes: "keywords",
  resumable: true,
  summary: "Finds the phrases that say what each document is about",
  paper: "Mihalcea and Tarau 2004 (W04-3252), TextRank; Spärck Jones 1972, Journal of Documentation 28(1), idf",
  compared: { options: () => ({ keywords: { method: "textRank" } }) },
  languages: { chinese: { language: "chinese", method: "phrases" }, english: { language: "english" } },
  fields: {
    method: oneOf(["tfidf", "textRank", "phrases"], {
      default: "tfidf",
      description:
        "How phrases are ranked: by words that are frequent here and in few documents so far; by TextRank; phrases that occur twice, by how rare their words are",
    }),
    ...wordFields,
    topN: integer({ default: 10, min: 1, description: "Most keywords of a document" }),
    maxWords: integer({ default: 4, min: 1, max: 10, description: "Most words in a keyword" }),
    windowSize: integer({
      default: 2,
      min: 2,
      max: 100,
      description: "Of textRank: words within such a stretch are joined, stop words left out; 2 are neighbours",
    }),
    tagged: boolean({
      default: false,
      description: "The text holds a tag behind each word, as taggers write them: neural/JJ networks/NNS",
    }),
    tags: texts({
      optional: true,
      description:
        "Beginnings of the tags of the words that keywords are made of; those of tagged text, else, in chinese, of jieba's dictionary. If left out, JJ and NN of tagged English, n and v of tagged Chinese",
    }),
  },
  create: (_, options): OperatorFunction<TextBatch, KeywordBatch> => keywords(options),
});

export type KeywordsOptions = OptionsOf<typeof keywordsSchema>;
type Settings = SettingsOf<typeof keywordsSchema>;

/**
 * Finds the phrases that say what each document is about. It reads text and no tokens, since phrases end at punctuation, which no token has.
 *
 * In:  TextBatch. Out: KeywordBatch, at most `topN` rows for each document that ends in a batch, the best first; nothing for one without
 * words, which is counted as `withoutKeywords`. Counts `wordsTooLong`, those of more than 1,000 bytes, which are left out.
 * State: one document, 20 to 40 times its bytes while it is worked on; `maxTerms` words of 100 to 150 bytes and their text. With method
 * tfidf it holds in how many documents each word stands so far, so that keywords depend on the documents before, and never on those behind.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or tags are to come from nowhere; in the
 *   stream, SyntaxError for tagged text with a word that has no tag, or a list of stop words that is no text
 * @see Mihalcea and Tarau 2004, https://aclanthology.org/W04-3252; docs/operators/keywords.md
 * @example
 *   files({ paths: "news", format: "file" }).pipe(keywords({ method: "textRank" }), writeKeywords({ path: "keywords.parquet" }))
 */
export function keywords(options?: KeywordsOptions): OperatorFunction<TextBatch, KeywordBatch> {
  const settings = parseOptions(keywordsSchema, options);
  if (settings.tags && !settings.tagged && settings.language !== "chinese")
    throw new TypeError(
      `keywords: tagged must be true for tags of english, which has no dictionary of tags, got ${settings.tagged}`,
    );
  return documentRows((scope) => keywordWorker(settings, scope), batchOf);
}

interface KeywordRow {
  readonly document: number;
  readonly id: string;
  readonly rank: number;
  readonly phrase: string;
  readonly score: number;
}

function keywordWorker(settings: Settings, { ledger }: RunScope): DocumentWorker<KeywordRow> {
  const { method, language, maxWords, topN, windowSize, tagged } = settings;
  const finder = finderOf(settings);
  const candidates = language === "chinese" || method === "phrases" ? "parts" : "runs";
  const isRanked = method === "textRank";
  const ranker = new KeywordRanker({ candidates, maxWords, topN, windowSize: isRanked ? windowSize : undefined });
  const rarity = method === "phrases" && language === "chinese" ? chineseIdf(finder) : idfSoFar(finder);
  const write = tagged ? writtenTagged : writtenWords;
  return {
    rowsOf({ number, id, bytes }) {
      const found = finder.find(bytes);
      if (found.tooLong > 0) ledger.add("wordsTooLong", found.tooLong);
      const ranked = ranker.rank(found, rarity);
      if (ranked.length === 0) ledger.add("withoutKeywords", 1);
      return ranked.map(({ words, score }, k) => {
        const phrase = formOf(bytes, words, found, (from, to) => write(bytes, found, from, to));
        return { document: number, id, rank: k + 1, phrase, score };
      });
    },
    save: () => finder.save(),
    restore: (state) => finder.restore(state),
  };
}

function finderOf(settings: Settings): WordFinder {
  const { language, tagged, tags, maxTerms } = settings;
  const termOf = termRule("keywords", settings);
  if (tagged)
    return new WordFinder({ mode: "whitespace", termOf: taggedRule(termOf, tags ?? NOUN_TAGS[language]), maxTerms });
  return plainWordFinder(settings, tags ? withTags(termOf, tags) : termOf);
}

/** Nouns and adjectives, as in the paper; in jieba's tags, in which adjectives tell little, nouns and verbs. */
const NOUN_TAGS = { english: ["JJ", "NN"], chinese: ["n", "v"] } as const;

/** Words that the dictionary lacks, as names and foreign ones are, pass with any tags. */
function withTags(termOf: (word: string) => string, tags: readonly string[]): (word: string) => string {
  const tagOf = chineseTagger();
  return (word) => {
    const tag = tagOf(word);
    return tag === undefined || tags.some((start) => tag.startsWith(start)) ? termOf(word) : "";
  };
}

/** As scikit-learn has it: ln((1 + N) / (1 + df)) + 1, so that a word of every document, and of a single one, counts. */
function idfSoFar(finder: WordFinder): (term: number) => number {
  return (term) => ln((1 + finder.documents) / (1 + finder.documentFrequency(term))) + 1;
}

function chineseIdf(finder: WordFinder): (term: number) => number {
  const known: number[] = [];
  return (term) => {
    known[term] ??= chineseRarity(finder.term(term));
    return known[term];
  };
}

function batchOf(rows: readonly KeywordRow[]): KeywordBatch {
  return {
    document: Int32Array.from(rows, ({ document }) => document),
    id: rows.map(({ id }) => id),
    rank: Int32Array.from(rows, ({ rank }) => rank),
    phrase: rows.map(({ phrase }) => phrase),
    score: Float64Array.from(rows, ({ score }) => score),
  };
}
