import { loadVectors } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";
import { printableLine } from "../printable.js";
import { row } from "./neighbors.js";

const METHODS = ["3CosAdd", "3CosMul"] as const;

export const analogy: Command = {
  name: "analogy",
  summary: "A is to B as C is to what? By vector arithmetic",
  usage: "VECTORS|RUN A B C [-k N] [--method 3CosMul]",
  positionals: [4, 4],
  termsFrom: 1,
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many answers (default 5)" },
    method: { type: "string", value: "NAME", description: `${METHODS.join(" or ")} (default 3CosAdd)` },
    json: jsonOption,
  },
  examples: ["lexstream analogy vectors.arrow man king woman"],
  run: async (parsed, io) => {
    const [path, a, b, c] = parsed.positionals;
    const asked = parsed.text("method") ?? "3CosAdd";
    const method = METHODS.find((candidate) => candidate === asked);
    if (!method) throw new UsageError(`--method must be one of ${METHODS.join(", ")}, got ${JSON.stringify(asked)}`);
    const vectors = await loadVectors(path!);
    const answers = vectors.analogy(a!, b!, c!, { method, topN: parsed.integer("k", 1) ?? 5 });
    const heading = printableLine(`${a} is to ${b} as ${c} is to`);
    io.out(parsed.flag("json") ? `${JSON.stringify(answers)}\n` : `${heading}\n${answers.map(row).join("")}`);
    return 0;
  },
};
