import { printableLine } from "../../kernels/text/printable.js";
import { loadVectors } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, UsageError } from "../command.js";
import { row } from "./neighbors.js";

const METHODS = ["3CosAdd", "3CosMul"] as const;

export const analogy: Command = {
  name: "analogy",
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
    const [path, ...terms] = parsed.positionals;
    const [a, b, c] = terms;
    const asked = parsed.text("method") ?? "3CosAdd";
    const method = METHODS.find((candidate) => candidate === asked);
    if (!method)
      throw new UsageError(`analogy: --method must be one of ${METHODS.join(", ")}, got ${JSON.stringify(asked)}`);
    const vectors = await loadVectors(path!, terms);
    const answers = vectors.analogy(a!, b!, c!, { method, topN: parsed.integer("k", 1) ?? 5 });
    const made = vectors.madeOfSubwords(terms);
    if (parsed.flag("json")) {
      const told = made.length > 0 ? { madeOfSubwords: made } : {};
      io.out(`${JSON.stringify({ a, b, c, method, ...told, answers })}\n`);
    } else {
      const heading = printableLine(`${a} is to ${b} as ${c} is to`);
      io.out(`${heading}${unseenNote(made)}\n${answers.map(row).join("")}`);
    }
    return 0;
  },
};

function unseenNote(terms: readonly string[]): string {
  const named = terms.map(printableLine).join(", ");
  return terms.length > 0 ? ` (not in the vocabulary, made of subwords: ${named})` : "";
}
