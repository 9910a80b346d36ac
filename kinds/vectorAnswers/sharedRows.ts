import { sharedMemory, type WasmMemory } from "../../kernels/numbers/webAssembly.js";
import type { VectorTable } from "../../schemas/vectors.js";

/** Where things lie in the memory, in bytes. A row takes D numbers, rounded up to a multiple of 4. */
export interface RowLayout {
  readonly terms: number;
  readonly vectorSize: number;
  readonly rowBytes: number;
  readonly rows: number;
  readonly inverse: number;
  /** Room for all questions that are answered together, `queryBytes` each: three vectors, or one and its codes. */
  readonly queries: number;
  readonly queryBytes: number;
  /** Room for the rows of a block: some that are looked at exactly, and three columns of scores. */
  readonly listed: number;
  readonly scores: number;
  /** The rows once more in 8 bits a number; left out where they do not fit into the memory that a kernel can address. */
  readonly coded: CodedRows | undefined;
  readonly bytes: number;
}

/** A row takes D codes, rounded up to a multiple of 16; there is room for a multiple of four rows. */
interface CodedRows {
  readonly codes: number;
  readonly codeBytes: number;
  readonly steps: number;
  readonly residuals: number;
}

/** Vectors that threads read together; nobody writes to the rows once they are made. */
export interface SharedRows {
  readonly layout: RowLayout;
  readonly memory: WasmMemory;
}

const BASE = 65536; // below lies what the compiled kernel keeps for itself
const MOST_BYTES = 2 ** 32;
/** So many questions are answered together. */
export const QUESTIONS = 4;
/** So many rows at a time are looked at by all of them. */
export const BLOCK = 512;
/** 3CosMul compares with three. */
const VECTORS = 3;
/** A memory is made larger than needed, so that a growing vocabulary can take it again. */
const HEADROOM = 1.25;

export function layOut(terms: number, vectorSize: number): RowLayout {
  let end = BASE;
  const take = (bytes: number): number => {
    const start = end;
    end += bytes;
    return start;
  };
  const rowBytes = 16 * Math.ceil(vectorSize / 4);
  const codeBytes = 16 * Math.ceil(vectorSize / 16);
  const queryBytes = VECTORS * rowBytes;
  const fours = 4 * Math.ceil(terms / 4);
  const exact = {
    ...{ terms, vectorSize, rowBytes, queryBytes },
    rows: take(terms * rowBytes),
    inverse: take(4 * fours),
    queries: take(QUESTIONS * queryBytes),
    listed: take(4 * BLOCK),
    scores: take(VECTORS * 4 * BLOCK),
  };
  const bytes = end;
  const coded = { codes: take(fours * codeBytes), codeBytes, steps: take(4 * fours), residuals: take(4 * fours) };
  return end > MOST_BYTES ? { ...exact, coded: undefined, bytes } : { ...exact, coded, bytes: end };
}

/**
 * Copies vectors to where threads can share them, into a memory that is no longer needed if one is large enough.
 * Cost: one copy of 4 V D bytes.
 */
export function shareRows(
  { terms, values, vectorSize }: Pick<VectorTable, "terms" | "values" | "vectorSize">,
  unused: WasmMemory[] = [],
): SharedRows {
  const layout = layOut(terms.length, vectorSize);
  if (values.length !== terms.length * vectorSize)
    throw new RangeError(
      `shareRows: vectors must be ${terms.length} terms x ${vectorSize} numbers, got ${values.length}`,
    );
  const memory = takeMemory(unused, layout.bytes, {
    bytesOf: ({ buffer }) => buffer.byteLength,
    make: (wanted) => sharedMemory(Math.max(layout.bytes, Math.min(wanted, MOST_BYTES))),
  });
  const width = layout.rowBytes / 4;
  const rows = new Float32Array(memory.buffer, layout.rows, terms.length * width);
  if (width === vectorSize) rows.set(values);
  else {
    rows.fill(0);
    for (let row = 0; row < terms.length; row++)
      rows.set(values.subarray(row * vectorSize, (row + 1) * vectorSize), row * width);
  }
  return { layout, memory };
}

interface MemoryForm<Memory> {
  bytesOf(memory: Memory): number;
  make(bytes: number): Memory;
}

/** One of those no longer needed that has so many bytes, or a new one; the others are forgotten. */
export function takeMemory<Memory>(unused: Memory[], bytes: number, { bytesOf, make }: MemoryForm<Memory>): Memory {
  const fits = unused.findIndex((memory) => bytesOf(memory) >= bytes);
  const isFirst = unused.length === 0;
  const [taken = make(isFirst ? bytes : Math.ceil(bytes * HEADROOM))] = fits < 0 ? [] : unused.splice(fits, 1);
  unused.length = 0; // what is too small now will not fit later either
  return taken;
}

/** A row's vector, as learned: a view (D,). */
export function rowOf({ layout, memory }: SharedRows, row: number): Float32Array {
  return new Float32Array(memory.buffer, layout.rows + row * layout.rowBytes, layout.vectorSize);
}
