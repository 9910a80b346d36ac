import type { WasmModule } from "../numbers/webAssembly.js";
import { dropoutStream, dropoutThreshold } from "./dropoutDraws.js";
import type { Activation, AttentionOptions, Draw, Engine, ParameterForm, ProductOptions } from "./engine.js";
import { matrixOf, productSizes, requireCount, requireSame, requireShape, requireVector, sizeOf } from "./shapes.js";
import { attention, attentionBackward } from "./wasm/attention.js";
import { strided, WasmCore, type WasmIndices, type WasmTensor } from "./wasm/core.js";
import { SharedHeap } from "./wasm/heap.js";
import { WasmParameters } from "./wasm/parameters.js";
import * as shaping from "./wasm/shaping.js";

const GIB = 2 ** 30;

/** The numbers by which the kernel knows them. */
const activations: Readonly<Record<Activation, number>> = { tanh: 0, sigmoid: 1, relu: 2, gelu: 3, geluTanh: 4 };

/**
 * Compiled kernels in single precision. Results depend on `arithmetic` alone: the same bytes on every machine and at any number of threads.
 * Memory: what is made within a scope lives until its end; parameters 16 bytes a number, for good.
 */
export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly arithmetic: "fused" | "plain";
  readonly core: WasmCore;

  /**
   * @param module `kernels/assembly/neural.ts`, compiled
   * @param heap memory that other threads may share
   */
  constructor(module: WasmModule, heap: SharedHeap = SharedHeap.make(4 * GIB)) {
    this.core = new WasmCore(module, heap);
    this.arithmetic = this.core.arithmetic;
  }

  scope<T>(work: () => T): T {
    return this.core.scope(work);
  }

  place(values: Float32Array | Float64Array, shape: readonly number[]): WasmTensor {
    requireCount("place", "number of values", values.length, sizeOf(shape));
    const placed = this.core.tensor(shape);
    this.core.floats(placed.at, values.length).set(values);
    return placed;
  }

  placeIndices(values: Int32Array | Uint32Array): WasmIndices {
    const placed = this.core.indices(values.length);
    this.core.integers(placed.at, values.length).set(values);
    return placed;
  }

  zeros(shape: readonly number[]): WasmTensor {
    return this.core.zeros(shape);
  }

  read({ at, shape }: WasmTensor): Float32Array {
    return Float32Array.from(this.core.floats(at, sizeOf(shape)));
  }

  parameters(forms: readonly ParameterForm[]): WasmParameters {
    return new WasmParameters(this.core, forms);
  }

  product(a: WasmTensor, b: WasmTensor, options: ProductOptions = {}): WasmTensor {
    const [m, k, n] = productSizes(a, b, options);
    const { transposeA = false, transposeB = false, addTo } = options;
    const c = (addTo as WasmTensor | undefined) ?? this.core.tensor([m, n]);
    const right = { ...strided(b, transposeB), lasts: b.lasts };
    this.core.multiply(strided(a, transposeA), right, c.at, [m, k, n], addTo !== undefined);
    return c;
  }

  add(a: WasmTensor, b: WasmTensor): WasmTensor {
    requireSame("add", a, b);
    const sum = this.core.tensor(a.shape);
    this.core.kernel.add(a.at, b.at, sum.at, sizeOf(a.shape));
    return sum;
  }

  multiply(a: WasmTensor, b: WasmTensor): WasmTensor {
    requireSame("multiply", a, b);
    const product = this.core.tensor(a.shape);
    this.core.kernel.multiplyNumbers(a.at, b.at, product.at, sizeOf(a.shape));
    return product;
  }

  scale(a: WasmTensor, factor: number): WasmTensor {
    const scaled = this.core.tensor(a.shape);
    this.core.kernel.scale(a.at, factor, scaled.at, sizeOf(a.shape));
    return scaled;
  }

  addToRows(a: WasmTensor, vector: WasmTensor): WasmTensor {
    requireVector("addToRows", "the vector", vector, a);
    const [rows, columns] = matrixOf("addToRows", a);
    const sum = this.core.tensor(a.shape);
    this.core.kernel.addToRows(a.at, vector.at, sum.at, rows, columns);
    return sum;
  }

  sumOfRows(a: WasmTensor): WasmTensor {
    const [rows, columns] = matrixOf("sumOfRows", a);
    const sum = this.core.zeros([columns]);
    this.core.kernel.addRowsTo(a.at, sum.at, rows, columns);
    return sum;
  }

  reshape(a: WasmTensor, shape: readonly number[]): WasmTensor {
    return shaping.reshape(this.core, a, shape);
  }

  rows(a: WasmTensor, from: number, to: number): WasmTensor {
    return shaping.rows(this.core, a, from, to);
  }

  columns(a: WasmTensor, from: number, to: number): WasmTensor {
    return shaping.columns(this.core, a, from, to);
  }

  joinColumns(parts: readonly WasmTensor[]): WasmTensor {
    return shaping.joinColumns(this.core, parts);
  }

  joinRows(parts: readonly WasmTensor[]): WasmTensor {
    return shaping.joinRows(this.core, parts);
  }

  gather(table: WasmTensor, ids: WasmIndices): WasmTensor {
    const [rows, columns] = matrixOf("gather", table);
    this.core.requireIds("gather", ids, rows);
    const gathered = this.core.tensor([ids.length, columns]);
    this.core.kernel.gather(table.at, ids.at, gathered.at, ids.length, columns);
    return gathered;
  }

  scatter(gradient: WasmTensor, ids: WasmIndices, rows: number): WasmTensor {
    const [count, columns] = matrixOf("scatter", gradient);
    requireCount("scatter", "number of ids", ids.length, count);
    this.core.requireIds("scatter", ids, rows);
    const sums = this.core.zeros([rows, columns]);
    this.core.kernel.scatter(sums.at, ids.at, gradient.at, count, columns);
    return sums;
  }

  activate(kind: Activation, x: WasmTensor): WasmTensor {
    const y = this.core.tensor(x.shape);
    this.core.kernel.activate(activations[kind], x.at, y.at, sizeOf(x.shape));
    return y;
  }

  activateBackward(kind: Activation, x: WasmTensor, y: WasmTensor, gradient: WasmTensor): WasmTensor {
    requireSame("activateBackward", x, gradient);
    const back = this.core.tensor(x.shape);
    this.core.kernel.activateBackward(activations[kind], x.at, y.at, gradient.at, back.at, sizeOf(x.shape));
    return back;
  }

  layerNorm(x: WasmTensor, gain: WasmTensor, bias: WasmTensor, epsilon: number) {
    const [rows, columns] = matrixOf("layerNorm", x);
    requireVector("layerNorm", "gain", gain, x);
    requireVector("layerNorm", "bias", bias, x);
    const [y, kept] = [this.core.tensor(x.shape), this.core.tensor([rows, 2])];
    this.core.kernel.layerNorm(x.at, gain.at, bias.at, epsilon, y.at, kept.at, rows, columns);
    return { y, kept };
  }

  layerNormBackward(x: WasmTensor, gain: WasmTensor, kept: WasmTensor, gradient: WasmTensor) {
    const [rows, columns] = matrixOf("layerNormBackward", x);
    requireSame("layerNormBackward", x, gradient);
    const back = { x: this.core.tensor(x.shape), gain: this.core.zeros([columns]), bias: this.core.zeros([columns]) };
    const from = [x.at, gain.at, kept.at, gradient.at] as const;
    this.core.kernel.layerNormBackward(...from, back.x.at, back.gain.at, back.bias.at, rows, columns);
    return back;
  }

  softmax(logits: WasmTensor): WasmTensor {
    const [rows, columns] = matrixOf("softmax", logits);
    const shares = this.core.tensor(logits.shape);
    this.core.kernel.softmax(logits.at, shares.at, rows, columns);
    return shares;
  }

  crossEntropy(logits: WasmTensor, targets: WasmIndices, scale: number) {
    const [rows, columns] = matrixOf("crossEntropy", logits);
    requireCount("crossEntropy", "number of targets", targets.length, rows);
    this.core.requireIds("crossEntropy", targets, columns, -1);
    const losses = this.core.tensor([rows]);
    this.core.kernel.crossEntropy(logits.at, targets.at, losses.at, scale, rows, columns);
    return { losses, gradient: logits };
  }

  dropout(x: WasmTensor, rate: number, draw: Draw): WasmTensor {
    const [, columns] = matrixOf("dropout", x);
    const { key0, key1 } = dropoutStream(draw);
    const threshold = dropoutThreshold(rate);
    const dropped = this.core.tensor(x.shape);
    const [count, first] = [sizeOf(x.shape), draw.firstRow * columns];
    this.core.kernel.dropout(x.at, dropped.at, count, first, threshold, 1 / (1 - rate), key0, key1);
    return dropped;
  }

  lstmStep(gates: WasmTensor, cell: WasmTensor) {
    const [rows, size] = matrixOf("lstmStep", cell);
    requireShape("lstmStep", "gates", gates, [rows, 4 * size]);
    const [hidden, after] = [this.core.tensor(cell.shape), this.core.tensor(cell.shape)];
    const kept = this.core.tensor([rows, 5 * size]);
    this.core.kernel.lstmStep(gates.at, cell.at, hidden.at, after.at, kept.at, rows, size);
    return { hidden, cell: after, kept };
  }

  lstmStepBackward(
    kept: WasmTensor,
    cellBefore: WasmTensor,
    cell: WasmTensor,
    gradient: { readonly hidden: WasmTensor; readonly cell: WasmTensor },
  ) {
    const [rows, size] = matrixOf("lstmStepBackward", cell);
    requireShape("lstmStepBackward", "gradient of hidden", gradient.hidden, [rows, size]);
    requireShape("lstmStepBackward", "gradient of cell", gradient.cell, [rows, size]);
    const [gates, before] = [this.core.tensor([rows, 4 * size]), this.core.tensor(cell.shape)];
    const from = [kept.at, cellBefore.at, gradient.hidden.at, gradient.cell.at] as const;
    this.core.kernel.lstmStepBackward(...from, gates.at, before.at, rows, size);
    return { gates, cell: before };
  }

  attention(qkv: WasmTensor, options: AttentionOptions) {
    return attention(this.core, qkv, options);
  }

  attentionBackward(qkv: WasmTensor, weights: WasmTensor, gradient: WasmTensor, options: AttentionOptions): WasmTensor {
    return attentionBackward(this.core, qkv, weights, gradient, options);
  }

  windows(x: WasmTensor, length: number, width: number): WasmTensor {
    return shaping.windows(this.core, x, length, width);
  }

  windowsBackward(gradient: WasmTensor, length: number, width: number): WasmTensor {
    return shaping.windowsBackward(this.core, gradient, length, width);
  }

  maxOfGroups(x: WasmTensor, length: number) {
    return shaping.maxOfGroups(this.core, x, length);
  }

  maxOfGroupsBackward(gradient: WasmTensor, winners: WasmIndices, length: number): WasmTensor {
    return shaping.maxOfGroupsBackward(this.core, gradient, winners, length);
  }
}
