import { printableLine } from "../../kernels/text/printable.js";
import {
  builtIn,
  type ContextChoice,
  type LayerChoice,
  loadLanguageModel,
  loadVectors,
  openLanguageModel,
  vectorInContext,
} from "../../pipelines/index.js";
import { type Command, countNames, jsonOption, type Parsed, UsageError } from "../command.js";
import { contextChoice, contextOptions } from "../contextOptions.js";

/** What is told of a term outside the vocabulary. */
const UNSEEN = " (not in the vocabulary, made of its subwords)";

export const neighbors: Command = {
  name: "neighbors",
  summary: "Show the terms nearest to each given term, by cosine",
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
    ...contextOptions,
    layer: { ...contextOptions.layer!, description: "With --in-context: which layer (default: that of the means)" },
    json: jsonOption,
  },
  examples: [
    "lexstream neighbors runs/quickstart/word2vec.arrow garden 母亲 -k 5",
    "lexstream neighbors runs/quickstart#glove garden",
    "lexstream neighbors v.vec -- -1",
    'lexstream neighbors means.arrow bank --in-context "we sat on the bank" --model runs/elmo',
  ],
  run: async (parsed, io) => {
    const [path, ...terms] = parsed.positionals;
    const topN = parsed.integer("k", 1) ?? 10;
    const vectors = await loadVectors(path!);
    const vectorsThere = await inContext(parsed, terms, vectors.metadata);
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

/** The vector of each term in the text that is given; undefined if none is. */
async function inContext(
  parsed: Parsed,
  terms: readonly string[],
  metadata: ReadonlyMap<string, string>,
): Promise<Float32Array[] | undefined> {
  const [text, path] = [parsed.text("in-context"), parsed.text("model")];
  if (text === undefined && path === undefined) return undefined;
  if (text === undefined || path === undefined)
    throw new UsageError("neighbors: --in-context must stand beside --model, got one of them");
  const choice = choiceFor(parsed, metadata);
  const open = await openLanguageModel("neighbors", await loadLanguageModel(path), builtIn);
  return Promise.all(terms.map((term) => vectorInContext("neighbors", open, { text, term, ...choice })));
}

/** As the options say, or else as the file of the means does. */
function choiceFor(parsed: Parsed, metadata: ReadonlyMap<string, string>): ContextChoice {
  const layer = parsed.text("layer");
  const choice = contextChoice(parsed, layer ?? "last");
  if (choice.layers.kind === "all") throw new UsageError("neighbors: --layer must be one, or their mix, got all");
  const told = metadata.get("layer");
  return layer === undefined && told !== undefined ? { ...choice, layers: JSON.parse(told) as LayerChoice } : choice;
}
