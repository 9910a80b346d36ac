import type { VectorTable } from "../../schemas/index.js";
import { fillUniform, randomStream } from "../numbers/random.js";

/** The two matrices of word2vec, row-major: one input row v_w a term, one output row u a term or an inner node. */
export interface Weights<Floats extends Float32Array | Float64Array = Float32Array> {
  readonly vectorSize: number;
  /** (V, D) */
  readonly input: Floats;
  /** (V, D), or (V - 1, D) for hierarchical softmax */
  readonly output: Floats;
}

/** Input rows uniform in [-0.5 / D, 0.5 / D), output rows 0, as word2vec.c begins. */
export function initialWeights(terms: number, outputs: number, vectorSize: number, seed: number): Weights {
  const stream = randomStream(seed, "weights");
  const input = new Float32Array(terms * vectorSize);
  const row = new Float64Array(vectorSize);
  for (let start = 0; start < input.length; start += vectorSize) {
    fillUniform(stream, start, row);
    for (let d = 0; d < vectorSize; d++) input[start + d] = (row[d]! - 0.5) / vectorSize;
  }
  return { vectorSize, input, output: new Float32Array(outputs * vectorSize) };
}

/** Begins with vectors that were learned before: `rows` says which row of the table a term takes, if any. */
export function takeRows(
  input: Float32Array | Float64Array,
  rows: Int32Array,
  { values, vectorSize }: VectorTable,
): void {
  const stride = input.length / rows.length;
  rows.forEach((row, id) => {
    if (row >= 0) input.set(values.subarray(row * vectorSize, (row + 1) * vectorSize), id * stride);
  });
}
