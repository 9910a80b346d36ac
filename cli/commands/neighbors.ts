import type { Vectors } from "../../kernels/embedding/vectors.js";
import { printableLine } from "../../kernels/text/printable.js";
import {
  builtIn,
  type ContextChoice,
  type LayerChoice,
  loadLanguageModel,
  loadVectors,
  meansInContext,
  type OpenLanguageModel,
  openLayers,
  vectorInContext,
} from "../../pipelines/index.js";
import { type Command, countNames, type Io, jsonOption, type Parsed, UsageError } from "../command.js";
import { contextChoice, contextOptions, contextRequest } from "../contextOptions.js";
import { readingOptions } from "./classify.js";

/** What is told of a term outside the vocabulary. */
const UNSEEN = " (not in the vocabulary, made of its subwords)";

export const neighbors: Command = {
  name: "neighbors",
  usage: "VECTORS|RUN TERM... [-k N]",
  positionals: [2, Number.POSITIVE_INFINITY],
  termsFrom: 1,
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many (default 10)" },
    "in-context": {
      type: "string",
      value: "TEXT",
      description:
        "A text with the term: the neighbors of what a model makes of it there, among mean vectors of that model",
    },
    model: { type: "string", value: "MODEL|RUN", description: "The language model, for --in-context" },
    text: {
      type: "string",
      value: "FILE",
      description:
        "For --in-context: a text whose words' means are made now, by the model that stands in the place of VECTORS",
    },
    "min-count": { type: "string", value: "N", description: "With --text: places that a term stands in (default 1)" },
    ...readingOptions,
    ...contextOptions,
    layer: { ...contextOptions.layer!, description: "With --in-context: which layer (default: that of the means)" },
    json: jsonOption,
  },
  examples: [
    "lexstream neighbors runs/quickstart/word2vec.arrow garden 母亲 -k 5",
    "lexstream neighbors runs/quickstart#glove garden",
    "lexstream neighbors v.vec -- -1",
    'lexstream neighbors means.arrow bank --in-context "we sat on the bank" --model runs/elmo',
    'lexstream neighbors runs/elmo bank --in-context "we sat on the bank" --text corpus.txt',
  ],
  run: async (parsed, io) => {
    const [path, ...terms] = parsed.positionals;
    const topN = parsed.integer("k", 1) ?? 10;
    const { vectors, there: vectorsThere } = await asked(parsed, io, path!, terms);
    const found = terms.map((term, k) => ({
      term,
      ...(!vectorsThere && vectors.find(term)?.madeOfSubwords ? { madeOfSubwords: true } : {}),
      neighbors: vectorsThere
        ? vectors.nearest(vectorsThere[k]!, { topN, exclude: [term] })
        : vectors.mostSimilar(term, { topN }),
    }));
    if (parsed.flag("json")) io.out(`${JSON.stringify(found)}\n`);
    else
      for (const { term, madeOfSubwords, neighbors: near } of found)
        io.out(`${printableLine(term)}${madeOfSubwords ? UNSEEN : ""}\n${near.map(row).join("")}`);
    return 0;
  },
};

export const row = ({ term, score }: { term: string; score: number }): string =>
  `  ${score.toFixed(4)}  ${printableLine(term)}\n`;

interface Asked {
  readonly vectors: Vectors;
  /** The vector of each term in the text that is given; undefined if none is. */
  readonly there?: readonly Float32Array[];
}

async function asked(parsed: Parsed, io: Io, path: string, terms: readonly string[]): Promise<Asked> {
  const [sentence, model, file] = ["in-context", "model", "text"].map((name) => parsed.text(name));
  if (sentence === undefined && (model ?? file) === undefined) return { vectors: await loadVectors(path, terms) };
  if (sentence === undefined || (model === undefined) === (file === undefined))
    throw new UsageError("neighbors: --in-context must stand beside either --model or --text, got others");
  const open = await openLayers("neighbors", await loadLanguageModel(model ?? path), builtIn);
  const vectors = file === undefined ? await loadVectors(path, terms) : await meansOf(parsed, io, open, file);
  const choice = choiceFor(parsed, vectors.metadata);
  const inText = (term: string) => vectorInContext("neighbors", open, { text: sentence, term, ...choice });
  return { vectors, there: await Promise.all(terms.map(inText)) };
}

async function meansOf(parsed: Parsed, io: Io, open: OpenLanguageModel, file: string): Promise<Vectors> {
  const request = { ...contextRequest(parsed, io, file, "last"), ...choiceFor(parsed, new Map()) };
  const { vectors } = await meansInContext(open, request, parsed.integer("min-count", 1) ?? 1);
  return vectors;
}

/** As the options say, or else as the file of the means does. */
function choiceFor(parsed: Parsed, metadata: ReadonlyMap<string, string>): ContextChoice {
  const layer = parsed.text("layer");
  const choice = contextChoice(parsed, layer ?? "last");
  if (choice.layers.kind === "all") throw new UsageError("neighbors: --layer must be one, or their mix, got all");
  const told = metadata.get("layer");
  return layer === undefined && told !== undefined ? { ...choice, layers: JSON.parse(told) as LayerChoice } : choice;
}
