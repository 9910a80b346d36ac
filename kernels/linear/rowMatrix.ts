import type { DenseRows, QuantizedRows, RowMatrix } from "../../schemas/classifier.js";

/** Reads rows of a matrix, whatever form they have. */
export interface RowReader {
  readonly columns: number;
  readonly rows: number;
  /** Adds rows to `sum` (columns,); negative numbers stand for rows of zeros. */
  addTo(sum: Float64Array, rows: ArrayLike<number>): void;
  dot(vector: Float64Array, row: number): number;
}

export function rowReader(matrix: RowMatrix): RowReader {
  return "values" in matrix ? denseReader(matrix) : quantizedReader(matrix);
}

function denseReader({ columns, values }: DenseRows): RowReader {
  const rows = columns === 0 ? 0 : values.length / columns;
  let places = new Uint32Array(1024);
  /** Lists where rows begin, and tells how many there are. */
  const listPlaces = (numbers: ArrayLike<number>): number => {
    if (numbers.length > places.length) places = new Uint32Array(2 * numbers.length);
    let kept = 0;
    for (let i = 0; i < numbers.length; i++) if (numbers[i]! >= 0) places[kept++] = numbers[i]! * columns;
    return kept;
  };
  return {
    columns,
    rows,
    addTo(sum, numbers) {
      const count = listPlaces(numbers);
      let i = 0;
      for (; i + 8 <= count; i += 8) addEight(sum, values, places, i);
      for (; i < count; i++) for (let d = 0, at = places[i]!; d < columns; d++, at++) sum[d]! += values[at]!;
    },
    dot(vector, row) {
      let sum = 0;
      for (let d = 0, at = row * columns; d < columns; d++, at++) sum += vector[d]! * values[at]!;
      return sum;
    },
  };
}

/** Eight rows at a time: the sum is read and written once for them. */
function addEight(sum: Float64Array, values: Float32Array, places: Uint32Array, i: number): void {
  const [p0, p1, p2, p3] = [places[i]!, places[i + 1]!, places[i + 2]!, places[i + 3]!];
  const [p4, p5, p6, p7] = [places[i + 4]!, places[i + 5]!, places[i + 6]!, places[i + 7]!];
  for (let d = 0; d < sum.length; d++)
    sum[d]! +=
      values[p0 + d]! +
      values[p1 + d]! +
      values[p2 + d]! +
      values[p3 + d]! +
      values[p4 + d]! +
      values[p5 + d]! +
      values[p6 + d]! +
      values[p7 + d]!;
}

/** Each row is the centroids of its codes end to end, times its length where lengths stand apart. */
function quantizedReader({ columns, pieceSize, codes, centroids, norms }: QuantizedRows): RowReader {
  const pieces = Math.ceil(columns / pieceSize);
  const lengthOf = (row: number) => (norms ? norms.centroids[norms.codes[row]!]! : 1);
  /** Where the centroid of a piece of the row begins. */
  const startOf = (row: number, piece: number) => {
    const size = Math.min(pieceSize, columns - piece * pieceSize);
    return piece * 256 * pieceSize + codes[row * pieces + piece]! * size;
  };
  const forEach = (row: number, visit: (d: number, value: number) => void) => {
    for (let piece = 0; piece < pieces; piece++) {
      let at = startOf(row, piece);
      const end = Math.min(columns, (piece + 1) * pieceSize);
      for (let d = piece * pieceSize; d < end; d++, at++) visit(d, centroids[at]!);
    }
  };
  return {
    columns,
    rows: codes.length / pieces,
    addTo(sum, rows) {
      for (const row of Array.from(rows).filter((each) => each >= 0)) {
        const length = lengthOf(row);
        forEach(row, (d, value) => {
          sum[d]! += length * value;
        });
      }
    },
    dot(vector, row) {
      let sum = 0;
      forEach(row, (d, value) => {
        sum += vector[d]! * value;
      });
      return lengthOf(row) * sum;
    },
  };
}
