/**
 * GloVe: Pennington, Socher and Manning 2014, "GloVe: Global Vectors for Word Representation", EMNLP, section 3.
 *
 *     J = sum over cells (i, j) of 1/2 f(x_ij) diff_ij^2,    diff_ij = w_i . w~_j + b_i + b~_j - ln x_ij       (their 8)
 *     f(x) = min(1, (x / xMax)^exponent)                                                                        (their 9)
 *
 * The 1/2 is Stanford's `glove.c`, whose loss is reported so. AdaGrad (Duchi et al. 2011), as that program does it:
 *
 *     g = learningRate f diff w~_jd,    w_id -= g / sqrt(G_id),    then G_id += g^2,    G starting at 1
 *
 * The gradient is scaled by the learning rate *before* it is squared into the sum; the textbook's unscaled sum grows 1 /
 * learningRate^2 times as fast, and converges clearly slower. Biases take steps of f diff / sqrt(G), without the learning rate.
 * The program's clipping of gradients at 100 is left out: it only hides a run that diverges, which stops with an error here.
 *
 * V terms, D vector size, N cells.
 */
import type { CooccurrenceBatch } from "../../schemas/cooccurrence.js";
import { exp, ln } from "../numbers/logarithm.js";
import { drawUniform, fillUniform, type RandomStream, randomStream } from "../numbers/random.js";

type Floats = Float32Array | Float64Array;

/** One side of the model: the words (w, b) or their contexts (w~, b~), with AdaGrad's sums of squares. */
export interface GloveSide {
  /** (V, D), row-major. */
  readonly vectors: Floats;
  readonly vectorSquares: Floats;
  /** (V,) */
  readonly biases: Floats;
  readonly biasSquares: Floats;
}

export interface GloveParameters {
  readonly vectorSize: number;
  readonly word: GloveSide;
  readonly context: GloveSide;
}

/** Cells in the order of training (N,). */
export interface GloveCells {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly logWeight: Floats;
  /** f(x) */
  readonly importance: Floats;
}

/** f(x), from ln x. */
export function importanceOf(logWeight: number, xMax: number, exponent: number): number {
  return Math.min(1, exp(exponent * (logWeight - ln(xMax))));
}

/** What the numbers of one side begin with: uniform in -1/2D .. 1/2D, biases too. */
export class FirstValues {
  readonly #vectors: RandomStream;
  readonly #biases: RandomStream;

  constructor(
    seed: number,
    side: "word" | "context",
    readonly vectorSize: number,
  ) {
    this.#vectors = randomStream(seed, `glove.${side}.vectors`);
    this.#biases = randomStream(seed, `glove.${side}.biases`);
  }

  /** A term's vector (D,). */
  vector(term: number, into: Float64Array): void {
    fillUniform(this.#vectors, term * this.vectorSize, into);
    for (let d = 0; d < into.length; d++) into[d] = (into[d]! - 0.5) / this.vectorSize;
  }

  bias(term: number): number {
    return (drawUniform(this.#biases, term) - 0.5) / this.vectorSize;
  }
}

/** Everything as it is drawn, and sums of squares at 1. */
export function initialGlove(
  terms: number,
  vectorSize: number,
  seed: number,
  makeFloats: (length: number) => Floats = (length) => new Float32Array(length),
): GloveParameters {
  const side = (name: "word" | "context"): GloveSide => {
    const first = new FirstValues(seed, name, vectorSize);
    const numbers = new Float64Array(vectorSize);
    const vectors = makeFloats(terms * vectorSize);
    for (let term = 0; term < terms; term++) {
      first.vector(term, numbers);
      vectors.set(numbers, term * vectorSize);
    }
    return {
      vectors,
      vectorSquares: makeFloats(terms * vectorSize).fill(1),
      biases: makeFloats(terms).map((_, term) => first.bias(term)),
      biasSquares: makeFloats(terms).fill(1),
    };
  };
  return { vectorSize, word: side("word"), context: side("context") };
}

/** diff of one cell. */
export function gloveDifference(parameters: GloveParameters, row: number, column: number, logWeight: number): number {
  const { vectorSize, word, context } = parameters;
  let sum = word.biases[row]! + context.biases[column]! - logWeight;
  for (let d = 0, i = row * vectorSize, j = column * vectorSize; d < vectorSize; d++) {
    sum += word.vectors[i + d]! * context.vectors[j + d]!;
  }
  return sum;
}

/**
 * Trains on cells from `start` up to `end`, in place. Returns their loss, each cell's taken before its own step; or stops at the
 * first cell whose diff is not finite, leaves it untouched and tells its index.
 */
export function gloveSteps(
  parameters: GloveParameters,
  cells: GloveCells,
  learningRate: number,
  start = 0,
  end = cells.row.length,
): { readonly loss: number; readonly brokenCell?: number } {
  const { vectorSize, word, context } = parameters;
  let loss = 0;
  for (let n = start; n < end; n++) {
    const row = cells.row[n]!;
    const column = cells.column[n]!;
    const difference = gloveDifference(parameters, row, column, cells.logWeight[n]!);
    if (!Number.isFinite(difference)) return { loss, brokenCell: n };
    const slope = cells.importance[n]! * difference;
    loss += 0.5 * slope * difference;
    for (let d = 0, i = row * vectorSize, j = column * vectorSize; d < vectorSize; d++, i++, j++) {
      const wordGradient = learningRate * slope * context.vectors[j]!;
      const contextGradient = learningRate * slope * word.vectors[i]!;
      adaGrad(word.vectors, word.vectorSquares, i, wordGradient);
      adaGrad(context.vectors, context.vectorSquares, j, contextGradient);
    }
    adaGrad(word.biases, word.biasSquares, row, slope);
    adaGrad(context.biases, context.biasSquares, column, slope);
  }
  return { loss };
}

function adaGrad(values: Floats, squares: Floats, at: number, gradient: number): void {
  values[at]! -= gradient / Math.sqrt(squares[at]!);
  squares[at]! += gradient * gradient;
}

/** Loss and number of cells of a table, summed in its order, with parameters that stay as they are. */
export async function scoreCells(
  parameters: GloveParameters,
  batches: AsyncIterable<CooccurrenceBatch>,
  { xMax, exponent }: { readonly xMax: number; readonly exponent: number },
): Promise<{ readonly examples: number; readonly loss: number }> {
  let [examples, loss] = [0, 0];
  for await (const { row, column, weight } of batches) {
    for (let cell = 0; cell < row.length; cell++) {
      const logWeight = ln(weight[cell]!);
      const difference = gloveDifference(parameters, row[cell]!, column[cell]!, logWeight);
      loss += 0.5 * importanceOf(logWeight, xMax, exponent) * difference ** 2;
    }
    examples += row.length;
  }
  return { examples, loss };
}
