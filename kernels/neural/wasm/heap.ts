import { growTo, sharedMemory, type WasmMemory } from "../../numbers/webAssembly.js";

const MIB = 2 ** 20;
/** Of address space: what is not written to takes no memory. */
const CHUNK = 16 * MIB;
const LINE = 64;
/** Addresses below hold what all threads share: the end of what is claimed. */
const RESERVED = 1024;

/** A memory of which pieces are claimed, by several threads at once, and never given back. It grows up to its limit. */
export class SharedHeap {
  constructor(
    readonly memory: WasmMemory,
    readonly limit: number,
  ) {}

  /** @param limit bytes, at most 4 GiB */
  static make(limit: number): SharedHeap {
    const heap = new SharedHeap(sharedMemory(MIB, limit), limit);
    Atomics.store(heap.#end, 0, RESERVED / LINE);
    return heap;
  }

  /** The address of zeros that nobody else has. */
  claim(bytes: number): number {
    const lines = Math.ceil(bytes / LINE);
    const first = Atomics.add(this.#end, 0, lines) * LINE;
    const end = first + lines * LINE;
    if (!this.#reach(end)) {
      const [wanted, limit] = [end, this.limit].map((size) => `${Math.ceil(size / MIB)} MiB`);
      throw new RangeError(`neural engine: memory must stay below its limit of ${limit}, got ${wanted} needed`);
    }
    return first;
  }

  /** Bytes that are claimed, by all threads. */
  get claimed(): number {
    return Atomics.load(this.#end, 0) * LINE;
  }

  /** Another thread may grow the memory meanwhile: what counts is how large it is in the end. */
  #reach(end: number): boolean {
    try {
      growTo(this.memory, end);
    } catch {
      return this.memory.buffer.byteLength >= end;
    }
    return true;
  }

  /** Of what is claimed, in lines. */
  get #end(): Uint32Array {
    return new Uint32Array(this.memory.buffer, 0, 1);
  }
}

/** How far an arena is used. */
export interface ArenaMark {
  readonly chunk: number;
  readonly used: number;
}

/**
 * Memory of one thread for what lives until a scope ends: allocations follow each other, and are freed together by going back to a mark.
 * Holds as much as was ever used at once, rounded up to chunks of 16 MiB of address space.
 */
export class Arena {
  readonly #heap: SharedHeap;
  readonly #chunks: { readonly at: number; readonly bytes: number }[] = [];
  #chunk = -1;
  #used = 0;

  constructor(heap: SharedHeap) {
    this.#heap = heap;
  }

  /** The address of so many bytes, which hold anything; it and their end are multiples of 64. */
  allocate(bytes: number): number {
    const whole = Math.ceil(bytes / LINE) * LINE;
    while (this.#chunk < 0 || this.#used + whole > this.#chunks[this.#chunk]!.bytes) {
      this.#chunk++;
      this.#used = 0;
      if (this.#chunk === this.#chunks.length) {
        const size = Math.max(whole, CHUNK);
        this.#chunks.push({ at: this.#heap.claim(size), bytes: size });
      }
    }
    const address = this.#chunks[this.#chunk]!.at + this.#used;
    this.#used += whole;
    return address;
  }

  mark(): ArenaMark {
    return { chunk: this.#chunk, used: this.#used };
  }

  release({ chunk, used }: ArenaMark): void {
    this.#chunk = chunk;
    this.#used = used;
  }

  /** Whether what was allocated there is still alive. */
  holds(address: number): boolean {
    const chunk = this.#chunks.findIndex(({ at, bytes }) => address >= at && address < at + bytes);
    return chunk < this.#chunk || (chunk === this.#chunk && address < this.#chunks[chunk]!.at + this.#used);
  }

  /** Bytes that are held, used or not. */
  get bytes(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
