import type { DenseRows, QuantizedRows, RowMatrix } from "../../schemas/classifier.js";

/** Reads rows of a matrix, whatever form they have. */
export interface RowReader {
  readonly columns: number;
  readonly rows: number;
  /** Adds a row to `sum` (columns,). */
  addTo(sum: Float64Array, row: number): void;
  dot(vector: Float64Array, row: number): number;
}

export function rowReader(matrix: RowMatrix): RowReader {
  return "values" in matrix ? denseReader(matrix) : quantizedReader(matrix);
}

function denseReader({ columns, values }: DenseRows): RowReader {
  return {
    columns,
    rows: columns === 0 ? 0 : values.length / columns,
    addTo(sum, row) {
      for (let d = 0, at = row * columns; d < columns; d++, at++) sum[d]! += values[at]!;
    },
    dot(vector, row) {
      let sum = 0;
      for (let d = 0, at = row * columns; d < columns; d++, at++) sum += vector[d]! * values[at]!;
      return sum;
    },
  };
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
    addTo(sum, row) {
      const length = lengthOf(row);
      forEach(row, (d, value) => {
        sum[d]! += length * value;
      });
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
