import { sigmoid } from "../../numbers/sigmoid.js";
import { matrixOf, requireShape } from "../shapes.js";
import { tanh } from "./activations.js";
import { type ReferenceTensor, tensor } from "./tensors.js";

/**
 * c' = f c + i g, h = o tanh(c'), where i, f, o are sigmoids and g the tanh of their sums. `kept` (B x 4H): i, f, g, o.
 */
export function lstmStep(gates: ReferenceTensor, cell: ReferenceTensor) {
  const [rows, size] = matrixOf("lstmStep", cell);
  requireShape("lstmStep", "gates", gates, [rows, 4 * size]);
  const kept = tensor(gates.shape);
  const after = tensor(cell.shape);
  const hidden = tensor(cell.shape);
  for (let n = 0; n < rows * size; n++) {
    const at = placesOf(n, size);
    const [input, forget, output] = [at.input, at.forget, at.output].map((i) => sigmoid(gates.values[i]!));
    const content = tanh(gates.values[at.content]!);
    kept.values[at.input] = input!;
    kept.values[at.forget] = forget!;
    kept.values[at.content] = content;
    kept.values[at.output] = output!;
    after.values[n] = forget! * cell.values[n]! + input! * content;
    hidden.values[n] = output! * tanh(after.values[n]!);
  }
  return { hidden, cell: after, kept };
}

export function lstmStepBackward(
  kept: ReferenceTensor,
  cellBefore: ReferenceTensor,
  cell: ReferenceTensor,
  gradient: { readonly hidden: ReferenceTensor; readonly cell: ReferenceTensor },
) {
  const [rows, size] = matrixOf("lstmStepBackward", cell);
  requireShape("lstmStepBackward", "gradient of hidden", gradient.hidden, [rows, size]);
  requireShape("lstmStepBackward", "gradient of cell", gradient.cell, [rows, size]);
  const gates = tensor(kept.shape);
  const before = tensor(cell.shape);
  for (let n = 0; n < rows * size; n++) {
    const at = placesOf(n, size);
    const [input, forget, content, output] = [at.input, at.forget, at.content, at.output].map((i) => kept.values[i]!);
    const bent = tanh(cell.values[n]!);
    const hidden = gradient.hidden.values[n]!;
    const total = gradient.cell.values[n]! + hidden * output! * (1 - bent * bent);
    gates.values[at.input] = total * content! * input! * (1 - input!);
    gates.values[at.forget] = total * cellBefore.values[n]! * forget! * (1 - forget!);
    gates.values[at.content] = total * input! * (1 - content! * content!);
    gates.values[at.output] = hidden * bent * output! * (1 - output!);
    before.values[n] = total * forget!;
  }
  return { gates, cell: before };
}

/** Where the four sums of a number of the cell stand. */
function placesOf(n: number, size: number) {
  const input = Math.floor(n / size) * 4 * size + (n % size);
  return { input, forget: input + size, content: input + 2 * size, output: input + 3 * size };
}
