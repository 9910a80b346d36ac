import type { Flow, Tape } from "../tape.js";
import { gathered, spread } from "./shaping.js";

/**
 * The mean of the rows of each group (R x D) to (count x D); a group without rows has zeros.
 * @param groups the group of each row, -1 for none (R,)
 */
export function groupMeans(tape: Tape, x: Flow, groups: Int32Array, count: number): Flow {
  const { engine } = tape;
  const rows = Int32Array.from(groups.keys()).filter((row) => groups[row]! >= 0);
  const sizes = new Float32Array(count);
  for (const row of rows) sizes[groups[row]!]!++;
  const columns = x.tensor.shape[1]!;
  const shares = Float32Array.from(
    { length: count * columns },
    (_, i) => 1 / Math.max(1, sizes[Math.floor(i / columns)]!),
  );
  const placed = engine.place(shares, [count, columns]);
  const kept = gathered(tape, x, engine.placeIndices(rows));
  const sums = spread(tape, kept, engine.placeIndices(rows.map((row) => groups[row]!)), count);
  return tape.made(engine.multiply(sums.tensor, placed), (gradient) =>
    tape.send(sums, engine.multiply(gradient, placed)),
  );
}
