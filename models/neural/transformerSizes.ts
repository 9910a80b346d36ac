/** Sizes of transformers by name, those of Turc et al. 2019, arXiv:1908.08962; base is GPT-2's and BERT's smallest. */
export const transformerSizes = {
  tiny: { layers: 2, heads: 2, vectorSize: 128 },
  small: { layers: 4, heads: 8, vectorSize: 512 },
  base: { layers: 12, heads: 12, vectorSize: 768 },
} as const;

export type TransformerSize = keyof typeof transformerSizes;

export const transformerSizeNames = Object.keys(transformerSizes) as TransformerSize[];

/** What the names stand for, as descriptions of options tell it. */
export const transformerSizesTold = Object.entries(transformerSizes)
  .map(([name, { layers, heads, vectorSize }]) => `${name}: ${layers}, ${heads}, ${vectorSize}`)
  .join("; ");
