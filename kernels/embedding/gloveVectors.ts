import type { VectorTable } from "../../schemas/index.js";
import { biasAt, type GloveLayout, rowsOfTerm } from "./gloveThread.js";
import { knownRows } from "./knownRows.js";

/** What is handed out of w, b (words) and w~, b~ (contexts). */
export type GloveOutput = "sum" | "word" | "context" | "concatenated" | "both";

/**
 * Begins with vectors that were learned before, for the terms that have one; the others keep their random start, and all sums of
 * squares start anew. By their width, D numbers are taken for w + w~ and halved into both; 2 D for w, w~; 2 D + 2 for w, b, w~, b~.
 * @throws RangeError if the width is none of these, or no term has one
 */
export function startFrom(
  memory: ArrayBufferLike,
  layout: GloveLayout,
  terms: readonly string[],
  table: VectorTable,
): void {
  const size = layout.vectorSize;
  const width = table.vectorSize;
  requireWidth(size, table);
  const rows = knownRows("glove", terms, table);
  rows.forEach((row, id) => {
    if (row < 0) return;
    const values = table.values.subarray(row * width, (row + 1) * width);
    const { word, context } = rowsOfTerm(memory, layout, id);
    if (width === size) {
      const half = values.map((value) => value / 2);
      word.set(half);
      context.set(half);
      return;
    }
    const second = width / 2;
    word.set(values.subarray(0, size));
    context.set(values.subarray(second, second + size));
    if (width === 2 * size) return;
    word[biasAt(layout)] = values[size]!;
    context[biasAt(layout)] = values[second + size]!;
  });
}

/** @throws RangeError if vectors of D numbers cannot begin with those of the table */
export function requireWidth(size: number, { vectorSize: width }: VectorTable): void {
  if ([size, 2 * size, 2 * size + 2].includes(width)) return;
  const widths = `${size} (sum), ${2 * size} (concatenated) or ${2 * size + 2} (both)`;
  throw new RangeError(`glove: initialVectors must have ${widths} numbers a term, got ${width}`);
}

/** What a row of the result holds, side by side; `sum` adds its two parts. */
export function gloveRows(memory: ArrayBufferLike, layout: GloveLayout, output: GloveOutput): Float32Array {
  const { terms, vectorSize: size, rowBytes } = layout;
  const [stride, bias] = [rowBytes / 4, biasAt(layout)];
  const [words, contexts] = [layout.words, layout.contexts].map(
    (start) => new Float32Array(memory, start, terms * stride),
  ) as [Float32Array, Float32Array];
  const width = { sum: size, word: size, context: size, concatenated: 2 * size, both: 2 * size + 2 }[output];
  const rows = new Float32Array(terms * width);
  for (let term = 0, from = 0, to = 0; term < terms; term++, from += stride, to += width) {
    if (output === "sum") {
      for (let d = 0; d < size; d++) rows[to + d] = words[from + d]! + contexts[from + d]!;
      continue;
    }
    rows.set((output === "context" ? contexts : words).subarray(from, from + size), to);
    if (width > size) rows.set(contexts.subarray(from, from + size), to + width / 2);
    if (output !== "both") continue;
    rows[to + size] = words[from + bias]!;
    rows[to + 2 * size + 1] = contexts[from + bias]!;
  }
  return rows;
}
