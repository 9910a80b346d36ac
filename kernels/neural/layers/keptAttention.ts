import type { Engine, Tensor } from "../engine.js";

/** Takes a position that must not be looked at out of the softmax. */
const NEVER = -1e9;

/** Positions that were read before: what later ones look at. */
export interface KeptRows {
  readonly count: number;
  /** Keys and values beside each other (count x 2D). */
  readonly values: Float32Array;
}

/**
 * Causal attention of the positions behind some whose keys and values are kept, as the whole would give it: for prediction alone.
 * Memory: `heads` times rows x (count + rows) numbers.
 * @param qkv queries, keys and values of the new positions (rows x 3D)
 * @returns y (rows x D), and the keys and values that are to be kept of them (rows x 2D)
 */
export function keptAttention(
  engine: Engine,
  qkv: Tensor,
  before: KeptRows,
  heads: number,
): { readonly y: Tensor; readonly kept: Tensor } {
  const [rows, columns] = qkv.shape as [number, number];
  const width = columns / 3;
  const size = width / heads;
  const kept = engine.columns(qkv, width, columns);
  const all =
    before.count === 0 ? kept : engine.joinRows([engine.place(before.values, [before.count, 2 * width]), kept]);
  const queries = engine.scale(engine.columns(qkv, 0, width), 1 / Math.sqrt(size));
  const hidden = rows > 1 ? laterPositions(engine, rows, before.count) : undefined;
  const parts = Array.from({ length: heads }, (_, head) => {
    const of = (tensor: Tensor, from: number) => engine.columns(tensor, from + head * size, from + (head + 1) * size);
    const scores = engine.product(of(queries, 0), of(all, 0), { transposeB: true });
    const weights = engine.softmax(hidden ? engine.add(scores, hidden) : scores);
    return engine.product(weights, of(all, width));
  });
  return { y: engine.joinColumns(parts), kept };
}

/** What is added to the scores of each new position (rows x (count + rows)). */
function laterPositions(engine: Engine, rows: number, count: number): Tensor {
  const columns = count + rows;
  const marks = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) marks.fill(NEVER, row * columns + count + row + 1, (row + 1) * columns);
  return engine.place(marks, [rows, columns]);
}
