import type { OperatorFunction } from "rxjs";
import { type DescribedTopic, termOrders, topicTerms } from "../kernels/topics/topicTerms.js";
import { integer, number, oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { Topics } from "../schemas/topics.js";
import { defineUnit } from "../schemas/units.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { writeOnce } from "./writeOnce.js";

/** How the terms of topics are told, wherever that is. */
export const topicTermFields = {
  k: integer({ min: 1, max: 1000, default: 10, aliases: ["topN"], description: "Terms of a topic" }),
  by: oneOf(termOrders, {
    default: "relevance",
    description:
      "Order of the terms: probability in the topic, lift (that over the term's share of the corpus), relevance, between the two, or classTfIdf (probability times ln(1 + mean topic / term))",
  }),
  lambda: number({ min: 0, max: 1, default: 0.6, description: "For relevance: 1 is probability alone, 0 lift alone" }),
} as const;

export const describeTopicsSchema = defineUnit({
  name: "describeTopics",
  kind: "sink",
  reads: "topics",
  makes: "topics",
  isReport: true,
  summary: "Writes the first terms of each topic, for people",
  paper: "Sievert and Shirley 2014, W14-3110",
  fields: {
    path: text({ description: "Text file to write", file: "output", example: "topics.txt" }),
    ...topicTermFields,
  },
  create: (_, options): OperatorFunction<Topics, Topics> => describeTopics(options),
});

export type DescribeTopicsOptions = OptionsOf<typeof describeTopicsSchema>;

/**
 * Writes a line a topic: its number, which it keeps, its name if it has one, its share of all weights, and its first terms; and passes the topics on.
 *
 * In, out: Topics, V terms, K topics. State: 4 V K bytes.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   topics$.pipe(describeTopics({ path: "topics.txt", k: 8 }))
 */
export function describeTopics(options: DescribeTopicsOptions): OperatorFunction<Topics, Topics> {
  const { path, ...settings } = parseOptions(describeTopicsSchema, options);
  return writeOnce("describeTopics", path, async (topics) => {
    const described = topicTerms(topics, settings);
    const file = new DurableFile(path);
    file.write(new TextEncoder().encode(`${["topics and their first terms", ...described.map(line)].join("\n")}\n`));
    file.commit();
    return { rows: described.length, taken: topics.vocabulary.terms.length };
  });
}

const line = ({ topic, name, share, terms }: DescribedTopic): string =>
  `  ${[topic, ...(name === undefined ? [] : [name])].join(" ")} (${(100 * share).toFixed(1)} %): ${terms.map(({ term }) => term).join(" ")}`;
