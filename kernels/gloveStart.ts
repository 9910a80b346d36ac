import type { VectorTable } from "../schemas/index.js";
import type { GloveParameters } from "./glove.js";

/**
 * Begins with vectors that were learned before, for the terms that have one; the others keep their random start, and all sums of
 * squares start anew. By their width, D numbers are taken for w + w~ and halved into both; 2 D for w, w~; 2 D + 2 for w, b, w~, b~.
 * @throws RangeError if the width is none of these
 */
export function startFrom(parameters: GloveParameters, terms: readonly string[], table: VectorTable): void {
  const { vectorSize: size, word, context } = parameters;
  const width = table.vectorSize;
  if (![size, 2 * size, 2 * size + 2].includes(width)) {
    const widths = `${size} (sum), ${2 * size} (concatenated) or ${2 * size + 2} (both)`;
    throw new RangeError(`glove: initial vectors must have ${widths} numbers, got ${width}`);
  }
  const rows = new Map(table.terms.map((term, row) => [term, row]));
  terms.forEach((term, id) => {
    const row = rows.get(term);
    if (row === undefined) return;
    const values = table.values.subarray(row * width, (row + 1) * width);
    if (width === size) {
      const half = values.map((value) => value / 2);
      word.vectors.set(half, id * size);
      context.vectors.set(half, id * size);
      return;
    }
    const second = width / 2;
    word.vectors.set(values.subarray(0, size), id * size);
    context.vectors.set(values.subarray(second, second + size), id * size);
    if (width === 2 * size) return;
    word.biases[id] = values[size]!;
    context.biases[id] = values[second + size]!;
  });
}
