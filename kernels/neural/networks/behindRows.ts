import type { Engine, Tensor } from "../engine.js";
import type { CellState } from "../layers/recurrentCells.js";
import type { NetworkBatch } from "../network.js";

/**
 * The state behind the last token of each row: behind the last position where all rows are full.
 * @param states before the first position, and behind each
 */
export function behindRows(
  engine: Engine,
  { rows, length, lengths }: Pick<NetworkBatch, "rows" | "length" | "lengths">,
  states: readonly CellState[],
): Tensor[] {
  const { hidden, cell } = states.at(-1)!;
  if (lengths.every((tokens) => tokens === length)) return cell === undefined ? [hidden] : [hidden, cell];
  const places = engine.placeIndices(lengths.map((tokens, row) => tokens * rows + row));
  const behind = (parts: readonly Tensor[]) => engine.gather(engine.joinRows(parts), places);
  const ofHidden = behind(states.map((state) => state.hidden));
  return cell === undefined ? [ofHidden] : [ofHidden, behind(states.map((state) => state.cell!))];
}
