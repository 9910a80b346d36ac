import type { TableSchema } from "./tables.js";

/** Stands for the layer of vectors that are mixed of all layers. */
export const MIXED_LAYER = -1;

/** Vectors of words where they stand in a text: W words, and of each one vector a layer, which may differ in length from layer to layer. */
export interface ContextVectorBatch {
  /** The words as the text has them (W,). */
  readonly terms: readonly string[];
  /** The document of each word: its number, from 0, over the whole corpus (W,). */
  readonly rowDocuments: Uint32Array;
  /** The sentence of each word: its number, from 0, over the whole corpus (W,). */
  readonly sentences: Uint32Array;
  /** The place of each word among those of its document, from 0 (W,). */
  readonly places: Uint32Array;
  /** Numbers of the layers, 0 for the embeddings, MIXED_LAYER for a mix (L,). */
  readonly layers: Int32Array;
  /** Numbers in a vector of each layer (L,). */
  readonly layerSizes: Uint32Array;
  /** Of vectors that are mixed: the share of each layer of the network. */
  readonly shares?: Float64Array;
  /** Word after word, and of each layer after layer (W x sum of layerSizes). */
  readonly values: Float32Array;
}

/**
 * One row a word and layer. Vectors are of one length, or lists where layers differ.
 * @param layerSizes none where there was no word
 */
export function contextVectorsSchema(layerSizes: Uint32Array): TableSchema {
  const [size = 1] = layerSizes;
  const isEven = layerSizes.every((each) => each === size);
  const places = { document: "int32", sentence: "int32", token: "int32", term: "text", layer: "int32" } as const;
  return { columns: { ...places, vector: isEven ? { list: "float32", size } : { list: "float32" } } };
}

/** The rows of `contextVectorsSchema`. */
export function contextVectorRows(batch: ContextVectorBatch) {
  const { terms, rowDocuments, sentences, places, layers, layerSizes, values } = batch;
  const rows = terms.length * layers.length;
  const each = (column: Uint32Array) => Int32Array.from({ length: rows }, (_, row) => column[wordOf(row)]!);
  const wordOf = (row: number) => Math.floor(row / layers.length);
  const isEven = layerSizes.every((size) => size === layerSizes[0]);
  const offsets = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + layerSizes[row % layers.length]!;
  return {
    columns: [
      each(rowDocuments),
      each(sentences),
      each(places),
      Array.from({ length: rows }, (_, row) => terms[wordOf(row)]!),
      Int32Array.from({ length: rows }, (_, row) => layers[row % layers.length]!),
      isEven ? values : { offsets, values },
    ],
    rows,
  };
}

/** The vector of a word in a layer, by their places in the batch: a view. */
export function contextVectorOf({ layerSizes, values }: ContextVectorBatch, word: number, layer: number): Float32Array {
  const width = layerSizes.reduce((sum, size) => sum + size, 0);
  const from = word * width + layerSizes.subarray(0, layer).reduce((sum, size) => sum + size, 0);
  return values.subarray(from, from + layerSizes[layer]!);
}
