import { printableLine } from "../../kernels/text/printable.js";
import { builtIn, loadLanguageModel, type NextTerm, nextTerms, openLanguageModel } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption } from "../command.js";

export const next: Command = {
  name: "next",
  usage: "MODEL|RUN TEXT [-k N]",
  positionals: [2, 2],
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many terms (default 10)" },
    json: jsonOption,
  },
  examples: ['lexstream next runs/rnnlm "the president of the"'],
  run: async (parsed, io) => {
    const [path, text] = parsed.positionals as [string, string];
    const open = await openLanguageModel("next", await loadLanguageModel(path), builtIn);
    const terms = await nextTerms("next", open, text, parsed.integer("k", 1) ?? 10);
    const line = ({ shown, probability }: NextTerm) => `${probability.toFixed(4)}  ${printableLine(shown)}\n`;
    io.out(parsed.flag("json") ? `${JSON.stringify(terms)}\n` : terms.map(line).join(""));
    return 0;
  },
};
