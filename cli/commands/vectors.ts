import {
  builtIn,
  type ContextChoice,
  type ContextRequest,
  contextVectorsOf,
  type LayerChoice,
  loadLanguageModel,
  openLanguageModel,
  writeMeansInContext,
  writeVectorsInContext,
} from "../../pipelines/index.js";
import { type ContextVectorBatch, contextVectorOf, plural } from "../../schemas/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, type CommandOption, forceOption, type Io, type Parsed, UsageError } from "../command.js";
import { readingOptions, textSource } from "./classify.js";

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

export const vectors: Command = {
  name: "vectors",
  summary: "Give the words of a text their vectors where they stand, by a language model",
  usage: "MODEL|RUN --in-context FILE|- [--layer last] [-o OUT.arrow]",
  positionals: [1, 1],
  options: {
    "in-context": { type: "string", value: "FILE|-", description: "The text whose words have vectors" },
    out: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "File to write: .arrow .parquet; with --mean, any format of vectors (default: lines of JSON)",
    },
    ...contextOptions,
    mean: { type: "boolean", description: "Write the mean vector of each term, as ordinary word vectors" },
    "min-count": { type: "string", value: "N", description: "With --mean: places that a term stands in (default 1)" },
    ...readingOptions,
    force: forceOption,
  },
  examples: [
    "lexstream vectors runs/elmo --in-context text.txt --layer all -o vectors.parquet",
    "lexstream vectors runs/elmo --in-context text.txt --layer mix --mean --min-count 5 -o means.vec",
  ],
  run: async (parsed, io) => {
    const file = parsed.text("in-context");
    if (file === undefined)
      throw new UsageError("vectors: --in-context must name a text; inputVectors takes the vectors that need none");
    const out = parsed.text("out");
    const minCount = parsed.integer("min-count", 1) ?? 1;
    if (parsed.flag("mean") && out === undefined) throw new UsageError("vectors: --mean must have a file, -o FILE");
    if (out !== undefined) requirePlace(out, parsed.flag("force"));
    const request = contextRequest(parsed, io, file, "last");
    if (parsed.flag("mean") && request.layers.kind === "all")
      throw new UsageError("vectors: --mean must have one --layer, or their mix, got all");
    const open = await openLanguageModel("vectors", await loadLanguageModel(parsed.positionals[0]!), builtIn);
    if (out === undefined) {
      for await (const batch of contextVectorsOf(open, request)) io.out(jsonLines(batch));
    } else if (parsed.flag("mean")) {
      const { terms, vectorSize, left } = await writeMeansInContext(open, request, { path: out, minCount });
      if (left > 0) io.stderr.write(`note: ${plural(left, "word")} left out, of terms beyond the first 200,000\n`);
      io.out(`wrote ${out}: ${plural(terms, "term")} of ${vectorSize} numbers\n`);
    } else {
      const { words, layers } = await writeVectorsInContext(open, request, out);
      io.out(`wrote ${out}: ${plural(words, "word")}, ${plural(layers, "layer")}\n`);
    }
    return 0;
  },
};

/** What is asked of a model in context, as the options say. */
export function contextRequest(parsed: Parsed, io: Io, file: string, layer: string): ContextRequest {
  return {
    ...textSource(parsed, file),
    ...contextChoice(parsed, parsed.text("layer") ?? layer),
    signal: io.signal,
    onLeft: (words) =>
      io.stderr.write(`note: ${plural(words, "word")} without a vector: the model has no term for unknown words\n`),
  };
}

export function contextChoice(parsed: Parsed, layer: string): ContextChoice {
  const pooling = parsed.text("pooling") ?? "mean";
  if (pooling !== "first" && pooling !== "mean")
    throw new UsageError(`${parsed.argv[0]}: --pooling must be first or mean, got ${pooling}`);
  return { layers: layerChoice(parsed, layer), pooling, stride: parsed.integer("stride", 1) };
}

function layerChoice(parsed: Parsed, layer: string): LayerChoice {
  const command = parsed.argv[0];
  const mix = parsed.text("mix");
  if (mix !== undefined && layer !== "mix")
    throw new UsageError(`${command}: --mix must stand beside --layer mix, got --layer ${layer}`);
  if (layer === "last" || layer === "all") return { kind: layer };
  if (layer === "mix") return mix === undefined ? { kind: "mix" } : { kind: "mix", shares: sharesOf(command!, mix) };
  if (/^\d+$/.test(layer)) return { kind: "one", layer: Number(layer) };
  throw new UsageError(`${command}: --layer must be a number from 0, last, all or mix, got ${layer}`);
}

function sharesOf(command: string, mix: string): number[] {
  const shares = mix.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (shares.every(Number.isFinite)) return shares;
  throw new UsageError(`${command}: --mix must be numbers between commas, got ${mix}`);
}

function jsonLines(batch: ContextVectorBatch): string {
  const { terms, rowDocuments, sentences, places, layers } = batch;
  const line = (term: string, word: number, layer: number, k: number) =>
    `${JSON.stringify({
      ...{ document: rowDocuments[word], sentence: sentences[word], token: places[word], term, layer },
      vector: Array.from(contextVectorOf(batch, word, k), (value) => Number(value.toPrecision(9))),
    })}\n`;
  return terms.flatMap((term, word) => Array.from(layers, (layer, k) => line(term, word, layer, k))).join("");
}
