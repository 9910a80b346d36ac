import type { ClassificationScores } from "../../kernels/evaluation/classification.js";
import type { SimilarityResult } from "../../kernels/evaluation/evaluate.js";
import type { AnalogyResult } from "../../kernels/evaluation/evaluateAnalogies.js";
import type { RetrievalScores } from "../../kernels/evaluation/retrieval.js";
import { contentOf, parquet } from "../../kernels/text/content.js";
import {
  evaluateClassifier,
  evaluateRetrieval,
  evaluateTopics,
  evaluateVectors,
  type VectorScores,
} from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { guessFormat } from "../../sources/documents/fileFormats.js";
import { firstBytes } from "../../storage/files/fileBytes.js";
import { type Command, type CommandOption, type Io, jsonOption, type Parsed, UsageError } from "../command.js";
import { rankingOf, scoringCommandOptions } from "../scoringOptions.js";
import { textTable } from "../textTable.js";
import { evaluatePairsInContext, evaluateSenses, wordScoreOptions } from "../wordScores.js";
import { textOptions, textRequest, textSource } from "./classify.js";

/** Files to score vectors on. */
export const evaluationOptions: Readonly<Record<string, CommandOption>> = {
  similarity: {
    type: "string",
    multiple: true,
    value: "FILE",
    description: "Pairs with human scores: word TAB word TAB score",
  },
  analogies: {
    type: "string",
    multiple: true,
    value: "FILE",
    description: "Questions of four words a line, in sections `: name`",
  },
};

export const evaluate: Command = {
  name: "eval",
  usage:
    "VECTORS|MODEL|CLASSIFIER|TOPICS|INDEX|RUN [--similarity FILE]... [--analogies FILE]... [--word-in-context FILE] [--word-senses FILE] [--labelled FILE] [--documents FILE] [--retrieval FILE --relevance FILE]",
  positionals: [1, 1],
  options: {
    ...evaluationOptions,
    labelled: { type: "string", value: "FILE", description: "Texts with the labels that a classifier is to tell" },
    documents: {
      type: "string",
      value: "FILE",
      description: "Texts that topics are to predict, half of each from the other half",
    },
    retrieval: {
      type: "string",
      value: "FILE",
      description: "Queries whose documents an index is to find: id TAB text",
    },
    relevance: {
      type: "string",
      value: "FILE",
      description: "Which documents they are: query TAB document TAB grade, or of TREC: query 0 document grade",
    },
    gain: {
      type: "string",
      value: "grade|N-grade",
      description:
        "What a grade counts: as it is, not relevant from 0 down; or where 1 is best, as in 5-grade: all are relevant, and count 5 less the grade, at least 1, as does a grade below 1 (default grade)",
    },
    depth: { type: "string", value: "N", description: "Documents of a query that are looked at (default 1000)" },
    k: {
      type: "string",
      short: "k",
      value: "N",
      description: "Labels to look at, for --labelled (default 1), or documents, for --retrieval (default 10)",
    },
    ...textOptions,
    ...wordScoreOptions,
    ...scoringCommandOptions,
    json: jsonOption,
  },
  run: async (parsed, io) => {
    const labelled = parsed.text("labelled");
    if (labelled !== undefined) return evaluateLabelled(parsed, io, labelled);
    const retrieval = parsed.text("retrieval");
    if (retrieval !== undefined) return evaluateQueries(parsed, io, retrieval);
    const pairs = parsed.text("word-in-context");
    if (pairs !== undefined) return evaluatePairsInContext(parsed, io, pairs);
    const senses = parsed.text("word-senses");
    if (senses !== undefined) return evaluateSenses(parsed, io, senses);
    const documents = parsed.text("documents");
    if (documents !== undefined) return evaluateDocuments(parsed, io, documents);
    const similarity = parsed.texts("similarity");
    const analogies = parsed.texts("analogies");
    if (similarity.length + analogies.length === 0)
      throw new UsageError(
        "eval: at least one --similarity, --analogies, --word-in-context, --word-senses, --labelled, --documents or --retrieval file must be given",
      );
    const scores = await evaluateVectors(parsed.positionals[0]!, { similarity, analogies });
    if (parsed.flag("json")) io.out(`${JSON.stringify(scores)}\n`);
    else io.out(table(scores));
    return 0;
  },
};

async function evaluateLabelled(parsed: Parsed, io: Io, file: string): Promise<number> {
  const { source, options } = textSource(parsed, file);
  const k = parsed.integer("k", 1) ?? 1;
  const format = source === "stdin" || holdsLines(file) ? { format: "labelled" } : {};
  const scores = await evaluateClassifier(parsed.positionals[0]!, {
    source,
    options: { ...format, ...options },
    k,
    ...textRequest(parsed, io),
  });
  if (scores.documents === 0)
    throw new RangeError(
      `eval: ${file} must have texts with labels, got ${plural(scores.withoutLabels, "text")} without; --labels names where a record holds them, --label-prefix how they begin in a line`,
    );
  io.out(parsed.flag("json") ? `${JSON.stringify(scores)}\n` : classificationTable(scores));
  return 0;
}

async function evaluateQueries(parsed: Parsed, io: Io, queries: string): Promise<number> {
  const relevance = parsed.text("relevance");
  if (relevance === undefined)
    throw new UsageError("eval: --retrieval must come with --relevance, the documents that fit its queries, got none");
  const scores = await evaluateRetrieval(parsed.positionals[0]!, {
    queries,
    relevance,
    gain: parsed.text("gain") ?? "grade",
    k: parsed.integer("k", 1) ?? 10,
    depth: parsed.integer("depth", 1) ?? 1000,
    ranking: rankingOf(parsed),
  });
  io.out(parsed.flag("json") ? `${JSON.stringify(scores)}\n` : retrievalTable(scores));
  return 0;
}

function retrievalTable(scores: RetrievalScores): string {
  const { queries, withoutRelevant, withoutHits, k } = scores;
  const four = (value: number) => value.toFixed(4);
  const left = [
    ...(withoutRelevant > 0 ? [`${withoutRelevant} without a relevant document left out`] : []),
    ...(withoutHits > 0 ? [`${withoutHits} that found nothing`] : []),
  ];
  return [
    [`${queries} ${queries === 1 ? "query" : "queries"}`, ...left].join(", "),
    `MAP ${four(scores.meanAveragePrecision)}, MRR ${four(scores.meanReciprocalRank)}`,
    `nDCG@${k} ${four(scores.ndcgAtK)}, P@${k} ${four(scores.precisionAtK)}, recall@${k} ${four(scores.recallAtK)}`,
    "",
  ].join("\n");
}

async function evaluateDocuments(parsed: Parsed, io: Io, file: string): Promise<number> {
  const { onNote: _, labelPrefix: __, ...request } = textRequest(parsed, io);
  const format = file.endsWith(".txt") ? { format: "lines" } : {};
  const { source, options } = textSource(parsed, file);
  const scores = await evaluateTopics(parsed.positionals[0]!, {
    source,
    options: { ...format, ...options },
    ...request,
  });
  if (scores.tokens === 0)
    throw new RangeError(`eval: ${file} must have texts of two tokens or more that the topics know, got none`);
  const { perplexity, tokens, documents, unknownTokens, coherence } = scores;
  const mean = (values: readonly number[]) => (values.reduce((sum, each) => sum + each, 0) / values.length).toFixed(4);
  io.out(
    parsed.flag("json")
      ? `${JSON.stringify(scores)}\n`
      : `perplexity ${perplexity.toFixed(2)} of ${plural(tokens, "token")} in ${plural(documents, "text")}, ${unknownTokens} unknown left out\ncoherence: NPMI ${mean(coherence.npmi)}, U_mass ${mean(coherence.uMass)}, C_v ${mean(coherence.cV)}, of the first ten terms in these texts\n`,
  );
  return 0;
}

/** Whether texts are lines and no records, so that their labels can only stand in the lines. */
function holdsLines(file: string): boolean {
  return guessFormat(file, contentOf(firstBytes(file, 8)) === parquet) === "lines";
}

const MOST_LABELS = 20;
const MOST_CONFUSIONS = 10;

function classificationTable(scores: ClassificationScores): string {
  const { documents, withoutLabels, withoutPrediction, k, labels, confusions, reliability } = scores;
  const four = (value: number) => value.toFixed(4);
  const left = [
    ...(withoutLabels > 0 ? [`${withoutLabels} without labels left out`] : []),
    ...(withoutPrediction > 0 ? [`${withoutPrediction} without a known word`] : []),
  ];
  const rows = labels
    .slice(0, MOST_LABELS)
    .map(({ label, precision, recall, f1, documents: of }) => [
      label,
      ...[precision, recall, f1].map(four),
      String(of),
    ]);
  const bins = reliability.map(({ from, to, documents: of, meanProbability, shareRight }) => [
    `${from.toFixed(2)} - ${to.toFixed(2)}`,
    String(of),
    four(meanProbability),
    four(shareRight),
  ]);
  return [
    [plural(documents, "text"), ...left].join(", "),
    `P@${k} ${four(scores.precisionAtK)}, R@${k} ${four(scores.recallAtK)}, micro F1 ${four(scores.microF1)}, macro F1 ${four(scores.macroF1)}`,
    `expected calibration error ${four(scores.calibrationError)}`,
    "",
    textTable([["label", "precision", "recall", "F1", "texts"], ...rows]),
    ...(labels.length > MOST_LABELS ? [`... and ${labels.length - MOST_LABELS} more; --json has all`] : []),
    "",
    textTable([
      ["confused", "with", "texts"],
      ...confusions
        .slice(0, MOST_CONFUSIONS)
        .map(({ given, predicted, documents: of }) => [given, predicted, String(of)]),
    ]),
    "",
    textTable([["probability", "texts", "mean", "right"], ...bins]),
    "",
  ].join("\n");
}

function table({ similarity, analogies }: VectorScores): string {
  const pairs = bothScores(similarity, correlations);
  const questions = bothScores(analogies, shareRight);
  return [...pairs, ...questions, ""].join("\n");
}

/** A line for each file, and where vectors have subwords another. */
function bothScores<Scores extends { readonly withSubwords?: Scores }>(
  byFile: Readonly<Record<string, Scores>>,
  inWords: (scores: Scores) => string,
): string[] {
  return Object.entries(byFile).flatMap(([file, scores]) => [
    `${file}: ${inWords(scores)}`,
    ...(scores.withSubwords ? [`${file}, with vectors made of subwords: ${inWords(scores.withSubwords)}`] : []),
  ]);
}

function shareRight({ total: { correct, asked, skipped } }: AnalogyResult): string {
  const share = asked === 0 ? "none could be asked" : `${((100 * correct) / asked).toFixed(2)} %`;
  return `${correct} of ${asked} right (${share}), ${skipped} without vectors`;
}

function correlations({ spearman, pearson, reason, pairs, skipped }: SimilarityResult): string {
  const found = reason ? `no correlation, ${reason}` : `spearman ${spearman.toFixed(4)}, pearson ${pearson.toFixed(4)}`;
  return `${found}, ${plural(pairs, "pair")}, ${skipped} without vectors`;
}
