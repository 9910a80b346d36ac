import { printableLine } from "../../kernels/text/printable.js";
import { describeCommand } from "../describeCommand.js";

export const keywords = describeCommand({
  unit: "keywords",
  makes: "keywords",
  rows: "keywords",
  method: "How they are ranked: tfidf, textRank, phrases that occur twice",
  without: { counter: "withoutKeywords", told: "without a word that could be a keyword" },
  examples: [
    "lexstream keywords article.txt -k 5",
    "lexstream keywords 'news/*.txt' --method textRank --json > keywords.jsonl",
    "lexstream keywords papers.csv --field abstract --id doi",
    "curl -s example.org/a.txt | lexstream keywords -",
  ],
  rowAt: ({ phrase, score }, row) => ({ phrase: phrase[row]!, score: score[row]! }),
  inOrder: (rows) => rows,
  lineOf: ({ phrase, score }) => `  ${score.toFixed(4)}  ${printableLine(phrase)}\n`,
});
