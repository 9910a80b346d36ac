import type { Indices, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/**
 * -ln softmax(logits)[target] of each row, 0 where the target is -1. Ends the forward pass: the logits may be used up.
 * @param scale of the gradient of their sum
 * @returns (rows,)
 */
export function crossEntropy(tape: Tape, logits: Flow, targets: Indices, scale: number): Tensor {
  const { losses, gradient } = tape.engine.crossEntropy(logits.tensor, targets, scale);
  tape.ends(() => tape.send(logits, gradient));
  return losses;
}
