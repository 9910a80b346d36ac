import {
  type AdamWOptions,
  type ParameterForm,
  type Parameters,
  requireCount,
  requireIds,
  requireParameter,
  requireShape,
  sizeOf,
} from "../../kernels/neural/index.js";
import { inScope, readFloats, rowsSummed, type TfIndices, type Tfjs, type TfTensor } from "./tfjs.js";

type Kept = "values" | "gradients" | "first" | "second";

/** Numbers whose squares are summed in single precision, before those sums are summed in double precision. */
const BLOCK = 256;

/**
 * Parameters in one tensor, and so are their gradients and what the optimiser keeps: an update is some sixteen operations on all numbers.
 * Gradients wait one by one, and are joined where they are asked for. Tensors are never written to but replaced: backends keep what they
 * have made of them.
 * State: 16 bytes a number, 4 for the parameters cut out of theirs, 4 for what decays, and 4 while gradients wait.
 */
export class TensorflowParameters implements Parameters {
  readonly forms: readonly ParameterForm[];
  readonly #tf: Tfjs;
  readonly #count: number;
  /** Zeros behind the last number, so that blocks are whole. */
  readonly #rest: number;
  readonly #places = new Map<string, number>();
  /** Zeros where there is none yet. */
  readonly #whole = new Map<Kept, TfTensor>();
  /** Of the values, by their forms. */
  #cut: readonly TfTensor[] | undefined;
  /** Gradients that were not joined yet, flat. */
  readonly #waiting = new Map<string, TfTensor>();
  /** 1 for numbers that decay, made for the first decay. */
  #decays: TfTensor | undefined;

  constructor(tf: Tfjs, forms: readonly ParameterForm[]) {
    this.#tf = tf;
    this.forms = forms;
    this.#count = forms.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    this.#rest = (BLOCK - (this.#count % BLOCK)) % BLOCK;
    for (const [i, { name }] of forms.entries()) this.#places.set(name, i);
  }

  /** Good until the values change. */
  tensor(name: string): TfTensor {
    const place = this.#placeOf(name);
    this.#cut ??= this.#cutValues();
    return this.#cut[place]!;
  }

  addGradient(name: string, gradient: TfTensor): void {
    requireShape("addGradient", `gradient of ${name}`, gradient, this.#shapeOf(name));
    this.#collect(name, () => gradient);
  }

  addProduct(name: string, a: TfTensor, b: TfTensor): void {
    const [rows, columns] = this.#shapeOf(name);
    requireShape("addProduct", "a", a, [b.shape[0]!, rows!]);
    requireShape("addProduct", "b", b, [a.shape[0]!, columns!]);
    this.#collect(name, () => this.#tf.matMul(a, b, true, false));
  }

  addRows(name: string, ids: TfIndices, gradient: TfTensor): void {
    const shape = this.#shapeOf(name);
    requireShape("addRows", "gradient", gradient, [ids.length, shape[1]!]);
    requireIds("addRows", ids.values, shape[0]!);
    this.#collect(name, () => rowsSummed(this.#tf, gradient, ids.values, shape));
  }

  clearGradients(): void {
    this.#drop("gradients");
  }

  async squaredNorm(): Promise<number> {
    const tf = this.#tf;
    const sums = inScope(tf, () => {
      const blocks = tf.reshape(this.#all("gradients"), [(this.#count + this.#rest) / BLOCK, BLOCK]);
      return readFloats(tf, tf.sum(tf.square(blocks), 1));
    });
    return (await sums).reduce((sum, value) => sum + value, 0);
  }

  scaleGradients(factor: number): void {
    this.#replace({ gradients: () => this.#tf.mul(this.#all("gradients"), factor) });
  }

  /** As the reference, with the corrections for the first steps drawn out of the square root. */
  adamW({ rate, beta1, beta2, epsilon, decay, step }: AdamWOptions): void {
    const tf = this.#tf;
    const gradients = this.#all("gradients");
    this.#replace({
      first: () => tf.add(tf.mul(this.#all("first"), beta1), tf.mul(gradients, 1 - beta1)),
      second: () => tf.add(tf.mul(this.#all("second"), beta2), tf.mul(tf.square(gradients), 1 - beta2)),
    });
    const widening = Math.sqrt(1 - beta2 ** step);
    this.#replace({
      values: () => {
        const lengths = tf.add(tf.sqrt(this.#all("second")), epsilon * widening);
        const change = tf.mul(tf.div(this.#all("first"), lengths), (rate * widening) / (1 - beta1 ** step));
        return tf.sub(this.#decayed(rate * decay), change);
      },
    });
  }

  sgd(rate: number): void {
    this.#replace({ values: () => this.#tf.sub(this.#all("values"), this.#tf.mul(this.#all("gradients"), rate)) });
  }

  read(which: Kept): Promise<Float32Array> {
    const all = inScope(this.#tf, () => readFloats(this.#tf, this.#all(which)));
    return all.then((values) => values.subarray(0, this.#count));
  }

  write(which: Kept, values: Float32Array | Float64Array): void {
    requireCount("write", `number of ${which}`, values.length, this.#count);
    this.#replace({ [which]: () => this.#placed(values) });
  }

  close(): void {
    for (const which of ["values", "gradients", "first", "second"] as const) this.#drop(which);
    this.#decays?.dispose();
    this.#decays = undefined;
    this.#places.clear();
  }

  #cutValues(): TfTensor[] {
    const tf = this.#tf;
    return inScope(tf, () => {
      const sizes = this.forms.map(({ shape }) => sizeOf(shape));
      const parts = tf.split(this.#all("values"), this.#rest > 0 ? [...sizes, this.#rest] : sizes, 0);
      return this.forms.map(({ shape }, i) => tf.keep(shape.length === 1 ? parts[i]! : tf.reshape(parts[i]!, shape)));
    });
  }

  /** What a flat tensor is made of is the caller's. */
  #collect(name: string, make: () => TfTensor): void {
    const tf = this.#tf;
    const before = this.#waiting.get(name);
    const sum = inScope(tf, () => {
      const own = tf.reshape(make(), [-1]);
      return tf.keep(before === undefined ? own : tf.add(before, own));
    });
    this.#waiting.set(name, sum);
    before?.dispose();
  }

  #all(which: Kept): TfTensor {
    if (which === "gradients" && this.#waiting.size > 0) this.#join();
    const found = this.#whole.get(which);
    if (found !== undefined) return found;
    this.#replace({ [which]: () => this.#tf.zeros([this.#count + this.#rest]) });
    return this.#whole.get(which)!;
  }

  #join(): void {
    const tf = this.#tf;
    const before = this.#whole.get("gradients");
    this.#replace({
      gradients: () => {
        const parts = this.forms.map(({ name, shape }) => this.#waiting.get(name) ?? tf.zeros([sizeOf(shape)]));
        const joined = tf.concat(this.#rest > 0 ? [...parts, tf.zeros([this.#rest])] : parts, 0);
        return before === undefined ? joined : tf.add(before, joined);
      },
    });
  }

  #replace(made: Partial<Readonly<Record<Kept, () => TfTensor>>>): void {
    const tf = this.#tf;
    for (const [which, make] of Object.entries(made) as [Kept, () => TfTensor][]) {
      const tensor = inScope(tf, () => tf.keep(make()));
      this.#drop(which);
      this.#whole.set(which, tensor);
    }
  }

  /** With what was made of it. */
  #drop(which: Kept): void {
    this.#whole.get(which)?.dispose();
    this.#whole.delete(which);
    if (which === "values") {
      for (const part of this.#cut ?? []) part.dispose();
      this.#cut = undefined;
    }
    if (which === "gradients") {
      for (const part of this.#waiting.values()) part.dispose();
      this.#waiting.clear();
    }
  }

  #decayed(share: number): TfTensor {
    const tf = this.#tf;
    const values = this.#all("values");
    if (share === 0) return values;
    this.#decays ??= inScope(tf, () => tf.keep(this.#placed(this.#whatDecays())));
    return tf.mul(values, tf.sub(1, tf.mul(this.#decays, share)));
  }

  #whatDecays(): Float32Array {
    const ones = new Float32Array(this.#count);
    let from = 0;
    for (const { shape, decays } of this.forms) {
      const to = from + sizeOf(shape);
      if (decays) ones.fill(1, from, to);
      from = to;
    }
    return ones;
  }

  #placed(values: Float32Array | Float64Array): TfTensor {
    const whole = new Float32Array(this.#count + this.#rest);
    whole.set(values);
    return this.#tf.tensor(whole, [whole.length]);
  }

  #shapeOf(name: string): readonly number[] {
    return this.forms[this.#placeOf(name)]!.shape;
  }

  #placeOf(name: string): number {
    return requireParameter(this.#places, name);
  }
}
