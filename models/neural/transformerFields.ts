import type { Sizes } from "../../schemas/cost.js";
import { integer, number, oneOf, type SettingsOf } from "../../schemas/index.js";

/** Sizes of transformers by name, those of Turc et al. 2019, arXiv:1908.08962; base is GPT-2's and BERT's smallest. */
const transformerSizes = {
  tiny: { layers: 2, heads: 2, vectorSize: 128 },
  small: { layers: 4, heads: 8, vectorSize: 512 },
  base: { layers: 12, heads: 12, vectorSize: 768 },
} as const;

type TransformerSize = keyof typeof transformerSizes;

const transformerSizeNames = Object.keys(transformerSizes) as TransformerSize[];

/** What the names stand for, as descriptions of options tell it. */
const transformerSizesTold = Object.entries(transformerSizes)
  .map(([name, { layers, heads, vectorSize }]) => `${name}: ${layers}, ${heads}, ${vectorSize}`)
  .join("; ");

/** How many blocks a transformer has, and how wide they are. */
export const blockFields = {
  size: oneOf(transformerSizeNames, {
    default: "tiny",
    description: `layers, heads and vectorSize together (${transformerSizesTold}); those that are given take their place`,
  }),
  layers: integer({ min: 1, max: 96, optional: true, description: "Blocks, one above the other" }),
  heads: integer({ min: 1, max: 256, optional: true, description: "Parts of a vector that attend by themselves" }),
  vectorSize: integer({
    min: 1,
    max: 8192,
    optional: true,
    aliases: ["dim"],
    description: "Length of a term's vector (D), a multiple of heads",
  }),
  innerSize: integer({
    min: 1,
    max: 32_768,
    optional: true,
    description: "Numbers between the two layers behind attention; 4 D if left out",
  }),
};

export const blockDropout = number({
  min: 0,
  max: 0.95,
  default: 0.1,
  description: "Share of the embeddings and of what each layer adds to them that is dropped in learning",
});

/**
 * The sizes of a network with such blocks, and the options that say something else.
 * @param who the model, for the message
 * @throws RangeError if heads are no equal parts of a vector
 */
export function blockSizes<Options extends SettingsOf<{ readonly name: string; readonly fields: typeof blockFields }>>(
  who: string,
  { size, ...options }: Options,
) {
  const named = transformerSizes[size];
  const { layers = named.layers, heads = named.heads, vectorSize = named.vectorSize, ...rest } = options;
  const { innerSize = 4 * vectorSize, ...others } = rest;
  if (vectorSize % heads !== 0)
    throw new RangeError(`${who}: vectorSize must be a multiple of heads, got ${vectorSize} and ${heads}`);
  return { sizes: { layers, heads, vectorSize, innerSize }, others };
}

/**
 * What a step makes of a place in a stack of blocks, in numbers, as `networkCost` asks.
 * @param ofWidth times D in a block: norms behind what is added hold more than norms before it
 */
export function blockNumbers(
  { layers, heads, vectorSize, innerSize }: Readonly<Record<"layers" | "heads" | "vectorSize" | "innerSize", number>>,
  { rowLength }: Pick<Sizes, "rowLength">,
  ofWidth: number,
): number {
  return layers * (ofWidth * vectorSize + 7 * innerSize + heads * rowLength) + 13 * vectorSize;
}
