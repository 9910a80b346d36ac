import { printableLine } from "../../kernels/text/printable.js";
import { type DescribedTopic, type TermOrder, termOrders, topicTerms } from "../../kernels/topics/topicTerms.js";
import { type WindowCoherence, windowCoherence } from "../../kernels/topics/windowCoherence.js";
import { loadTopics, openCooccurrence } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";

export const topics: Command = {
  name: "topics",
  usage: "TOPICS|RUN [-k N] [--by ORDER] [--coherence TABLE]",
  positionals: [1, 1],
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "Terms of a topic (default 10)" },
    by: {
      type: "string",
      value: "ORDER",
      description: `Order of the terms: ${termOrders.join(", ")} (default relevance)`,
    },
    lambda: {
      type: "string",
      value: "L",
      description: "For relevance: 1 is probability alone, 0 lift alone (default 0.6)",
    },
    coherence: {
      type: "string",
      value: "TABLE",
      description: "Co-occurrence table of flat windows, by which it is told how well these terms go together",
    },
    json: jsonOption,
  },
  examples: [
    "lexstream topics runs/lda",
    "lexstream topics topics.arrow -k 5 --by probability",
    "lexstream topics runs/lda --coherence runs/pairs",
  ],
  run: async (parsed, io) => {
    const by = (parsed.text("by") ?? "relevance") as TermOrder;
    if (!termOrders.includes(by))
      throw new UsageError(`topics: --by must be one of ${termOrders.join(", ")}, got ${by}`);
    const lambda = Number(parsed.text("lambda") ?? 0.6);
    if (!(lambda >= 0 && lambda <= 1))
      throw new UsageError(`topics: --lambda must be a number in 0 .. 1, got ${parsed.text("lambda")}`);
    const k = parsed.integer("k", 1) ?? 10;
    const described = topicTerms(await loadTopics(parsed.positionals[0]!), { k, by, lambda });
    const table = parsed.text("coherence");
    const coherence = table === undefined ? undefined : await coherenceIn(table, described);
    if (parsed.flag("json")) io.out(`${JSON.stringify(coherence ? withCoherence(described, coherence) : described)}\n`);
    else io.out(`${described.map(line).join("")}${coherence ? coherenceLines(coherence) : ""}`);
    return 0;
  },
};

const line = ({ topic, name, share, terms }: DescribedTopic): string =>
  `${String(topic).padStart(3)}  ${(100 * share).toFixed(1).padStart(4)} %  ${name === undefined ? "" : `${printableLine(name)}: `}${terms.map(({ term }) => printableLine(term)).join(" ")}\n`;

async function coherenceIn(path: string, described: readonly DescribedTopic[]): Promise<WindowCoherence> {
  const table = await openCooccurrence(path);
  try {
    const lists = described.map(({ terms }) => terms.map(({ term }) => term));
    return await windowCoherence(lists, table);
  } finally {
    table.close?.();
  }
}

const withCoherence = (described: readonly DescribedTopic[], { npmi, uci, cV }: WindowCoherence) =>
  described.map((topic, k) => ({ ...topic, coherence: { npmi: npmi[k], uci: uci[k], cV: cV[k] } }));

function coherenceLines({ npmi, uci, cV, unknownTerms }: WindowCoherence): string {
  const four = (values: Float64Array, k: number) => values[k]!.toFixed(4).padStart(8);
  const row = (head: string, values: readonly Float64Array[], k: number) =>
    `${head}  ${values.map((column) => four(column, k)).join("  ")}\n`;
  const mean = (values: Float64Array) => Float64Array.of(values.reduce((sum, each) => sum + each, 0) / values.length);
  return [
    "coherence  NPMI     C_uci     C_v\n",
    ...Array.from(npmi, (_, k) => row(String(k).padStart(4), [npmi, uci, cV], k)),
    row("mean", [mean(npmi), mean(uci), mean(cV)], 0),
    ...(unknownTerms > 0 ? [`${plural(unknownTerms, "term")} not in the table, whose pairs count -1\n`] : []),
  ].join("");
}
