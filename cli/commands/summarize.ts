import { printableLine } from "../../kernels/text/printable.js";
import { describeCommand } from "../describeCommand.js";

export const summarize = describeCommand({
  unit: "summarize",
  makes: "summaries",
  rows: "sentences",
  method: "How sentences are compared: textRank, lexRank",
  without: { counter: "withoutSummary", told: "with fewer than two sentences" },
  examples: [
    "lexstream summarize article.txt -k 3",
    "lexstream summarize book.txt --method lexRank -k 10",
    "lexstream summarize 'news/*.txt' --json > summaries.jsonl",
  ],
  rowAt: ({ rank, sentence, text, score }, row) => ({
    rank: rank[row]!,
    sentence: sentence[row]!,
    text: text[row]!,
    score: score[row]!,
  }),
  inOrder: (rows) => rows.toSorted((a, b) => a.sentence - b.sentence),
  lineOf: ({ text }) => `${printableLine(text)}\n`,
});
