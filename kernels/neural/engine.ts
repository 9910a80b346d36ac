import type { MaybePromise } from "../../schemas/maybePromise.js";

/** Numbers in an engine's own memory, row after row. Made by the engine, used with the engine that made it alone. */
export interface Tensor {
  readonly shape: readonly number[];
}

/** Whole numbers in an engine's own memory: ids, targets, lengths. */
export interface Indices {
  readonly length: number;
}

/** In the precision of an engine. */
export type Floats = Float32Array | Float64Array;

export type Activation = "tanh" | "sigmoid" | "relu" | "gelu" | "geluTanh";

/** What decides whether a number is dropped: a function of these and of its place in the tensor, so that it never depends on the order of calls. */
export interface Draw {
  readonly seed: number;
  /** The layer, as a number that differs from those of all other layers. */
  readonly purpose: number;
  readonly step: number;
  /** The absolute number of the tensor's first row in its batch, where a batch is cut into parts. */
  readonly firstRow: number;
}

export interface ProductOptions {
  /** Whether a is k x m in the place of m x k. */
  readonly transposeA?: boolean;
  /** Whether b is n x k in the place of k x n. */
  readonly transposeB?: boolean;
  /** What the product is added to, m x n; it is used up: its memory may be that of the result. */
  readonly addTo?: Tensor;
}

/** Which positions a position may look at. */
export interface AttentionOptions {
  readonly heads: number;
  /** Rows of the batch; each has `rows / sequences` positions. */
  readonly sequences: number;
  /** Only at itself and at earlier ones. */
  readonly causal: boolean;
  /** Positions of each sequence that hold a token; all if left out. Later ones are looked at by none. */
  readonly lengths?: Indices;
}

export interface AdamWOptions {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Applied where `decays` of the parameter's form is true. */
  readonly decay: number;
  /** Steps taken, this one included: from 1. */
  readonly step: number;
}

/** A parameter's place in the one buffer that holds all of them. */
export interface ParameterForm {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether weight decay applies: matrices, not biases and gains. */
  readonly decays: boolean;
}

/**
 * All parameters of a network, in one flat buffer in the order of their forms, with the sums of their gradients and what the optimiser
 * keeps. They live until `close`, whatever scope they were made in.
 */
export interface Parameters {
  readonly forms: readonly ParameterForm[];
  tensor(name: string): Tensor;
  /** Adds to the gradient of a parameter. */
  addGradient(name: string, gradient: Tensor): void;
  /** Adds a' b to the gradient of a parameter of shape m x n: a is k x m, b k x n. */
  addProduct(name: string, a: Tensor, b: Tensor): void;
  /** Adds each row of `gradient` to the row of the parameter's gradient that its index names. */
  addRows(name: string, ids: Indices, gradient: Tensor): void;
  clearGradients(): void;
  /** The square of the length of the whole gradient, summed in double precision. */
  squaredNorm(): MaybePromise<number>;
  /** Multiplies the whole gradient. */
  scaleGradients(factor: number): void;
  adamW(options: AdamWOptions): void;
  /** values -= rate gradient. */
  sgd(rate: number): void;
  /** A copy of everything, in the order of the forms: what checkpoints keep. */
  read(which: "values" | "gradients" | "first" | "second"): MaybePromise<Floats>;
  write(which: "values" | "gradients" | "first" | "second", values: Floats): void;
  close(): void;
}

/**
 * Arithmetic on tensors: what the networks are made of. Nothing else sees a tensor library. Forward and backward functions are written out
 * in pairs; who calls them in which order is the tape's. Every function returns a new tensor, alive until the scope that it was made in ends.
 * No function draws a number but `dropout`, which draws by place.
 */
export interface Engine {
  /** `reference`, `wasm` or `tensorflow`. */
  readonly name: string;
  /** What bytes depend on besides: `float64`, `plain`, `fused`, or the library's version. */
  readonly arithmetic: string;
  /** Frees what was made inside once it is over; nothing that was made inside may be used afterwards. */
  scope<T>(work: () => T): T;
  place(values: Float32Array | Float64Array, shape: readonly number[]): Tensor;
  placeIndices(values: Int32Array | Uint32Array): Indices;
  zeros(shape: readonly number[]): Tensor;
  /** A copy. */
  read(tensor: Tensor): MaybePromise<Float32Array>;
  parameters(forms: readonly ParameterForm[]): Parameters;

  /** a b of two matrices. */
  product(a: Tensor, b: Tensor, options?: ProductOptions): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  /** Number by number. */
  multiply(a: Tensor, b: Tensor): Tensor;
  scale(a: Tensor, factor: number): Tensor;
  /** Adds a vector (n,) to each row (m x n). */
  addToRows(a: Tensor, vector: Tensor): Tensor;
  /** The sum of the rows: m x n to (n,). */
  sumOfRows(a: Tensor): Tensor;
  /** The same numbers under another shape. */
  reshape(a: Tensor, shape: readonly number[]): Tensor;
  /** Rows from..to-1 of a matrix. */
  rows(a: Tensor, from: number, to: number): Tensor;
  /** Columns from..to-1 of a matrix. */
  columns(a: Tensor, from: number, to: number): Tensor;
  /** Matrices of equally many rows, beside each other. */
  joinColumns(parts: readonly Tensor[]): Tensor;
  /** Matrices of equally many columns, below each other. */
  joinRows(parts: readonly Tensor[]): Tensor;
  /** Row ids[i] of a matrix as row i. */
  gather(table: Tensor, ids: Indices): Tensor;
  /** The gradient of `gather`: rows are added to those of a matrix of zeros, in ascending order of i. */
  scatter(gradient: Tensor, ids: Indices, rows: number): Tensor;

  activate(kind: Activation, x: Tensor): Tensor;
  /** @param y what `activate` made of x */
  activateBackward(kind: Activation, x: Tensor, y: Tensor, gradient: Tensor): Tensor;
  /** Over each row: (x - mean) / sqrt(variance + epsilon) gain + bias (Ba et al. 2016). */
  layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): { readonly y: Tensor; readonly kept: Tensor };
  layerNormBackward(
    x: Tensor,
    gain: Tensor,
    kept: Tensor,
    gradient: Tensor,
  ): { readonly x: Tensor; readonly gain: Tensor; readonly bias: Tensor };
  /** Over each row. */
  softmax(logits: Tensor): Tensor;
  /**
   * -ln softmax(logits)[target] of each row, 0 where the target is -1, and the gradient of their sum times `scale`: softmax minus one-hot.
   * The gradient may take the memory of the logits.
   */
  crossEntropy(logits: Tensor, targets: Indices, scale: number): { readonly losses: Tensor; readonly gradient: Tensor };
  /** x with numbers dropped (0) by share `rate` and the others divided by 1 - rate; the same call on a gradient is its backward. */
  dropout(x: Tensor, rate: number, draw: Draw): Tensor;

  /**
   * A step of an LSTM (Hochreiter and Schmidhuber 1997, with forget gates). `gates` (B x 4H): sums of input, forget, cell, output, in that
   * order; `cell` (B x H) is the one before.
   */
  lstmStep(gates: Tensor, cell: Tensor): { readonly hidden: Tensor; readonly cell: Tensor; readonly kept: Tensor };
  lstmStepBackward(
    kept: Tensor,
    cellBefore: Tensor,
    cell: Tensor,
    gradient: { readonly hidden: Tensor; readonly cell: Tensor },
  ): { readonly gates: Tensor; readonly cell: Tensor };

  /**
   * softmax(q k' / sqrt(d)) v for each head (Vaswani et al. 2017). `qkv` (rows x 3D): queries, keys and values beside each other; the
   * positions of a sequence follow each other.
   */
  attention(qkv: Tensor, options: AttentionOptions): { readonly y: Tensor; readonly weights: Tensor };
  attentionBackward(qkv: Tensor, weights: Tensor, gradient: Tensor, options: AttentionOptions): Tensor;

  /** Windows of `width` rows of each group of `length` rows: (N length x C) to (N (length - width + 1) x width C). */
  windows(x: Tensor, length: number, width: number): Tensor;
  windowsBackward(gradient: Tensor, length: number, width: number): Tensor;
  /** The largest of each column in each group of `length` rows, the first of equal ones: (N length x C) to (N x C). */
  maxOfGroups(x: Tensor, length: number): { readonly y: Tensor; readonly winners: Indices };
  maxOfGroupsBackward(gradient: Tensor, winners: Indices, length: number): Tensor;
}
