import {
  builtIn,
  contextVectorsOf,
  loadLanguageModel,
  openLayers,
  type SentenceRequest,
  sentenceVectorsOf,
  writeMeansInContext,
  writeSentenceVectors,
  writeVectorsInContext,
} from "../../pipelines/index.js";
import {
  type ContextVectorBatch,
  contextVectorOf,
  type DocumentVectorBatch,
  plural,
  poolings,
} from "../../schemas/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Io, type Parsed, UsageError } from "../command.js";
import { contextOptions, contextRequest, layerChoice } from "../contextOptions.js";
import { readingOptions, textSource } from "./classify.js";

export const vectors: Command = {
  name: "vectors",
  usage: "MODEL|RUN --in-context FILE|- | --sentences FILE|- [--layer last] [-o OUT.arrow]",
  positionals: [1, 1],
  options: {
    "in-context": { type: "string", value: "FILE|-", description: "The text whose words have vectors" },
    sentences: {
      type: "string",
      value: "FILE|-",
      description: "Texts that have a vector each, --pooling mean (default), cls or last of their places",
    },
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
    "lexstream vectors runs/bert --sentences lines.txt --layer mix -o sentences.parquet",
    "lexstream vectors runs/elmo --in-context text.txt --layer mix --mean --min-count 5 -o means.vec",
  ],
  run: async (parsed, io) => {
    const sentences = parsed.text("sentences");
    if (sentences !== undefined) return ofSentences(parsed, io, sentences);
    const file = parsed.text("in-context");
    if (file === undefined)
      throw new UsageError(
        "vectors: --in-context or --sentences must name a text; inputVectors takes the vectors that need none",
      );
    const out = parsed.text("out");
    const minCount = parsed.integer("min-count", 1) ?? 1;
    if (parsed.flag("mean") && out === undefined) throw new UsageError("vectors: --mean must have a file, -o FILE");
    if (out !== undefined) requirePlace(out, parsed.flag("force"));
    const request = contextRequest(parsed, io, file, "last");
    if (parsed.flag("mean") && request.layers.kind === "all")
      throw new UsageError("vectors: --mean must have one --layer, or their mix, got all");
    const open = await openLayers("vectors", await loadLanguageModel(parsed.positionals[0]!), builtIn);
    if (out === undefined) {
      for await (const batch of contextVectorsOf(open, request)) io.out(jsonLines(batch));
    } else if (parsed.flag("mean")) {
      const { vectors: means, left } = await writeMeansInContext(open, request, { path: out, minCount });
      if (left > 0) io.stderr.write(`note: ${plural(left, "word")} left out, of terms beyond the first 200,000\n`);
      io.out(`wrote ${out}: ${plural(means.terms.length, "term")} of ${means.vectorSize} numbers\n`);
    } else {
      const { words, layers } = await writeVectorsInContext(open, request, out);
      io.out(`wrote ${out}: ${plural(words, "word")}, ${plural(layers, "layer")}\n`);
    }
    return 0;
  },
};

async function ofSentences(parsed: Parsed, io: Io, file: string): Promise<number> {
  const out = parsed.text("out");
  if (parsed.text("in-context") !== undefined || parsed.flag("mean"))
    throw new UsageError("vectors: --sentences must stand without --in-context and --mean, got one of them");
  if (out !== undefined) requirePlace(out, parsed.flag("force"));
  const model = await loadLanguageModel(parsed.positionals[0]!);
  const request = sentenceRequest(parsed, io, file);
  if (out === undefined) {
    for await (const batch of sentenceVectorsOf(model, request)) io.out(vectorLines(batch));
    return 0;
  }
  const { documents, vectorSize } = await writeSentenceVectors(model, request, out);
  io.out(`wrote ${out}: ${plural(documents, "text")} of ${vectorSize} numbers\n`);
  return 0;
}

function sentenceRequest(parsed: Parsed, io: Io, file: string): SentenceRequest {
  const layers = layerChoice(parsed, parsed.text("layer") ?? "last");
  if (layers.kind === "all") throw new UsageError("vectors: --sentences must have one --layer, or their mix, got all");
  const told = parsed.text("pooling") ?? "mean";
  const pooling = poolings.find((each) => each === told);
  if (!pooling) throw new UsageError(`vectors: --pooling must be one of ${poolings.join(", ")}, got ${told}`);
  return {
    ...{ ...textSource(parsed, file), layers, pooling, signal: io.signal },
    onCut: (texts) =>
      io.stderr.write(`note: the end of ${plural(texts, "text")} left out, for which there was no room\n`),
  };
}

const vectorLines = ({ rowDocuments, values, vectorSize }: DocumentVectorBatch) =>
  Array.from(rowDocuments, (document, row) => {
    const vector = values.subarray(row * vectorSize, (row + 1) * vectorSize);
    return `${JSON.stringify({ document, vector: Array.from(vector, (value) => Number(value.toPrecision(9))) })}\n`;
  }).join("");

function jsonLines(batch: ContextVectorBatch): string {
  const { terms, rowDocuments, sentences, places, layers } = batch;
  const line = (term: string, word: number, layer: number, k: number) =>
    `${JSON.stringify({
      ...{ document: rowDocuments[word], sentence: sentences[word], token: places[word], term, layer },
      vector: Array.from(contextVectorOf(batch, word, k), (value) => Number(value.toPrecision(9))),
    })}\n`;
  return terms.flatMap((term, word) => Array.from(layers, (layer, k) => line(term, word, layer, k))).join("");
}
