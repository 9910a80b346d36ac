import type { Flow, Tape } from "../tape.js";
import { activation } from "./activation.js";
import { productOfNumbers, scaled, sum } from "./arithmetic.js";
import { gathered, joinedColumns } from "./shaping.js";

/** u, v, |u - v| and u v beside each other, of rows that are u and v by turns (2 N x D) to (N x 4 D). */
export function pairFeatures(tape: Tape, x: Flow): Flow {
  const count = x.tensor.shape[0]! / 2;
  const every = (first: number) =>
    gathered(tape, x, tape.engine.placeIndices(Int32Array.from({ length: count }, (_, row) => 2 * row + first)));
  const [u, v] = [every(0), every(1)];
  const above = activation(tape, "relu", sum(tape, u, scaled(tape, v, -1)));
  const below = activation(tape, "relu", sum(tape, v, scaled(tape, u, -1)));
  return joinedColumns(tape, [u, v, sum(tape, above, below), productOfNumbers(tape, u, v)]);
}
