import type { AdamWOptions, Floats, ParameterForm, Parameters } from "../engine.js";
import { requireCount, requireParameter, requireShape, sizeOf } from "../shapes.js";
import { product, scatter } from "./matrices.js";
import { type ReferenceIndices, type ReferenceTensor, tensor } from "./tensors.js";

type Kept = "values" | "gradients" | "first" | "second";

/** The buffers can be looked at: tests compare them in double precision. */
export class ReferenceParameters implements Parameters {
  readonly values: Float64Array;
  readonly gradients: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly #tensors = new Map<string, { readonly value: ReferenceTensor; readonly gradient: ReferenceTensor }>();

  constructor(readonly forms: readonly ParameterForm[]) {
    const size = forms.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    [this.values, this.gradients, this.first, this.second] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let from = 0;
    for (const { name, shape } of forms) {
      const to = from + sizeOf(shape);
      const value = tensor(shape, this.values.subarray(from, to));
      this.#tensors.set(name, { value, gradient: tensor(shape, this.gradients.subarray(from, to)) });
      from = to;
    }
  }

  tensor(name: string): ReferenceTensor {
    return this.#of(name).value;
  }

  gradient(name: string): ReferenceTensor {
    return this.#of(name).gradient;
  }

  addGradient(name: string, gradient: ReferenceTensor): void {
    const sums = this.gradient(name);
    requireShape("addGradient", `gradient of ${name}`, gradient, sums.shape);
    gradient.values.forEach((value, i) => {
      sums.values[i]! += value;
    });
  }

  addProduct(name: string, a: ReferenceTensor, b: ReferenceTensor): void {
    this.addGradient(name, product(a, b, { transposeA: true }));
  }

  addRows(name: string, ids: ReferenceIndices, gradient: ReferenceTensor): void {
    this.addGradient(name, scatter(gradient, ids, this.gradient(name).shape[0]!));
  }

  clearGradients(): void {
    this.gradients.fill(0);
  }

  squaredNorm(): number {
    return this.gradients.reduce((sum, value) => sum + value * value, 0);
  }

  scaleGradients(factor: number): void {
    this.gradients.forEach((value, i) => {
      this.gradients[i] = value * factor;
    });
  }

  /** Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with the decay multiplied by the rate, as PyTorch does. */
  adamW({ rate, beta1, beta2, epsilon, decay, step }: AdamWOptions): void {
    let i = 0;
    for (const { shape, decays } of this.forms) {
      for (const end = i + sizeOf(shape); i < end; i++) {
        const gradient = this.gradients[i]!;
        const first = beta1 * this.first[i]! + (1 - beta1) * gradient;
        const second = beta2 * this.second[i]! + (1 - beta2) * gradient * gradient;
        this.first[i] = first;
        this.second[i] = second;
        const change = first / (1 - beta1 ** step) / (Math.sqrt(second / (1 - beta2 ** step)) + epsilon);
        this.values[i] = this.values[i]! * (decays ? 1 - rate * decay : 1) - rate * change;
      }
    }
  }

  sgd(rate: number): void {
    this.gradients.forEach((value, i) => {
      this.values[i]! -= rate * value;
    });
  }

  read(which: Kept): Float64Array {
    return this[which].slice();
  }

  write(which: Kept, values: Floats): void {
    requireCount("write", `number of ${which}`, values.length, this[which].length);
    this[which].set(values);
  }

  close(): void {
    this.#tensors.clear();
  }

  #of(name: string) {
    return requireParameter(this.#tensors, name);
  }
}
