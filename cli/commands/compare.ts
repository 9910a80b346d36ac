import { printableLine } from "../../kernels/text/printable.js";
import { type ComparedScores, type ComparedTerm, type Comparison, compareVectors } from "../../pipelines/index.js";
import {
  type Command,
  countNames,
  type Io,
  jsonOption,
  type Parsed,
  pluginOption,
  pluginsOption,
  UsageError,
} from "../command.js";
import { compareModels, DEFAULT_MINUTES } from "../compareModels.js";
import { forceOption, progressOption, resumeOption } from "../runTo.js";
import { textTable } from "../textTable.js";
import { evaluationOptions } from "./eval.js";

/** Options of a comparison of two models alone. */
const ofTwo: Command["options"] = {
  terms: {
    type: "string",
    value: "TERMS",
    description: "Show the neighbours of these, with commas between (default: frequent ones that differ most)",
  },
  k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many neighbours (default 10)" },
};

/** Options of a comparison of all models over one text alone. */
const ofAll: Command["options"] = {
  models: {
    type: "string",
    value: "NAMES",
    description: "Train these over the text, with commas between (default: all that can take part)",
  },
  budget: {
    type: "string",
    value: "MINUTES",
    description: `What training all may take on two processors, to choose sizes by (default ${DEFAULT_MINUTES})`,
  },
  labelled: {
    type: "string",
    value: "FILE",
    description: "Lines with labels: every tenth is scored on, a classifier learns from the others",
  },
  retrieval: { type: "string", value: "FILE", description: "Queries for documents of the text: id TAB text" },
  relevance: {
    type: "string",
    value: "FILE",
    description: "For --retrieval: which documents fit, query TAB document TAB grade",
  },
  "word-in-context": {
    type: "string",
    value: "FILE",
    description: "Pairs of sentences with a word that has one sense in both, or not",
  },
  keyphrases: {
    type: "string",
    value: "FILE",
    description: "Texts with the phrases that people gave them: id TAB phrase; phrase TAB text",
  },
  language: {
    type: "string",
    value: "NAME",
    description: "Language of the text: english, chinese (default: as train)",
  },
  seed: { type: "string", value: "N", description: "Seed of every random draw" },
  out: { type: "string", short: "o", aliases: ["output"], value: "DIR", description: "Folder (default: runs/compare)" },
  set: {
    type: "string",
    multiple: true,
    value: "PATH=VALUE",
    description: "Change an option of the config, as run does",
  },
  force: forceOption,
  resume: resumeOption,
  progress: progressOption,
  plugin: pluginOption,
  plugins: pluginsOption,
};

export const compare: Command = {
  name: "compare",
  usage:
    "CORPUS|CONFIG [-o DIR] [--similarity FILE]... [options] | A B [--similarity FILE]... [--terms A,B,...] [-k N]",
  positionals: [1, 2],
  options: { ...evaluationOptions, ...ofTwo, ...ofAll, json: jsonOption },
  examples: [
    "lexstream compare my.txt --similarity wordsim353.tsv --analogies questions-words.txt -o compared",
    "lexstream compare compare --models word2vec,glove",
    "lexstream compare runs/first runs/second --similarity pairs.tsv --terms garden,母亲",
  ],
  run: async (parsed, io) => {
    const isOfTwo = parsed.positionals.length === 2;
    requireNone(isOfTwo ? ofAll : ofTwo, isOfTwo ? "two models" : "all models over one text", parsed);
    return isOfTwo ? compareTwo(parsed, io) : compareModels(parsed, io);
  },
};

/** @throws UsageError for an option of the other comparison */
function requireNone(others: Command["options"], what: string, parsed: Parsed): void {
  const given = Object.keys(others).find((name) => parsed.value(name) !== undefined);
  if (given !== undefined) throw new UsageError(`compare: --${given} must not be given where ${what} are compared`);
}

async function compareTwo(parsed: Parsed, io: Io): Promise<number> {
  const [from, to] = parsed.positionals;
  const terms = parsed.text("terms")?.split(",");
  if (terms?.includes(""))
    throw new UsageError(`compare: --terms must have a term between commas, got ${terms.join(",")}`);
  const found = await compareVectors(from!, to!, {
    similarity: parsed.texts("similarity"),
    analogies: parsed.texts("analogies"),
    neighbors: parsed.integer("k", 1) ?? 10,
    ...(terms ? { terms } : {}),
  });
  io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : plain(found));
  return 0;
}

function plain({ a, b, shared, similarity, analogies, overlap, terms }: Comparison): string {
  const models = Object.entries({ A: a, B: b }).map(([name, { path, terms, vectorSize }]) => [
    ...[name, path],
    `${terms} terms x ${vectorSize}`,
  ]);
  const { meanJaccard, neighbors, terms: among } = overlap;
  const sections = [
    `${textTable(models)}\n${shared} terms are in both`,
    ...Object.entries(similarity).map(([file, scores]) => scored(file, "Spearman's correlation", scores)),
    ...Object.entries(analogies).map(([file, scores]) => scored(file, "share of right answers", scores)),
    `neighbours: mean Jaccard index ${meanJaccard.toFixed(3)}, ${neighbors} of each of the ${among} most frequent terms`,
    textTable([["term", "in both", "A", "B"], ...terms.map(neighborRow)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function scored(file: string, what: string, { withSubwords, ...known }: ComparedScores): string {
  const title = `${printableLine(file)}: ${what}; both know ${known.shared} of ${known.items}`;
  const table = scoresTable(title, "known", known);
  if (!withSubwords) return table;
  const { shared, items } = withSubwords;
  return `${table}\n${scoresTable(`with vectors made of subwords; both have ${shared} of ${items}`, "have", withSubwords)}`;
}

function scoresTable(title: string, counted: string, { known, unscored, ...scores }: ComparedScores): string {
  const { a, b, difference, draws } = scores;
  const isSure = difference.excludesZero;
  const left = unscored > 0 ? `\n  ${unscored} of ${draws} resamples had no score` : "";
  const row = (name: string, count: string, { score, low, high }: typeof a, sign = "", said = "") => {
    const [shown, from, to] = [score, low, high].map((value) => `${value > 0 ? sign : ""}${value.toFixed(3)}`);
    return Number.isNaN(score) ? [name, count, "none", "", ""] : [name, count, shown!, `${from} to ${to}`, said];
  };
  const rows = [
    ["", counted, "score", "95 % interval", ""],
    row("A", String(known.a), a),
    row("B", String(known.b), b),
    row("B - A", "", difference, "+", isSure ? "differ: 0 lies outside" : "may be chance: 0 lies inside"),
  ];
  return `${title}\n${textTable(rows, { right: [1, 2], indent: "  " })}${left}`;
}

/** Stands before the neighbours of a term that the model does not have. */
const UNSEEN = "(made of subwords) ";

function neighborRow({ term, a, b, madeOfSubwords = [] }: ComparedTerm): string[] {
  const [inA, inB] = [a, b].map((near) => near?.map((neighbor) => neighbor.term));
  const common = inA && inB ? String(inA.filter((each) => inB.includes(each)).length) : "";
  const shown = (near: string[] | undefined, model: "a" | "b") =>
    near ? `${madeOfSubwords.includes(model) ? UNSEEN : ""}${near.join(" ")}` : "(not known)";
  return [term, common, shown(inA, "a"), shown(inB, "b")];
}
