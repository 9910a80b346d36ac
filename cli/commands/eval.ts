import type { SimilarityResult } from "../../kernels/evaluation/evaluate.js";
import { evaluateVectors, type VectorScores } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { type Command, type CommandOption, jsonOption, UsageError } from "../command.js";

/** Files to score vectors on. */
export const evaluationOptions: Readonly<Record<string, CommandOption>> = {
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
};

export const evaluate: Command = {
  name: "eval",
  summary: "Score vectors on word-similarity and analogy files",
  usage: "VECTORS|RUN [--similarity FILE]... [--analogies FILE]...",
  positionals: [1, 1],
  options: {
    ...evaluationOptions,
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
  const pairs = Object.entries(similarity).flatMap(([file, { withSubwords, ...known }]) => [
    `${file}: ${correlations(known)}`,
    ...(withSubwords ? [`${file}, with vectors made of subwords: ${correlations(withSubwords)}`] : []),
  ]);
  const questions = Object.entries(analogies).map(
    ([
      file,
      {
        total: { correct, asked, skipped },
      },
    ]) => {
      const share = asked === 0 ? "none could be asked" : `${((100 * correct) / asked).toFixed(2)} %`;
      return `${file}: ${correct} of ${asked} right (${share}), ${skipped} without vectors`;
    },
  );
  return [...pairs, ...questions, ""].join("\n");
}

function correlations({ spearman, pearson, reason, pairs, skipped }: SimilarityResult): string {
  const found = reason ? `no correlation, ${reason}` : `spearman ${spearman.toFixed(4)}, pearson ${pearson.toFixed(4)}`;
  return `${found}, ${plural(pairs, "pair")}, ${skipped} without vectors`;
}
