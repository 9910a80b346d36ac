import { type Indices, requireCount, sizeOf, type Tensor } from "../../kernels/neural/index.js";

// What we use of TensorFlow.js. Its own declarations would have to be there for whoever compiles against ours.

export interface TfTensor extends Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Operand = TfTensor | number;
type Shape = readonly number[];

export interface Tfjs {
  engine(): {
    /** Of the backend that is set. */
    readonly backendName: string | null | undefined;
    startScope(): void;
    endScope(): void;
  };
  ready(): Promise<void>;
  backend(): { readonly binding?: { readonly TF_Version?: string }; firstUse?: boolean };
  readonly version_core: string;

  tensor(values: Float32Array | Int32Array, shape: Shape, dtype?: "float32" | "int32"): TfTensor;
  zeros(shape: Shape): TfTensor;
  keep(tensor: TfTensor): TfTensor;
  clone(tensor: TfTensor): TfTensor;
  cast(tensor: TfTensor, dtype: "float32"): TfTensor;
  reshape(tensor: TfTensor, shape: Shape): TfTensor;
  transpose(tensor: TfTensor, axes: readonly number[]): TfTensor;
  slice(tensor: TfTensor, from: Shape, size: Shape): TfTensor;
  split(tensor: TfTensor, parts: number | readonly number[], axis: number): TfTensor[];
  concat(tensors: readonly TfTensor[], axis: number): TfTensor;
  stack(tensors: readonly TfTensor[], axis: number): TfTensor;
  unstack(tensor: TfTensor, axis: number): TfTensor[];
  gather(tensor: TfTensor, ids: TfTensor): TfTensor;
  /** Adds `updates` to zeros of a shape, at `places` (n x 1). */
  scatterND(places: TfTensor, updates: TfTensor, shape: Shape): TfTensor;

  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  add(a: Operand, b: Operand): TfTensor;
  sub(a: Operand, b: Operand): TfTensor;
  mul(a: Operand, b: Operand): TfTensor;
  div(a: Operand, b: Operand): TfTensor;
  equal(a: TfTensor, b: TfTensor): TfTensor;
  sum(tensor: TfTensor, axis: number, keepDims?: boolean): TfTensor;
  mean(tensor: TfTensor, axis: number, keepDims?: boolean): TfTensor;
  max(tensor: TfTensor, axis: number, keepDims?: boolean): TfTensor;
  square(x: TfTensor): TfTensor;
  sqrt(x: TfTensor): TfTensor;
  rsqrt(x: TfTensor): TfTensor;
  exp(x: TfTensor): TfTensor;
  log(x: TfTensor): TfTensor;
  erf(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  /** 1 above 0, 0 elsewhere. */
  step(x: TfTensor): TfTensor;
  softmax(logits: TfTensor): TfTensor;
}

/** They wait on this side, where they can be looked at, and go to the backend where they are used. */
export interface TfIndices extends Indices {
  readonly values: Int32Array;
}

/** A copy: backends may hold on to what they are given. */
export function placed(tf: Tfjs, values: Float32Array | Float64Array, shape: Shape): TfTensor {
  requireCount("place", "number of values", values.length, sizeOf(shape));
  return tf.tensor(new Float32Array(values), shape);
}

/** What is made inside lives until its end, but for what was kept. */
export function inScope<T>(tf: Tfjs, work: () => T): T {
  const scopes = tf.engine();
  scopes.startScope();
  try {
    return work();
  } finally {
    scopes.endScope();
  }
}

/** A copy. The tensor may be gone before the backend has answered. */
export async function readFloats(tf: Tfjs, tensor: TfTensor): Promise<Float32Array> {
  const held = tf.keep(tf.clone(tensor));
  try {
    return (await held.data()).slice();
  } finally {
    held.dispose();
  }
}

/** Row ids[i] of a tensor as row i. */
export function rowsAt(tf: Tfjs, table: TfTensor, ids: Int32Array): TfTensor {
  return tf.gather(table, tf.tensor(ids, [ids.length], "int32"));
}

/** Rows, added to the rows `ids` of zeros. Every backend has this one, and none of them looks at all rows for each, as segment sums may. */
export function rowsSummed(tf: Tfjs, rows: TfTensor, ids: Int32Array, shape: Shape): TfTensor {
  return tf.scatterND(tf.tensor(ids, [ids.length, 1], "int32"), rows, shape);
}
