import {
  type Activation,
  type AttentionOptions,
  type Draw,
  dropoutMask,
  type Engine,
  matrixOf,
  type ParameterForm,
  type ProductOptions,
  productSizes,
  requireCount,
  requireIds,
  requireRange,
  requireSame,
  requireSameSize,
  requireVector,
  sizeOf,
} from "../../kernels/neural/index.js";
import { activate, slopeOf } from "./activations.js";
import { attention, attentionBackward } from "./attention.js";
import { maxOfGroups, maxOfGroupsBackward, type Winners, windows, windowsBackward } from "./groups.js";
import { type LstmGates, lstmStep, lstmStepBackward } from "./lstm.js";
import { TensorflowParameters } from "./parameters.js";
import { crossEntropy, layerNorm, layerNormBackward, type NormalRows } from "./rowOperations.js";
import { inScope, placed, readFloats, rowsAt, rowsSummed, type TfIndices, type Tfjs, type TfTensor } from "./tfjs.js";

/**
 * Operations of a loaded TensorFlow.js, in single precision, on the backend that is set. They are few, since each costs some 10 us before it
 * computes; none of the library's gradients is used, and nothing that draws. Results are the same from run to run as far as the backend's own
 * are; backends differ in the last digits. What is kept for a backward function is in parts, and cannot be read.
 * Memory: what is made within a scope lives until its end; parameters see `TensorflowParameters`.
 */
export class TensorflowEngine implements Engine {
  readonly name = "tensorflow";
  readonly #tf: Tfjs;

  /** @param arithmetic backend and version */
  constructor(
    tf: Tfjs,
    readonly arithmetic: string,
  ) {
    this.#tf = tf;
  }

  scope<T>(work: () => T): T {
    return inScope(this.#tf, work);
  }

  place(values: Float32Array | Float64Array, shape: readonly number[]): TfTensor {
    return placed(this.#tf, values, shape);
  }

  placeIndices(values: Int32Array | Uint32Array): TfIndices {
    return { length: values.length, values: Int32Array.from(values) };
  }

  zeros(shape: readonly number[]): TfTensor {
    return this.#tf.zeros(shape);
  }

  read(tensor: TfTensor): Promise<Float32Array> {
    return readFloats(this.#tf, tensor);
  }

  parameters(forms: readonly ParameterForm[]): TensorflowParameters {
    return new TensorflowParameters(this.#tf, forms);
  }

  product(a: TfTensor, b: TfTensor, options: ProductOptions = {}): TfTensor {
    productSizes(a, b, options);
    const { transposeA = false, transposeB = false, addTo } = options;
    const product = this.#tf.matMul(a, b, transposeA, transposeB);
    return addTo === undefined ? product : this.#tf.add(addTo as TfTensor, product);
  }

  add(a: TfTensor, b: TfTensor): TfTensor {
    requireSame("add", a, b);
    return this.#tf.add(a, b);
  }

  multiply(a: TfTensor, b: TfTensor): TfTensor {
    requireSame("multiply", a, b);
    return this.#tf.mul(a, b);
  }

  scale(a: TfTensor, factor: number): TfTensor {
    return this.#tf.mul(a, factor);
  }

  addToRows(a: TfTensor, vector: TfTensor): TfTensor {
    requireVector("addToRows", "the vector", vector, a);
    return this.#tf.add(a, vector);
  }

  sumOfRows(a: TfTensor): TfTensor {
    matrixOf("sumOfRows", a);
    return this.#tf.sum(a, 0);
  }

  reshape(a: TfTensor, shape: readonly number[]): TfTensor {
    requireSameSize("reshape", a, shape);
    return this.#tf.reshape(a, shape);
  }

  rows(a: TfTensor, from: number, to: number): TfTensor {
    const [count, columns] = matrixOf("rows", a);
    requireRange("rows", "rows", from, to, count);
    return this.#tf.slice(a, [from, 0], [to - from, columns]);
  }

  columns(a: TfTensor, from: number, to: number): TfTensor {
    const [count, columns] = matrixOf("columns", a);
    requireRange("columns", "columns", from, to, columns);
    return this.#tf.slice(a, [0, from], [count, to - from]);
  }

  joinColumns(parts: readonly TfTensor[]): TfTensor {
    const [rows] = matrixOf("joinColumns", parts[0]!);
    for (const [p, part] of parts.entries())
      requireCount("joinColumns", `rows of part ${p}`, matrixOf("joinColumns", part)[0], rows);
    return this.#tf.concat(parts, 1);
  }

  joinRows(parts: readonly TfTensor[]): TfTensor {
    const [, columns] = matrixOf("joinRows", parts[0]!);
    for (const [p, part] of parts.entries())
      requireCount("joinRows", `columns of part ${p}`, matrixOf("joinRows", part)[1], columns);
    return this.#tf.concat(parts, 0);
  }

  gather(table: TfTensor, { values }: TfIndices): TfTensor {
    requireIds("gather", values, matrixOf("gather", table)[0]);
    return rowsAt(this.#tf, table, values);
  }

  scatter(gradient: TfTensor, { values }: TfIndices, rows: number): TfTensor {
    const [count, columns] = matrixOf("scatter", gradient);
    requireCount("scatter", "number of ids", values.length, count);
    requireIds("scatter", values, rows);
    return rowsSummed(this.#tf, gradient, values, [rows, columns]);
  }

  activate(kind: Activation, x: TfTensor): TfTensor {
    return activate(this.#tf, kind, x);
  }

  activateBackward(kind: Activation, x: TfTensor, y: TfTensor, gradient: TfTensor): TfTensor {
    requireSame("activateBackward", x, gradient);
    return this.#tf.mul(gradient, slopeOf(this.#tf, kind, x, y));
  }

  layerNorm(x: TfTensor, gain: TfTensor, bias: TfTensor, epsilon: number) {
    return layerNorm(this.#tf, x, gain, bias, epsilon);
  }

  layerNormBackward(x: TfTensor, gain: TfTensor, kept: NormalRows, gradient: TfTensor) {
    return layerNormBackward(this.#tf, x, gain, kept, gradient);
  }

  softmax(logits: TfTensor): TfTensor {
    matrixOf("softmax", logits);
    return this.#tf.softmax(logits);
  }

  crossEntropy(logits: TfTensor, targets: TfIndices, scale: number) {
    return crossEntropy(this.#tf, logits, targets, scale);
  }

  dropout(x: TfTensor, rate: number, draw: Draw): TfTensor {
    const mask = dropoutMask(sizeOf(x.shape), matrixOf("dropout", x)[1], rate, draw);
    const factors = new Float32Array(mask).map((kept) => kept / (1 - rate));
    return this.#tf.mul(x, this.#tf.tensor(factors, x.shape));
  }

  lstmStep(gates: TfTensor, cell: TfTensor) {
    return lstmStep(this.#tf, gates, cell);
  }

  lstmStepBackward(
    kept: LstmGates,
    cellBefore: TfTensor,
    _: TfTensor,
    gradient: { readonly hidden: TfTensor; readonly cell: TfTensor },
  ) {
    return lstmStepBackward(this.#tf, kept, cellBefore, gradient);
  }

  attention(qkv: TfTensor, options: AttentionOptions) {
    return attention(this.#tf, qkv, options);
  }

  attentionBackward(qkv: TfTensor, weights: TfTensor, gradient: TfTensor, options: AttentionOptions): TfTensor {
    return attentionBackward(this.#tf, qkv, weights, gradient, options);
  }

  windows(x: TfTensor, length: number, width: number): TfTensor {
    return windows(this.#tf, x, length, width);
  }

  windowsBackward(gradient: TfTensor, length: number, width: number): TfTensor {
    return windowsBackward(this.#tf, gradient, length, width);
  }

  maxOfGroups(x: TfTensor, length: number) {
    return maxOfGroups(this.#tf, x, length);
  }

  maxOfGroupsBackward(gradient: TfTensor, winners: Winners, length: number): TfTensor {
    return maxOfGroupsBackward(this.#tf, gradient, winners, length);
  }
}
