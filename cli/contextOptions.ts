import { type LayerChoice, layerChoiceOf } from "../kernels/neural/layerChoice.js";
import type { ContextChoice, ContextRequest } from "../pipelines/index.js";
import { plural } from "../schemas/index.js";
import { type CommandOption, type Io, type Parsed, UsageError } from "./command.js";
import { textSource } from "./commands/classify.js";

/** Which vectors of a model in context are taken. */
export const contextOptions: Readonly<Record<string, CommandOption>> = {
  layer: {
    type: "string",
    value: "N|last|all|mix",
    description: "0 for the embeddings, a number, the last, all, or the mean of all",
  },
  mix: { type: "string", value: "A,B,...", description: "The share of each layer in a mix (default: equal ones)" },
  pooling: {
    type: "string",
    value: "first|mean",
    description: "What becomes of the pieces of a word (default mean)",
  },
  stride: {
    type: "string",
    value: "N",
    description: "Places from one window to the next, for models that read windows (default: half a window)",
  },
};

/** What is asked of a model in context, as the options say. */
export function contextRequest(parsed: Parsed, io: Io, file: string, layer: string): ContextRequest {
  return {
    ...textSource(parsed, file),
    ...contextChoice(parsed, parsed.text("layer") ?? layer),
    signal: io.signal,
    onLeft: (words) =>
      io.stderr.write(`note: ${plural(words, "word")} without a vector: the model does not know them\n`),
  };
}

export function contextChoice(parsed: Parsed, layers: string): ContextChoice {
  const pooling = parsed.text("pooling") ?? "mean";
  if (pooling !== "first" && pooling !== "mean")
    throw new UsageError(`${parsed.argv[0]}: --pooling must be first or mean, got ${pooling}`);
  return { layers: layerChoice(parsed, layers), pooling, stride: parsed.integer("stride", 1) };
}

function layerChoice(parsed: Parsed, layers: string): LayerChoice {
  try {
    return layerChoiceOf({ layers, mix: parsed.text("mix") }, { layers: "--layer", mix: "--mix" });
  } catch (error) {
    throw new UsageError(`${parsed.argv[0]}: ${(error as Error).message}`);
  }
}
