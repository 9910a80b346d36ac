import { printable } from "../../kernels/text/printable.js";
import {
  builtIn,
  generateTerms,
  goneOn,
  loadLanguageModel,
  openLanguageModel,
  shownTerm,
} from "../../pipelines/index.js";
import { type Command, jsonOption, UsageError } from "../command.js";

export const generate: Command = {
  name: "generate",
  usage: "MODEL|RUN [--prompt TEXT] [--length N] [--temperature T]",
  positionals: [1, 1],
  options: {
    prompt: {
      type: "string",
      short: "p",
      value: "TEXT",
      description: "What it goes on with (default: the beginning of a sentence)",
    },
    length: { type: "string", value: "N", description: "Terms at most (default 100)" },
    temperature: {
      type: "string",
      value: "T",
      description: "Below 1 is surer, 0 the most probable, above 1 bolder (default 1)",
    },
    "top-k": { type: "string", value: "K", description: "Draw among the K most probable (default: all)" },
    "top-p": {
      type: "string",
      value: "P",
      description: "Draw among those that together have this probability (default 1)",
    },
    sentence: { type: "boolean", description: "End with the first sentence" },
    seed: { type: "string", value: "N", description: "Seed of the draws (default 1)" },
    json: jsonOption,
  },
  examples: ['lexstream generate runs/rnnlm --prompt "the company said" --length 30 --temperature 0.8'],
  run: async (parsed, io) => {
    const prompt = parsed.text("prompt") ?? "";
    const request = {
      prompt,
      length: parsed.integer("length", 1) ?? 100,
      temperature: numberOf(parsed.text("temperature") ?? "1", "temperature", (value) => value >= 0),
      topK: parsed.integer("top-k", 1) ?? 0,
      topP: numberOf(parsed.text("top-p") ?? "1", "top-p", (value) => value > 0 && value <= 1),
      oneSentence: parsed.flag("sentence"),
      seed: parsed.integer("seed", 0) ?? 1,
    };
    const open = await openLanguageModel("generate", await loadLanguageModel(parsed.positionals[0]!), builtIn);
    const terms: string[] = [];
    for await (const term of generateTerms("generate", open, request)) {
      io.signal.throwIfAborted();
      terms.push(term);
    }
    const text = goneOn(open, prompt, terms);
    io.out(
      parsed.flag("json")
        ? `${JSON.stringify({ prompt, text, terms, shown: terms.map((term) => shownTerm(open, term)) })}\n`
        : `${printable(text.trimEnd())}\n`,
    );
    return 0;
  },
};

function numberOf(text: string, name: string, holds: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && holds(value)) return value;
  const range = name === "temperature" ? "at least 0" : "above 0 and at most 1";
  throw new UsageError(`generate: --${name} must be a number ${range}, got ${text}`);
}
