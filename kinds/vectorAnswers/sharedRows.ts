import { sharedMemory, type WasmMemory } from "../../kernels/numbers/webAssembly.js";
import type { VectorTable } from "../../schemas/vectors.js";

/** Where things lie in the memory, in bytes. A row takes D numbers, rounded up to a multiple of 4. */
export interface RowLayout {
  readonly terms: number;
  readonly vectorSize: number;
  readonly rowBytes: number;
  readonly rows: number;
  readonly inverse: number;
  /** Room for the vectors of all questions that are answered together, and for a column of scores for each. */
  readonly queries: number;
  readonly scores: number;
  readonly columnBytes: number;
  readonly bytes: number;
}

/** Vectors that threads read together; nobody writes to the rows once they are made. */
export interface SharedRows {
  readonly layout: RowLayout;
  readonly memory: WasmMemory;
}

const BASE = 65536; // below lies what the compiled kernel keeps for itself
/** So many questions are answered together. */
export const QUESTIONS = 4;
const VECTORS = 3 * QUESTIONS; // 3CosMul compares with three
/** A memory is made larger than needed, so that a growing vocabulary can take it again. */
const HEADROOM = 1.25;

export function layOut(terms: number, vectorSize: number): RowLayout {
  const rowBytes = 16 * Math.ceil(vectorSize / 4);
  const columnBytes = 16 * Math.ceil(terms / 4);
  const inverse = BASE + terms * rowBytes;
  const queries = inverse + columnBytes;
  const scores = queries + VECTORS * rowBytes;
  const bytes = scores + VECTORS * columnBytes;
  return { terms, vectorSize, rowBytes, rows: BASE, inverse, queries, scores, columnBytes, bytes };
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
    make: sharedMemory,
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
