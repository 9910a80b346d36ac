import type { VectorTable } from "../../schemas/index.js";
import type { GloveParameters } from "./glove.js";
import { knownRows } from "./knownRows.js";

/** What is handed out of w, b (words) and w~, b~ (contexts). */
export type GloveOutput = "sum" | "word" | "context" | "concatenated" | "both";

/**
 * Begins with vectors that were learned before, for the terms that have one; the others keep their random start, and all sums of
 * squares start anew. By their width, D numbers are taken for w + w~ and halved into both; 2 D for w, w~; 2 D + 2 for w, b, w~, b~.
 * @throws RangeError if the width is none of these, or no term has one
 */
export function startFrom(parameters: GloveParameters, terms: readonly string[], table: VectorTable): void {
  const { vectorSize: size, word, context } = parameters;
  const width = table.vectorSize;
  requireWidth(size, table);
  const rows = knownRows("glove", terms, table);
  rows.forEach((row, id) => {
    if (row < 0) return;
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

/** @throws RangeError if vectors of D numbers cannot begin with those of the table */
export function requireWidth(size: number, { vectorSize: width }: VectorTable): void {
  if ([size, 2 * size, 2 * size + 2].includes(width)) return;
  const widths = `${size} (sum), ${2 * size} (concatenated) or ${2 * size + 2} (both)`;
  throw new RangeError(`glove: initialVectors must have ${widths} numbers a term, got ${width}`);
}

/** What a row of the result holds, side by side; `sum` adds its two parts. */
export function gloveRows({ word, context }: GloveParameters, output: GloveOutput): Float32Array {
  if (output === "sum") return Float32Array.from(word.vectors, (value, i) => value + context.vectors[i]!);
  const parts = {
    word: [word.vectors],
    context: [context.vectors],
    concatenated: [word.vectors, context.vectors],
    both: [word.vectors, word.biases, context.vectors, context.biases],
  }[output];
  const terms = word.biases.length;
  const widths = parts.map((part) => part.length / terms);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const rows = new Float32Array(terms * width);
  for (let term = 0, at = 0; term < terms; term++) {
    parts.forEach((part, p) => {
      rows.set(part.subarray(term * widths[p]!, (term + 1) * widths[p]!), at);
      at += widths[p]!;
    });
  }
  return rows;
}
