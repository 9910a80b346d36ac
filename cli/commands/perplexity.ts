import { builtIn, loadLanguageModel, openLanguageModel, perplexityOf } from "../../pipelines/index.js";
import { type Command, jsonOption, UsageError } from "../command.js";
import { readingOptions, textSource } from "./classify.js";

export const perplexity: Command = {
  name: "perplexity",
  usage: "MODEL|RUN FILE|- [--across corpus]",
  positionals: [2, 2],
  options: {
    across: {
      type: "string",
      value: "document|corpus",
      description: "Whether what the model keeps of a text goes on into the next one (default document)",
    },
    ...readingOptions,
    json: jsonOption,
  },
  examples: ["lexstream perplexity runs/rnnlm ptb.test.txt --across corpus"],
  run: async (parsed, io) => {
    const [path, file] = parsed.positionals as [string, string];
    const across = parsed.text("across") ?? "document";
    if (across !== "document" && across !== "corpus")
      throw new UsageError(`perplexity: --across must be document or corpus, got ${across}`);
    const open = await openLanguageModel("perplexity", await loadLanguageModel(path), builtIn);
    const told = await perplexityOf("perplexity", open, { ...textSource(parsed, file), across, signal: io.signal });
    if (parsed.flag("json")) {
      io.out(`${JSON.stringify(told)}\n`);
      return 0;
    }
    const { words, unknownShare, predicted, loss, bitsPerCharacter } = told;
    const row = (name: string, value: string) => `${name.padEnd(20)}${value}\n`;
    io.out(
      [
        row("words", `${words}, ${(100 * unknownShare).toFixed(2)} % of them unknown`),
        row("predicted", `${predicted}, ${(loss / predicted).toFixed(4)} nats each`),
        row("perplexity", `${perplexityOfMean(loss / predicted)} a token, ${perplexityOfMean(loss / words)} a word`),
        row("bits per character", bitsPerCharacter.toFixed(4)),
      ].join(""),
    );
    return 0;
  },
};

/** A whole paragraph that is one word to the steps can be less probable than numbers reach. */
function perplexityOfMean(nats: number): string {
  const perplexity = Math.exp(nats);
  return Number.isFinite(perplexity) ? perplexity.toFixed(2) : `e^${nats.toFixed(1)}`;
}
