import type { AdamWOptions, ParameterForm, Parameters } from "../engine.js";
import { requireCount, requireParameter, requireShape, sizeOf } from "../shapes.js";
import { strided, type WasmCore, type WasmIndices, type WasmTensor } from "./core.js";

export const keptArrays = ["values", "gradients", "first", "second"] as const;
export type KeptArray = (typeof keptArrays)[number];
/** The address of each array of parameters. */
export type ParameterPlaces = Readonly<Record<KeptArray, number>>;

export function countOf(forms: readonly ParameterForm[]): number {
  return forms.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Parameters in a block: what threads divide among themselves, and whose squares are summed before those of all blocks. */
export const PARAMETER_BLOCK = 16384;

export function blocksOf(count: number): number {
  return Math.ceil(count / PARAMETER_BLOCK);
}

/**
 * Parameters in the memory of a kernel, which other threads may see too: the arrays lie where they are told, or where they are claimed when
 * they are needed first, filled with zeros.
 * State: 4 bytes a number for those of a network that does not learn, 16 bytes with gradients and both moments.
 */
export class WasmParameters implements Parameters {
  readonly forms: readonly ParameterForm[];
  readonly count: number;
  readonly #core: WasmCore;
  readonly #places: Partial<Record<KeptArray, number>>;
  readonly #from = new Map<string, { readonly form: ParameterForm; readonly offset: number }>();

  constructor(core: WasmCore, forms: readonly ParameterForm[], places: Partial<ParameterPlaces> = {}) {
    this.forms = forms;
    this.#core = core;
    this.#places = { ...places };
    let offset = 0;
    for (const form of forms) {
      this.#from.set(form.name, { form, offset });
      offset += 4 * sizeOf(form.shape);
    }
    this.count = offset / 4;
  }

  tensor(name: string): WasmTensor {
    return { ...this.#tensorIn("values", name), lasts: true };
  }

  addGradient(name: string, gradient: WasmTensor): void {
    const { at, shape } = this.#tensorIn("gradients", name);
    requireShape("addGradient", `gradient of ${name}`, gradient, shape);
    this.#core.kernel.add(at, gradient.at, at, sizeOf(shape));
  }

  addProduct(name: string, a: WasmTensor, b: WasmTensor): void {
    const { at, shape } = this.#tensorIn("gradients", name);
    requireShape("addProduct", "a", a, [b.shape[0]!, shape[0]!]);
    requireShape("addProduct", "b", b, [a.shape[0]!, shape[1]!]);
    this.#core.multiply(strided(a, true), strided(b, false), at, [shape[0]!, a.shape[0]!, shape[1]!], true);
  }

  addRows(name: string, ids: WasmIndices, gradient: WasmTensor): void {
    const { at, shape } = this.#tensorIn("gradients", name);
    requireShape("addRows", "gradient", gradient, [ids.length, shape[1]!]);
    this.#core.requireIds("addRows", ids, shape[0]!);
    this.#core.kernel.scatter(at, ids.at, gradient.at, ids.length, shape[1]!);
  }

  clearGradients(): void {
    this.#array("gradients").fill(0);
  }

  squaredNorm(): number {
    let sum = 0;
    for (let block = 0; block < blocksOf(this.count); block++) sum += this.squaredNormOf(block);
    return sum;
  }

  squaredNormOf(block: number): number {
    const first = block * PARAMETER_BLOCK;
    const count = Math.min(PARAMETER_BLOCK, this.count - first);
    return this.#core.kernel.squaredNorm(this.#place("gradients") + 4 * first, count);
  }

  scaleGradients(factor: number): void {
    const gradients = this.#place("gradients");
    this.#core.kernel.scale(gradients, factor, gradients, this.count);
  }

  adamW(options: AdamWOptions): void {
    this.adamWOf(options, 1, 0, this.count);
  }

  /** The same for numbers from..to-1 of the buffer, with gradients multiplied by `factor`. */
  adamWOf(options: AdamWOptions, factor: number, from: number, to: number): void {
    const { rate, beta1, beta2, epsilon, decay, step } = options;
    const [values, gradients] = [this.#place("values"), this.#place("gradients")];
    const [first, second] = [this.#place("first"), this.#place("second")];
    const stepSize = rate / (1 - beta1 ** step);
    const widening = 1 / Math.sqrt(1 - beta2 ** step);
    for (const { form, offset } of this.#from.values()) {
      const begin = Math.max(offset, 4 * from);
      const count = (Math.min(offset + 4 * sizeOf(form.shape), 4 * to) - begin) / 4;
      if (count <= 0) continue;
      const places = [values + begin, gradients + begin, first + begin, second + begin] as const;
      const shrink = form.decays ? 1 - rate * decay : 1;
      this.#core.kernel.adamW(...places, count, factor, beta1, beta2, epsilon, stepSize, widening, shrink);
    }
    this.#core.forgetPacked();
  }

  sgd(rate: number): void {
    this.sgdOf(rate, 1, 0, this.count);
  }

  /** The same for numbers from..to-1 of the buffer, with gradients multiplied by `factor`. */
  sgdOf(rate: number, factor: number, from: number, to: number): void {
    const [values, gradients] = [this.#place("values"), this.#place("gradients")];
    this.#core.kernel.sgd(values + 4 * from, gradients + 4 * from, to - from, factor, rate);
    this.#core.forgetPacked();
  }

  read(which: KeptArray): Float32Array {
    return Float32Array.from(this.#array(which));
  }

  write(which: KeptArray, values: Float32Array): void {
    requireCount("write", `number of ${which}`, values.length, this.count);
    this.#array(which).set(values);
    this.#core.forgetPacked();
  }

  /** The memory lives as long as the engine. */
  close(): void {
    this.#from.clear();
  }

  #place(which: KeptArray): number {
    this.#places[which] ??= this.#core.heap.claim(4 * this.count);
    return this.#places[which];
  }

  #array(which: KeptArray): Float32Array {
    return this.#core.floats(this.#place(which), this.count);
  }

  #tensorIn(which: KeptArray, name: string): WasmTensor {
    const found = requireParameter(this.#from, name);
    return { shape: found.form.shape, at: this.#place(which) + found.offset };
  }
}
