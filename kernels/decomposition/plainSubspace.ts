import type { SparseRows, SubspaceEngine } from "./subspace.js";

/**
 * The arithmetic of `subspace.ts` in double precision, written as the equations are: what the compiled kernel is tested against.
 * State: 16 V m bytes; A is read again in each pass.
 */
export class PlainSubspace implements SubspaceEngine {
  readonly #rows: SparseRows;
  readonly #width: number;
  #x: Float64Array;
  readonly arithmetic = "plain";

  constructor(rows: SparseRows, width: number) {
    this.#rows = rows;
    this.#width = width;
    this.#x = new Float64Array(rows.columns * width);
  }

  async begin(): Promise<number> {
    let squares = 0;
    for await (const { values } of this.#rows.batches()) for (const value of values) squares += value * value;
    return squares;
  }

  read(): Float32Array {
    return Float32Array.from(this.#x);
  }

  write(x: Float32Array): void {
    this.#x.set(x);
  }

  async iterate(shift: number): Promise<void> {
    const z = this.#x.map((value) => 0 - shift * value);
    await this.#eachProduct((y, cells) => {
      for (const [term, value] of cells)
        for (let k = 0, at = term * this.#width; k < this.#width; k++) z[at + k]! += value * y[k]!;
    });
    this.#x = z;
  }

  async gram(): Promise<Float64Array> {
    const gram = new Float64Array(this.#width ** 2);
    for (let at = 0; at < this.#x.length; at += this.#width)
      addOuter(gram, this.#x.subarray(at, at + this.#width), this.#width);
    return gram;
  }

  async transform(t: Float64Array): Promise<void> {
    const width = this.#width;
    const row = new Float64Array(width);
    for (let at = 0; at < this.#x.length; at += width) {
      row.fill(0);
      for (let i = 0; i < width; i++)
        for (let k = 0, x = this.#x[at + i]!; k < width; k++) row[k]! += x * t[i * width + k]!;
      this.#x.set(row, at);
    }
  }

  async energy(): Promise<Float64Array> {
    const gram = new Float64Array(this.#width ** 2);
    await this.#eachProduct((y) => addOuter(gram, y, this.#width));
    return gram;
  }

  async products(columns: number): Promise<Float32Array> {
    const rows: Float32Array[] = [];
    await this.#eachProduct((y) => rows.push(Float32Array.from(y.subarray(0, columns))));
    const all = new Float32Array(rows.length * columns);
    rows.forEach((row, n) => {
      all.set(row, n * columns);
    });
    return all;
  }

  async close(): Promise<void> {}

  /** The product y = a X of each row a, and the row's cells. */
  async #eachProduct(visit: (y: Float64Array, cells: readonly (readonly [number, number])[]) => void): Promise<void> {
    const width = this.#width;
    for await (const { offsets, terms, values } of this.#rows.batches())
      for (let row = 0; row < offsets.length - 1; row++) {
        const cells: (readonly [number, number])[] = [];
        for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++) cells.push([terms[cell]!, values[cell]!]);
        const y = new Float64Array(width);
        for (const [term, value] of cells) for (let k = 0; k < width; k++) y[k]! += value * this.#x[term * width + k]!;
        visit(y, cells);
      }
  }
}

/** sum += y'y */
function addOuter(sum: Float64Array, y: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) for (let k = 0; k < width; k++) sum[i * width + k]! += y[i]! * y[k]!;
}
