import { printableLine } from "../../kernels/text/printable.js";
import { builtIn, loadLanguageModel, openLayers, type Senses, sensesOf } from "../../pipelines/index.js";
import { plural } from "../../schemas/index.js";
import { type Command, jsonOption, UsageError } from "../command.js";
import { contextOptions, contextRequest } from "../contextOptions.js";
import { readingOptions } from "./classify.js";

export const senses: Command = {
  name: "senses",
  usage: "MODEL|RUN TERM FILE|- [-k GROUPS]",
  positionals: [3, 3],
  options: {
    k: {
      type: "string",
      short: "k",
      value: "N",
      description: "How many groups (default: as few as lie apart about as well as any number up to 6)",
    },
    sentences: { type: "string", value: "N", description: "Sentences that are shown of each group (default 3)" },
    ...contextOptions,
    layer: { ...contextOptions.layer!, description: "0 for the embeddings, a number, the last, or mix (default last)" },
    seed: { type: "string", value: "N", description: "Seed of where the groups begin (default 1)" },
    ...readingOptions,
    json: jsonOption,
  },
  examples: ["lexstream senses runs/elmo bank text.txt", "lexstream senses runs/elmo 苹果 text.txt -k 2"],
  run: async (parsed, io) => {
    const [path, term, file] = parsed.positionals as [string, string, string];
    const request = contextRequest(parsed, io, file, "last");
    if (request.layers.kind === "all") throw new UsageError("senses: --layer must be one, or their mix, got all");
    const how = {
      count: parsed.integer("k", 1),
      seed: parsed.integer("seed", 0) ?? 1,
      shown: parsed.integer("sentences", 1) ?? 3,
    };
    const open = await openLayers("senses", await loadLanguageModel(path), builtIn);
    const found = await sensesOf(open, term, { ...request, ...how });
    io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : told(found));
    return 0;
  },
};

function told({ term, occurrences, silhouette, senses: groups }: Senses): string {
  const head = `${printableLine(term)}: ${plural(occurrences, "place")}, ${plural(groups.length, "group")}`;
  const apart = groups.length > 1 ? `, silhouette ${silhouette.toFixed(2)}` : "";
  const lines = groups.flatMap(({ share, sentences }, k) => [
    `${k + 1}  ${(100 * share).toFixed(1)} %`,
    ...sentences.map((sentence) => `   ${printableLine(sentence)}`),
  ]);
  return `${head}${apart}\n${lines.join("\n")}\n`;
}
