import { printableLine } from "../../kernels/text/printable.js";
import { drawTermMap, type LayoutMethod, layoutMethods, type TermMap } from "../../pipelines/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, countNames, forceOption, jsonOption, type Parsed, UsageError } from "../command.js";

export const map: Command = {
  name: "map",
  usage: "VECTORS|RUN -o FILE.html|FILE.svg",
  positionals: [1, 1],
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "Where to write: .html or .svg (default map.html)",
    },
    top: {
      type: "string",
      aliases: countNames,
      value: "N",
      description: "Draw the first N terms, the most frequent (default 100000)",
    },
    terms: { type: "string", value: "A,B", description: "Point out these terms, with commas between" },
    "neighbors-of": {
      type: "string",
      value: "TERM",
      description: "Draw only this term and the nearest --top (default 200)",
    },
    method: { type: "string", value: "NAME", description: "neighbors (t-SNE, default) or pca" },
    seed: { type: "string", value: "N", description: "Another seed gives another map (default 1)" },
    title: { type: "string", value: "TEXT", description: "Title of the picture (default the file's name)" },
    force: forceOption,
    json: jsonOption,
  },
  examples: ["lexstream map runs/quickstart#word2vec -o map.html --terms garden,母亲"],
  run: async (parsed, io) => {
    const output = parsed.text("output") ?? "map.html";
    const terms = parsed.text("terms")?.split(",") ?? [];
    if (terms.includes(""))
      throw new UsageError(`map: --terms must have a term between commas, got ${terms.join(",")}`);
    requirePlace(output, parsed.flag("force"));
    const drawn = await drawTermMap(parsed.positionals[0]!, output, {
      ...{ method: methodOf(parsed), top: parsed.integer("top", 1), neighborsOf: parsed.text("neighbors-of") },
      ...{
        terms: parsed.text("terms")?.split(",") ?? [],
        seed: parsed.integer("seed", 0),
        title: parsed.text("title"),
      },
    });
    io.out(parsed.flag("json") ? `${JSON.stringify({ output, ...drawn })}\n` : plain(output, drawn));
    return 0;
  },
};

function methodOf(parsed: Parsed): LayoutMethod | undefined {
  const method = parsed.text("method");
  const known = layoutMethods.find((name) => name === method);
  if (method === undefined || known) return known;
  throw new UsageError(`map: --method must be one of ${layoutMethods.join(", ")}, got ${JSON.stringify(method)}`);
}

function plain(output: string, { what, neighborsKept, madeOfSubwords }: TermMap): string {
  const made = madeOfSubwords
    ? `not in the vocabulary, made of subwords: ${printableLine(madeOfSubwords.join(", "))}\n`
    : "";
  return `drew ${what} to ${output}; ${Math.round(100 * neighborsKept)} % of their nearest neighbours are nearest there, too\n${made}`;
}
