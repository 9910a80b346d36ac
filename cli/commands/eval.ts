import { evaluateVectors, type VectorScores } from "../../pipelines/index.js";
import { type Command, jsonOption, UsageError } from "../command.js";

export const evaluate: Command = {
  name: "eval",
  summary: "Score vectors on word-similarity and analogy files",
  usage: "VECTORS [--similarity FILE]... [--analogies FILE]...",
  positionals: [1, 1],
  options: {
    similarity: {
      type: "string",
      multiple: true,
      value: "FILE",
      description: "Pairs with human scores: word TAB word TAB score",
    },
    analogies: {
      type: "string",
      multiple: true,
      value: "FILE",
      description: "Questions of four words a line, in sections `: name`",
    },
    json: jsonOption,
  },
  run: async (parsed, io) => {
    const similarity = parsed.texts("similarity");
    const analogies = parsed.texts("analogies");
    if (similarity.length + analogies.length === 0)
      throw new UsageError("eval: at least one --similarity or --analogies file must be given");
    const scores = await evaluateVectors(parsed.positionals[0]!, { similarity, analogies });
    if (parsed.flag("json")) io.out(`${JSON.stringify(scores)}\n`);
    else io.out(table(scores));
    return 0;
  },
};

function table({ similarity, analogies }: VectorScores): string {
  const pairs = Object.entries(similarity).map(
    ([file, { spearman, pearson, pairs: compared, skipped }]) =>
      `${file}: spearman ${spearman.toFixed(4)}, pearson ${pearson.toFixed(4)}, ${compared} pairs, ${skipped} without vectors`,
  );
  const questions = Object.entries(analogies).map(
    ([file, { total }]) =>
      `${file}: ${total.correct} of ${total.asked} right (${((100 * total.correct) / Math.max(1, total.asked)).toFixed(2)} %), ${total.skipped} without vectors`,
  );
  return [...pairs, ...questions, ""].join("\n");
}
