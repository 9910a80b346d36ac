import { printableLine } from "../../kernels/text/printable.js";
import { type ComparedScores, type ComparedTerm, type Comparison, compareVectors } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";
import { textTable } from "../textTable.js";
import { evaluationOptions } from "./eval.js";

export const compare: Command = {
  name: "compare",
  summary: "Compare two models: scores on the same pairs and questions, with intervals, and neighbours side by side",
  usage: "A B [--similarity FILE]... [--analogies FILE]... [--terms A,B,...] [-k N]",
  positionals: [2, 2],
  options: {
    ...evaluationOptions,
    terms: {
      type: "string",
      value: "TERMS",
      description: "Show the neighbours of these, with commas between (default: frequent ones that differ most)",
    },
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many neighbours (default 10)" },
    json: jsonOption,
  },
  examples: ["lexstream compare runs/first runs/second --similarity pairs.tsv --terms garden,母亲"],
  run: async (parsed, io) => {
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
  },
};

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
