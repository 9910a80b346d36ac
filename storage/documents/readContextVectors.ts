import { contextVectors } from "../../kinds/contextVectors.js";
import { wholeColumns } from "../../kinds/rows.js";
import type { ContextVectorBatch } from "../../schemas/contextVectors.js";
import { openTable, requireColumns } from "../tables/tableFile.js";

/**
 * Reads all that `writeContextVectors` wrote, as one batch. State: the numbers of the file, 4 bytes each, and its words.
 * @throws SyntaxError if the file is no table, not whole or damaged; TypeError if a column is missing; RangeError with the row, if a word has
 *   other layers or longer vectors than the first
 */
export async function readContextVectors(path: string): Promise<ContextVectorBatch> {
  const file = await openTable(path);
  const names = contextVectors.columns!;
  requireColumns(path, file, names);
  const [documents, sentences, places, terms, layers, vectors] = await wholeColumns<
    [number, number, number, string, number, ArrayLike<number>]
  >({ path, ...file }, names);
  const depth = layersOfFirst(documents, places);
  const sizes = vectors.slice(0, depth).map(({ length }) => length);
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const values = new Float32Array((vectors.length / (depth || 1)) * width);
  let at = 0;
  vectors.forEach((vector, row) => {
    const [layer, size] = [layers[row % depth], sizes[row % depth]];
    if (layers[row] !== layer || vector.length !== size)
      throw new RangeError(
        `${path}: each word must have layer ${layer} with ${size} numbers, got layer ${layers[row]} with ${vector.length} in row ${row}`,
      );
    values.set(vector, at);
    at += vector.length;
  });
  const ofWords = <Cell>(column: readonly Cell[]) => column.filter((_, row) => row % depth === 0);
  return {
    terms: ofWords(terms),
    rowDocuments: Uint32Array.from(ofWords(documents)),
    sentences: Uint32Array.from(ofWords(sentences)),
    places: Uint32Array.from(ofWords(places)),
    layers: Int32Array.from(layers.slice(0, depth)),
    layerSizes: Uint32Array.from(sizes),
    values,
  };
}

/** Rows of the first word: one a layer. */
function layersOfFirst(documents: readonly number[], places: readonly number[]): number {
  const next = places.findIndex((place, row) => place !== places[0] || documents[row] !== documents[0]);
  return next < 0 ? places.length : next;
}
