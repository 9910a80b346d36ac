import {
  evaluateWordInContext,
  evaluateWordSenses,
  type SenseScores,
  type TargetOptions,
  type WordInContextScores,
  type WordSensesScores,
} from "../pipelines/index.js";
import { plural } from "../schemas/index.js";
import type { CommandOption, Io, Parsed } from "./command.js";
import { contextChoice, contextOptions } from "./contextOptions.js";
import { textTable } from "./textTable.js";

/** Files that say of words where they stand what they mean, and how a model is asked for it. */
export const wordScoreOptions: Readonly<Record<string, CommandOption>> = {
  "word-in-context": {
    type: "string",
    value: "FILE",
    description: "Pairs of sentences with a word that has one sense in both, or not: T or F, word, places, sentences",
  },
  train: {
    type: "string",
    value: "FILE",
    description:
      "For --word-in-context: other pairs, on which thresholds are chosen (default: nine tenths of the file)",
  },
  "word-senses": {
    type: "string",
    value: "FILE",
    description: "Sentences with senses of words: word, train or test, sense, number of its token, sentence",
  },
  "per-sense": {
    type: "string",
    value: "N",
    description:
      "For --word-senses: sentences of each sense at most to train on, and as many for each sense of a word to test on (default 100)",
  },
  seed: { type: "string", value: "N", description: "For --word-senses: seed of the draws (default 1)" },
  ...contextOptions,
  layer: {
    ...contextOptions.layer!,
    description: "0 for the embeddings, a number, the last, mix, or all and their mean (default all)",
  },
};

function targetOptions(parsed: Parsed, io: Io): TargetOptions {
  const { layers, pooling } = contextChoice(parsed, parsed.text("layer") ?? "all");
  return { layers, pooling, steps: parsed.text("steps"), signal: io.signal };
}

export async function evaluatePairsInContext(parsed: Parsed, io: Io, file: string): Promise<number> {
  const request = { file, train: parsed.text("train"), ...targetOptions(parsed, io) };
  const scores = await evaluateWordInContext("eval", parsed.positionals[0]!, request);
  io.out(parsed.flag("json") ? `${JSON.stringify(scores)}\n` : pairsTable(scores));
  return 0;
}

export async function evaluateSenses(parsed: Parsed, io: Io, file: string): Promise<number> {
  const request = {
    ...{ file, perSense: parsed.integer("per-sense", 1) ?? 100, seed: parsed.integer("seed", 0) ?? 1 },
    ...targetOptions(parsed, io),
  };
  const scores = await evaluateWordSenses("eval", parsed.positionals[0]!, request);
  io.out(parsed.flag("json") ? `${JSON.stringify(scores)}\n` : sensesTable(scores));
  return 0;
}

const percent = (share: number) => (100 * share).toFixed(2);

function pairsTable({ pairs, learned, majority, ways }: WordInContextScores): string {
  const chosen = learned > 0 ? `${plural(learned, "other pair")}` : "nine tenths of them, in turn for each tenth";
  const rows = Object.entries(ways).map(([way, { accuracy, standardError, threshold, withoutVectors }]) => [
    ...[way, `${percent(accuracy)} %`, `± ${percent(standardError)}`, threshold?.toFixed(4) ?? ""],
    withoutVectors > 0 ? String(withoutVectors) : "",
  ]);
  const table = [
    ["", "right", "standard error", "threshold", "without vectors"],
    ["majority", `${percent(majority.accuracy)} %`, `± ${percent(majority.standardError)}`, "", ""],
    ...rows,
  ];
  return `${plural(pairs, "pair")}, thresholds chosen on ${chosen}\n${withoutEmptyColumns(table, [1, 2, 3, 4])}\n`;
}

function sensesTable({ train, test, senses, majority, ways, words }: WordSensesScores): string {
  const head = ["", "accuracy", "95 % interval", "macro F1", "95 % interval", "without vectors"];
  const row = (name: string, { accuracy, macroF1 }: SenseScores, without = 0) => [
    ...[
      name,
      ...[accuracy, macroF1].flatMap(({ score, low, high }) => [percent(score), `${percent(low)} to ${percent(high)}`]),
    ],
    without > 0 ? String(without) : "",
  ];
  const rows = Object.entries(ways).map(([way, scores]) => row(way, scores, scores.withoutVectors));
  const [best] = Object.entries(ways).reduce((a, b) => (b[1].accuracy.score > a[1].accuracy.score ? b : a));
  const byWord = Object.entries(words).map(([word, scores]) => {
    const { accuracy, macroF1 } = scores.ways[best]!;
    return [
      ...[word, String(scores.senses), String(scores.test), percent(scores.majority.accuracy.score)],
      ...[percent(accuracy.score), `${percent(accuracy.low)} to ${percent(accuracy.high)}`, percent(macroF1.score)],
    ];
  });
  return [
    `${plural(Object.keys(words).length, "word")}, ${plural(senses, "sense")}: ${test} sentences tested, by ${train} others; in %`,
    withoutEmptyColumns([head, row("majority", majority), ...rows], [1, 2, 3, 4, 5]),
    "",
    textTable([["word", "senses", "tested", "majority", best, "95 % interval", "macro F1"], ...byWord], {
      right: [1, 2, 3, 4, 5, 6],
    }),
    "",
  ].join("\n");
}

function withoutEmptyColumns(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const kept = rows[0]!.map((_, column) => rows.slice(1).some((row) => row[column] !== ""));
  return textTable(
    rows.map((row) => row.filter((_, column) => kept[column] || column === 0)),
    { right },
  );
}
