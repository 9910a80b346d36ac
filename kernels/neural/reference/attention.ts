import type { AttentionOptions } from "../engine.js";
import { type AttentionSizes, attentionSizes, requireShape } from "../shapes.js";
import { softmaxOf } from "./rowOperations.js";
import { type ReferenceIndices, type ReferenceTensor, tensor } from "./tensors.js";

/** `weights` (heads x rows x positions): how much each position looks at those of its sequence. */
export function attention(qkv: ReferenceTensor, options: AttentionOptions) {
  const form = formOf("attention", qkv, options);
  const { rows, width, positions, heads, size } = form;
  const y = tensor([rows, width]);
  const weights = tensor([heads, rows, positions]);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const seen = seenFrom(row, form, options);
      const first = (head * rows + row) * positions;
      const scores = Float64Array.from({ length: seen.count }, (_, j) => {
        let score = 0;
        for (let d = 0; d < size; d++) {
          score += qkv.values[at(form, row, 0, head, d)]! * qkv.values[at(form, seen.first + j, 1, head, d)]!;
        }
        return score / Math.sqrt(size);
      });
      if (seen.count > 0) softmaxOf(scores, weights.values, first);
      for (let d = 0; d < size; d++) {
        let sum = 0;
        for (let j = 0; j < seen.count; j++) {
          sum += weights.values[first + j]! * qkv.values[at(form, seen.first + j, 2, head, d)]!;
        }
        y.values[row * width + head * size + d] = sum;
      }
    }
  }
  return { y, weights };
}

export function attentionBackward(
  qkv: ReferenceTensor,
  weights: ReferenceTensor,
  gradient: ReferenceTensor,
  options: AttentionOptions,
): ReferenceTensor {
  const form = formOf("attentionBackward", qkv, options);
  const { rows, width, positions, heads, size } = form;
  requireShape("attentionBackward", "gradient", gradient, [rows, width]);
  const backward = tensor(qkv.shape);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const seen = seenFrom(row, form, options);
      const shares = weights.values.subarray((head * rows + row) * positions);
      const pulls = Float64Array.from({ length: seen.count }, (_, j) => {
        let pull = 0;
        for (let d = 0; d < size; d++) {
          const value = gradient.values[row * width + head * size + d]!;
          pull += value * qkv.values[at(form, seen.first + j, 2, head, d)]!;
          backward.values[at(form, seen.first + j, 2, head, d)]! += value * shares[j]!;
        }
        return pull;
      });
      const mean = pulls.reduce((sum, pull, j) => sum + pull * shares[j]!, 0);
      for (let j = 0; j < seen.count; j++) {
        const score = (shares[j]! * (pulls[j]! - mean)) / Math.sqrt(size);
        for (let d = 0; d < size; d++) {
          const query = at(form, row, 0, head, d);
          const key = at(form, seen.first + j, 1, head, d);
          backward.values[query]! += score * qkv.values[key]!;
          backward.values[key]! += score * qkv.values[query]!;
        }
      }
    }
  }
  return backward;
}

function formOf(operation: string, qkv: ReferenceTensor, options: AttentionOptions): AttentionSizes {
  return attentionSizes(operation, qkv, options, (options.lengths as ReferenceIndices | undefined)?.values);
}

/** The place of a number of a query (0), key (1) or value (2). */
function at({ width, size }: AttentionSizes, row: number, which: number, head: number, d: number): number {
  return row * 3 * width + which * width + head * size + d;
}

/** The rows that a position looks at: they begin with the sequence. */
function seenFrom(row: number, { positions }: AttentionSizes, { causal, lengths }: AttentionOptions) {
  const sequence = Math.floor(row / positions);
  const held = (lengths as ReferenceIndices | undefined)?.values[sequence] ?? positions;
  return { first: sequence * positions, count: causal ? Math.min(held, (row % positions) + 1) : held };
}
