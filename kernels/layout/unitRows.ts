import { sharedMemory, startKernel, type WasmModule } from "../numbers/webAssembly.js";

/** What `kernels/assembly/cosines.ts` exports, as far as it is used here. */
interface CosinesKernel {
  inverseLengths(rows: number, count: number, vectorBytes: number, out: number): void;
  cosines(rows: number, inverse: number, count: number, vectorBytes: number, query: number, out: number): void;
  listedCosines(...places: [rows: number, inverse: number, ids: number, count: number, ...Query]): void;
}
type Query = [vectorBytes: number, query: number, out: number];

/** Rows, all of one length, that are compared with each other: places first to `count` of `scores` are written. */
export interface UnitRows {
  /** Numbers from the beginning of one row to that of the next. */
  readonly width: number;
  /** Row-major (rows, width), each row of length 1 or 0. */
  readonly values: Float32Array;
  /** Which rows `listed` compares. */
  readonly ids: Uint32Array;
  readonly scores: Float32Array;
  /** Cosines of `count` rows from `first` on to the row `query`. */
  range(query: number, first: number, count: number): void;
  /** Cosines of the first `count` rows in `ids` to the row `query`. */
  listed(query: number, count: number): void;
}

const BASE = 65536; // below lies what the compiled kernel keeps for itself

/**
 * Room for `count` rows of `vectorSize` numbers; with the compiled kernel of cosines, some ten times as fast as without.
 * Memory: 4 (D + 3) bytes a row.
 */
export function unitRows(count: number, vectorSize: number, module?: WasmModule): UnitRows {
  return module ? compiledRows(count, vectorSize, module) : plainRows(count, vectorSize);
}

function compiledRows(count: number, vectorSize: number, module: WasmModule): UnitRows {
  const width = 4 * Math.ceil(vectorSize / 4);
  const rowBytes = 4 * width;
  const inverse = BASE + count * rowBytes;
  const listed = inverse + 4 * count;
  const out = listed + 4 * count;
  const memory = sharedMemory(out + 4 * count);
  const kernel = startKernel<CosinesKernel>(module, memory);
  new Float32Array(memory.buffer, inverse, count).fill(1);
  return {
    width,
    values: new Float32Array(memory.buffer, BASE, count * width),
    ids: new Uint32Array(memory.buffer, listed, count),
    scores: new Float32Array(memory.buffer, out, count),
    range: (query, first, rows) =>
      kernel.cosines(BASE + first * rowBytes, inverse, rows, rowBytes, BASE + query * rowBytes, out),
    listed: (query, rows) => kernel.listedCosines(BASE, inverse, listed, rows, rowBytes, BASE + query * rowBytes, out),
  };
}

function plainRows(count: number, width: number): UnitRows {
  const values = new Float32Array(count * width);
  const ids = new Uint32Array(count);
  const scores = new Float32Array(count);
  const product = (a: number, b: number): number => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += values[a * width + d]! * values[b * width + d]!;
    return sum;
  };
  return {
    ...{ width, values, ids, scores },
    range: (query, first, rows) => {
      for (let n = 0; n < rows; n++) scores[n] = product(first + n, query);
    },
    listed: (query, rows) => {
      for (let n = 0; n < rows; n++) scores[n] = product(ids[n]!, query);
    },
  };
}

/** Writes a vector at length 1 into a row; one of zeros stays so. */
export function setUnitRow({ values, width }: UnitRows, row: number, vector: ArrayLike<number>): void {
  let square = 0;
  for (let d = 0; d < vector.length; d++) square += vector[d]! * vector[d]!;
  const factor = square === 0 ? 0 : 1 / Math.sqrt(square);
  for (let d = 0; d < vector.length; d++) values[row * width + d] = vector[d]! * factor;
}
