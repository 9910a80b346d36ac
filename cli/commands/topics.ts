import { type DescribedTopic, type TermOrder, termOrders, topicTerms } from "../../kernels/topics/topicTerms.js";
import { loadTopics } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";
import { printableLine } from "../printable.js";

export const topics: Command = {
  name: "topics",
  summary: "Show the first terms of each topic",
  usage: "TOPICS|RUN [-k N] [--by ORDER]",
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
    json: jsonOption,
  },
  examples: ["lexstream topics runs/lda", "lexstream topics topics.arrow -k 5 --by probability"],
  run: async (parsed, io) => {
    const by = (parsed.text("by") ?? "relevance") as TermOrder;
    if (!termOrders.includes(by))
      throw new UsageError(`topics: --by must be one of ${termOrders.join(", ")}, got ${by}`);
    const lambda = Number(parsed.text("lambda") ?? 0.6);
    if (!(lambda >= 0 && lambda <= 1))
      throw new UsageError(`topics: --lambda must be a number in 0 .. 1, got ${parsed.text("lambda")}`);
    const k = parsed.integer("k", 1) ?? 10;
    const described = topicTerms(await loadTopics(parsed.positionals[0]!), { k, by, lambda });
    io.out(parsed.flag("json") ? `${JSON.stringify(described)}\n` : described.map(line).join(""));
    return 0;
  },
};

const line = ({ topic, name, share, terms }: DescribedTopic): string =>
  `${String(topic).padStart(3)}  ${(100 * share).toFixed(1).padStart(4)} %  ${name === undefined ? "" : `${printableLine(name)}: `}${terms.map(({ term }) => printableLine(term)).join(" ")}\n`;
