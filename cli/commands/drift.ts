import { type Drift, driftBetween, type MovedTerm, type Quantiles, type UnseenDrift } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { type Command, countNames, jsonOption } from "../command.js";

export const drift: Command = {
  name: "drift",
  usage: "OLD NEW [--top N] [-k N] [--terms N] [--unseen]",
  positionals: [2, 2],
  options: {
    top: {
      type: "string",
      aliases: countNames,
      value: "N",
      description: "How many terms to list, those that moved furthest (default 20)",
    },
    k: { type: "string", short: "k", value: "N", description: "How many neighbours to compare (default 10)" },
    terms: { type: "string", value: "N", description: "Look only at the first N rows of NEW, the most frequent terms" },
    sample: {
      type: "string",
      value: "N",
      description: "Compare the neighbours of N terms for the summary (default 500)",
    },
    unseen: {
      type: "boolean",
      description: "Compare words of one side alone, too, with the vector that the other makes of their subwords",
    },
    json: jsonOption,
  },
  examples: ["lexstream drift monday/vectors.arrow tuesday/vectors.arrow --top 10 --terms 20000"],
  run: async (parsed, io) => {
    const [from, to] = parsed.positionals;
    const neighbors = parsed.integer("k", 1) ?? 10;
    const found = await driftBetween(from!, to!, {
      ...{ top: parsed.integer("top", 0), neighbors, terms: parsed.integer("terms", 1) },
      ...{ sample: parsed.integer("sample", 0), unseen: parsed.flag("unseen") },
    });
    io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : plain(found, neighbors));
    return 0;
  },
};

/** Terms of one file alone that are named; JSON names all. */
const NAMED = 10;

function plain({ shared, onlyOld, onlyNew, aligned, plain: raw, jaccard, moved, unseen }: Drift, k: number): string {
  const lines = [
    `${plural(shared, "term")} compared; ${inOne(onlyOld)} only in the old; ${inOne(onlyNew)} only in the new`,
    ...distances(aligned, raw),
    ...(jaccard ? [quantiles(`Jaccard index of ${plural(k, "neighbour")}`, jaccard)] : []),
    ...(moved.length > 0 ? ["moved furthest (aligned, as it is, Jaccard index)"] : []),
    ...moved.map((term) => movedTerm(term)),
    ...(unseen ? ["", ...unseenLines(unseen)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function unseenLines({ madeByOld, madeByNew, aligned, plain: raw, moved }: UnseenDrift): string[] {
  return [
    `made of subwords: ${plural(madeByOld, "term")} of the new by the old, ${madeByNew} of the old by the new`,
    ...(aligned && raw ? distances(aligned, raw) : []),
    ...(moved.length > 0 ? ["furthest from what was made (aligned, as it is, Jaccard index)"] : []),
    ...moved.map((term) => movedTerm(term, ` (made by the ${term.madeBy})`)),
  ];
}

const distances = (aligned: Quantiles, raw: Quantiles): string[] => [
  row("", ["mean", "10%", "50%", "90%", "max"]),
  quantiles("cosine distance, spaces aligned", aligned),
  quantiles("cosine distance, as they are", raw),
];

function inOne(terms: readonly string[]): string {
  const some = terms.slice(0, NAMED).join(", ");
  return terms.length === 0 ? "0" : `${terms.length} (${some}${terms.length > NAMED ? ", ..." : ""})`;
}

const row = (title: string, cells: readonly string[]): string =>
  `${title.padEnd(34)} ${cells.map((cell) => cell.padStart(6)).join(" ")}`;

const quantiles = (title: string, { mean, p10, median, p90, max }: Quantiles): string =>
  row(
    title,
    [mean, p10, median, p90, max].map((value) => value.toFixed(3)),
  );

function movedTerm({ term, aligned, plain: raw, jaccard, gone, come }: MovedTerm, by = ""): string {
  const numbers = [aligned, raw, jaccard].map((value) => value.toFixed(3)).join("  ");
  return `  ${numbers}  ${term}${by}\n      gone: ${gone.join(" ") || "none"}\n      come: ${come.join(" ") || "none"}`;
}
