import type { WasmModule } from "../../numbers/webAssembly.js";
import { startKernel } from "../../numbers/webAssembly.js";
import type { Indices, Tensor } from "../engine.js";
import { requireIds, sizeOf } from "../shapes.js";
import { Arena, type ArenaMark, type SharedHeap } from "./heap.js";
import type { NeuralKernel } from "./kernel.js";

/** Row after row, from an address on. */
export interface WasmTensor extends Tensor {
  readonly at: number;
  /** Whether it holds a parameter, which stays the same until the optimiser's next step. */
  readonly lasts?: boolean;
}

export interface WasmIndices extends Indices {
  readonly at: number;
}

/** A matrix as products read it: number (i, j) lies at `at + i rowStep + j columnStep`. */
export interface Strided {
  readonly at: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Compiled functions, and one thread's memory for what they make. */
export class WasmCore {
  readonly kernel: NeuralKernel;
  readonly heap: SharedHeap;
  readonly arena: Arena;
  /** Parameters that products have packed within the scopes that are open, by place and form. */
  readonly #packed = new Map<string, number>();
  #buffer: SharedArrayBuffer | undefined;
  #floats: Float32Array = new Float32Array();
  #integers: Int32Array = new Int32Array();

  constructor(module: WasmModule, heap: SharedHeap) {
    this.kernel = startKernel<NeuralKernel>(module, heap.memory);
    this.heap = heap;
    this.arena = new Arena(heap);
    this.kernel.edge.value = heap.claim(192);
  }

  get arithmetic(): "fused" | "plain" {
    return this.kernel.fuses(1 + 2 ** -23) ? "fused" : "plain";
  }

  /** Numbers in memory, copied out or written to; a view is good until the next allocation. */
  floats(at: number, count: number): Float32Array {
    this.#view();
    return this.#floats.subarray(at / 4, at / 4 + count);
  }

  integers(at: number, count: number): Int32Array {
    this.#view();
    return this.#integers.subarray(at / 4, at / 4 + count);
  }

  requireIds(operation: string, { at, length }: WasmIndices, rows: number, lowest = 0): void {
    requireIds(operation, this.integers(at, length), rows, lowest);
  }

  /** A tensor that holds anything yet. */
  tensor(shape: readonly number[]): WasmTensor {
    return { shape, at: this.arena.allocate(4 * sizeOf(shape)) };
  }

  zeros(shape: readonly number[]): WasmTensor {
    const made = this.tensor(shape);
    this.floats(made.at, sizeOf(shape)).fill(0);
    return made;
  }

  indices(length: number): WasmIndices {
    return { length, at: this.arena.allocate(4 * length) };
  }

  scope<T>(work: () => T): T {
    const mark = this.arena.mark();
    try {
      return work();
    } finally {
      this.#release(mark);
    }
  }

  /** What is packed of parameters is not theirs any more. */
  forgetPacked(): void {
    this.#packed.clear();
  }

  /** C (m x n, rows without gaps) = A B, or C += A B. A parameter is packed once for all products within a scope. */
  multiply(
    a: Strided,
    b: Strided & { readonly lasts?: boolean | undefined },
    c: number,
    sizes: readonly number[],
    adds: boolean,
  ): void {
    const [m, k, n] = sizes as [number, number, number];
    const lasting = b.lasts === true ? this.#packedOnce(b, k, n) : undefined;
    const mark = this.arena.mark();
    const packed = lasting ?? this.#pack(b, k, n);
    const scratch = this.arena.allocate(this.kernel.scratchBytes(m, k));
    this.kernel.multiply(a.at, a.rowStep, a.columnStep, packed, c, 4 * n, m, k, n, adds ? 1 : 0, scratch);
    this.arena.release(mark);
  }

  #packedOnce(b: Strided, k: number, n: number): number {
    const key = `${b.at} ${b.rowStep} ${b.columnStep} ${k} ${n}`;
    const known = this.#packed.get(key);
    if (known !== undefined) return known;
    const packed = this.#pack(b, k, n);
    this.#packed.set(key, packed);
    return packed;
  }

  #pack(b: Strided, k: number, n: number): number {
    const packed = this.arena.allocate(this.kernel.packedBytes(k, n));
    this.kernel.packColumns(b.at, b.rowStep, b.columnStep, k, n, packed);
    return packed;
  }

  #release(mark: ArenaMark): void {
    this.arena.release(mark);
    for (const [key, at] of this.#packed) if (!this.arena.holds(at)) this.#packed.delete(key);
  }

  #view(): void {
    const { buffer } = this.heap.memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#floats = new Float32Array(buffer);
    this.#integers = new Int32Array(buffer);
  }
}

/** How a product reads a matrix whose rows have no gaps. */
export function strided({ at, shape }: WasmTensor, transposed: boolean): Strided {
  const row = 4 * shape[1]!;
  return transposed ? { at, rowStep: 4, columnStep: row } : { at, rowStep: row, columnStep: 4 };
}
