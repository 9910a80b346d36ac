import type { OperatorFunction } from "rxjs";
import { sentenceStarts, wordsOfSentences } from "../../kernels/documents/documentSentences.js";
import { oneLine } from "../../kernels/documents/phraseForms.js";
import { rankVertices } from "../../kernels/documents/rankVertices.js";
import { cosineMeasure, overlapMeasure, sentenceGraph } from "../../kernels/documents/sentenceGraph.js";
import type { WholeText } from "../../kernels/documents/wholeTexts.js";
import type { WordFinder } from "../../kernels/documents/wordFinder.js";
import type { RunScope } from "../../runtime/flow.js";
import { boolean, integer, oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import type { SummaryBatch } from "../../schemas/summaries.js";
import type { TextBatch } from "../../schemas/text.js";
import { defineUnit } from "../../schemas/units.js";
import { type DocumentWorker, documentRows } from "./documentRows.js";
import { plainWordFinder, termRule, wordFields } from "./documentWords.js";

export const summarizeSchema = defineUnit({
  name: "summarize",
  kind: "operator",
  reads: "text",
  makes: "summaries",
  resumable: true,
  summary: "Chooses the sentences that stand best for each document",
  paper: "Mihalcea and Tarau 2004 (W04-3252), TextRank; Erkan and Radev 2004, JAIR 22, LexRank",
  languages: { chinese: { language: "chinese" }, english: { language: "english" } },
  fields: {
    method: oneOf(["textRank", "lexRank"], {
      default: "textRank",
      description:
        "How alike sentences are: by the number of words that both have, or by the cosine of their words' weights, above 0.1",
    }),
    ...wordFields,
    topN: integer({ default: 3, min: 1, description: "Most sentences of a document" }),
    newline: boolean({
      default: false,
      description: "A line end ends a sentence, a blank line does anyway; of no use behind splitSentences",
    }),
  },
  create: (_, options): OperatorFunction<TextBatch, SummaryBatch> => summarize(options),
});

export type SummarizeOptions = OptionsOf<typeof summarizeSchema>;
type Settings = SettingsOf<typeof summarizeSchema>;

/**
 * Chooses the sentences that stand best for each document: those that are like many others that are like many others.
 *
 * In:  TextBatch, whose sentences are taken where `splitSentences` has marked them, and else found by the same rules. Out: SummaryBatch, at
 * most `topN` rows for each document that ends in a batch, the best first; nothing for one with fewer than two sentences with words, which
 * is counted as `withoutSummary`. Counts `wordsTooLong`, those of more than 1,000 bytes, which are left out.
 * State: one document, 50 to 80 times its bytes while it is worked on; `maxTerms` words of 100 to 150 bytes
 * and their text. What a document has for a summary depends on no other.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; in the stream, SyntaxError for a list of
 *   stop words that is no text
 * @see Mihalcea and Tarau 2004, https://aclanthology.org/W04-3252; Erkan and Radev 2004, https://doi.org/10.1613/jair.1523
 * @example
 *   files({ paths: "book.txt", format: "file" }).pipe(summarize({ topN: 5 }), writeSummaries({ path: "summaries.parquet" }))
 */
export function summarize(options?: SummarizeOptions): OperatorFunction<TextBatch, SummaryBatch> {
  const settings = parseOptions(summarizeSchema, options);
  return documentRows((scope) => summaryWorker(settings, scope), batchOf);
}

interface SummaryRow {
  readonly document: number;
  readonly id: string;
  readonly rank: number;
  readonly sentence: number;
  readonly text: string;
  readonly score: number;
}

function summaryWorker(settings: Settings, { ledger }: RunScope): DocumentWorker<SummaryRow> {
  const finder = plainWordFinder(settings, termRule("summarize", settings));
  return {
    rowsOf(text) {
      const { number: document, id, bytes } = text;
      const { starts, best, tooLong } = chosenSentences(finder, text, settings);
      if (tooLong > 0) ledger.add("wordsTooLong", tooLong);
      if (best.length === 0) ledger.add("withoutSummary", 1);
      return best.map(({ sentence, score }, k) => ({
        ...{ document, id, rank: k + 1, sentence, score },
        text: oneLine(bytes.subarray(starts[sentence], starts[sentence + 1])),
      }));
    },
    save: () => ({ facts: {}, arrays: {} }),
    restore: () => {},
  };
}

function chosenSentences(finder: WordFinder, { bytes, sentenceOffsets }: WholeText, settings: Settings) {
  const starts = sentenceOffsets ?? sentenceStarts(bytes, settings.newline);
  const found = finder.find(bytes);
  const words = wordsOfSentences(found, starts);
  const hasWords = (sentence: number) => words.offsets[sentence]! < words.offsets[sentence + 1]!;
  const sentences = Array.from(starts.keys()).filter(hasWords);
  if (sentences.length < 2) return { starts, best: [], tooLong: found.tooLong };
  const measure = settings.method === "textRank" ? overlapMeasure(words) : cosineMeasure(words);
  const scores = rankVertices(sentenceGraph(words, measure));
  const ranked = sentences.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const best = ranked.slice(0, settings.topN).map((sentence) => ({ sentence, score: scores[sentence]! }));
  return { starts, best, tooLong: found.tooLong };
}

function batchOf(rows: readonly SummaryRow[]): SummaryBatch {
  return {
    document: Int32Array.from(rows, ({ document }) => document),
    id: rows.map(({ id }) => id),
    rank: Int32Array.from(rows, ({ rank }) => rank),
    sentence: Int32Array.from(rows, ({ sentence }) => sentence),
    text: rows.map(({ text }) => text),
    score: Float64Array.from(rows, ({ score }) => score),
  };
}
