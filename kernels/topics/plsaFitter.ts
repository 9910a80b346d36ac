/** Steps of `plsa.ts` over blocks of documents, by the kernel in WebAssembly. */
import { sharedMemory, startKernel, type WasmModule } from "../numbers/webAssembly.js";
import { firstTermShares } from "./plsa.js";

/** What `kernels/assembly/plsa.ts` exports. */
interface PlsaKernel
  extends Readonly<
    Record<"rowBytes" | "offsets" | "terms" | "values" | "theta" | "phi" | "sums" | "row" | "mass", { value: number }>
  > {
  stepTopics(documents: number): void;
  stepTerms(documents: number): number;
  lossOf(documents: number): number;
  multiplyTerms(terms: number, into: number, wholes: number): void;
  scaleRows(rows: number, first: number, factors: number): void;
  temperRows(rows: number, from: number, into: number, power: number): void;
}

/** Documents of a block, at most. */
export const BLOCK_DOCUMENTS = 1024;
const FIRST_BYTE = 1024;

/** Where things lie in the memory of the kernel, in bytes. */
export interface PlsaLayout {
  readonly terms: number;
  readonly topics: number;
  /** Numbers of a row of topics: K, rounded up to a multiple of 4. */
  readonly width: number;
  /** Cells of a block, at most; a document has no more. */
  readonly cells: number;
  readonly at: Readonly<Record<Place, number>>;
  readonly bytes: number;
}

type Place = "offsets" | "cellTerms" | "values" | "theta" | "phi" | "tempered" | "sums" | "row" | "mass" | "wholes";

/** 12 V K bytes, and a block of documents. */
export function plsaLayout(terms: number, topics: number): PlsaLayout {
  const width = 4 * Math.ceil(topics / 4);
  const cells = Math.max(65_536, terms);
  let end = FIRST_BYTE;
  const place = (bytes: number): number => {
    const at = end;
    end = 16 * Math.ceil((at + bytes) / 16);
    return at;
  };
  const at = {
    offsets: place(4 * (BLOCK_DOCUMENTS + 1)),
    cellTerms: place(4 * cells),
    values: place(4 * cells),
    theta: place(4 * BLOCK_DOCUMENTS * width),
    phi: place(4 * terms * width),
    tempered: place(4 * terms * width),
    sums: place(4 * terms * width),
    row: place(4 * width),
    mass: place(8 * width),
    wholes: place(8 * width),
  };
  return { terms, topics, width, cells, at, bytes: end };
}

/** Cells of some documents: those of row d from `offsets[d]` to `offsets[d + 1]`. */
export interface PlsaBlock {
  readonly offsets: ArrayLike<number>;
  readonly terms: Uint32Array;
  readonly values: ArrayLike<number>;
}

export class PlsaFitter {
  readonly #layout: PlsaLayout;
  readonly #kernel: PlsaKernel;
  readonly #buffer: ArrayBufferLike;
  readonly #theta: Float32Array;
  #temper = 1;
  /** By what P(z | d) is multiplied before the next step (width,). */
  readonly scale: Float32Array;
  /** Tokens of each topic in the last step (width,). */
  readonly tokens: Float64Array;
  /** P(w | z), a row a term, each as wide as the layout says. */
  readonly phi: Float32Array;

  constructor(module: WasmModule, layout: PlsaLayout, seed: number) {
    const memory = sharedMemory(layout.bytes);
    this.#layout = layout;
    this.#buffer = memory.buffer;
    this.#kernel = startKernel<PlsaKernel>(module, memory);
    const { at, width, terms, topics } = layout;
    const { cellTerms, tempered: _, wholes: __, ...same } = at;
    for (const [name, value] of Object.entries({ ...same, terms: cellTerms, rowBytes: 4 * width }))
      this.#kernel[name as keyof typeof same].value = value;
    this.#theta = this.#floats(at.theta, BLOCK_DOCUMENTS * width);
    this.phi = this.#floats(at.phi, terms * width);
    this.scale = new Float32Array(width).fill(1);
    this.tokens = new Float64Array(this.#buffer, at.mass, width);
    const first = firstTermShares(terms, topics, seed);
    for (let term = 0; term < terms; term++)
      this.phi.set(first.subarray(term * topics, (term + 1) * topics), term * width);
  }

  #floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#buffer, at, length);
  }

  /** To be called before the blocks of a step. */
  beginStep(temper: number): void {
    const { at, terms } = this.#layout;
    this.#temper = temper;
    this.tokens.fill(0);
    if (temper < 1) this.#kernel.temperRows(terms, at.phi, at.tempered, temper);
  }

  /**
   * Both halves of a step for the documents of a block, whose topics so far are `theta`, rows as wide as the layout says; they become the new ones.
   * Returns -ln of the likelihood of the block, between the halves.
   */
  step(block: PlsaBlock, theta: Float32Array): number {
    const { width } = this.#layout;
    const documents = this.#load(block, theta);
    const own = this.#theta.subarray(0, documents * width);
    this.#beforeStep(block, documents);
    this.#kernel.phi.value = this.#usedPhi;
    this.#kernel.stepTopics(documents);
    theta.set(own);
    if (this.#temper < 1) this.#temperTopics(documents);
    const loss = this.#kernel.stepTerms(documents);
    return this.#temper < 1 ? this.loss(block, theta) : loss;
  }

  /** -ln of the likelihood of a block, whose documents have these topics. */
  loss(block: PlsaBlock, theta: Float32Array): number {
    const documents = this.#load(block, theta);
    this.#kernel.phi.value = this.#layout.at.phi;
    return this.#kernel.lossOf(documents);
  }

  /** To be called after the blocks of a step: P(w | z) from the sums. */
  endStep(): void {
    const { at, terms, width } = this.#layout;
    const wholes = new Float64Array(this.#buffer, at.wholes, width).fill(0);
    this.#kernel.phi.value = this.#usedPhi;
    this.#kernel.multiplyTerms(terms, at.phi, at.wholes);
    const inverse = (whole: number) => (whole > 0 ? 1 / whole : 0);
    this.#floats(at.row, width).set(wholes.map(inverse));
    this.#kernel.scaleRows(terms, at.phi, at.row);
    this.scale.set(wholes.map((whole, k) => (this.#temper < 1 ? 1 : whole * inverse(this.tokens[k]!))));
  }

  #temperTopics(documents: number): void {
    const { theta } = this.#layout.at;
    this.#kernel.temperRows(documents, theta, theta, this.#temper);
  }

  get #usedPhi(): number {
    return this.#temper < 1 ? this.#layout.at.tempered : this.#layout.at.phi;
  }

  #load({ offsets, terms, values }: PlsaBlock, theta: Float32Array): number {
    const { at } = this.#layout;
    const documents = offsets.length - 1;
    new Uint32Array(this.#buffer, at.offsets, documents + 1).set(offsets);
    new Uint32Array(this.#buffer, at.cellTerms, terms.length).set(terms);
    this.#floats(at.values, values.length).set(values);
    this.#theta.set(theta);
    return documents;
  }

  /** Raises P(z | d) to the temper, or multiplies it by the scale; a document without a cell has equal shares. */
  #beforeStep({ offsets }: PlsaBlock, documents: number): void {
    const { at, width, topics } = this.#layout;
    if (this.#temper < 1) this.#temperTopics(documents);
    else {
      this.#floats(at.row, width).set(this.scale);
      this.#kernel.scaleRows(documents, at.theta, at.row);
    }
    for (let d = 0; d < documents; d++)
      if (offsets[d] === offsets[d + 1]) this.#theta.fill(1 / topics, d * width, d * width + topics);
  }
}
