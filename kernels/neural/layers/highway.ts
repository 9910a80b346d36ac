import type { ParameterForm } from "../engine.js";
import type { Flow, Tape } from "../tape.js";
import { activation } from "./activation.js";
import { productOfNumbers, scaled, sum } from "./arithmetic.js";
import { linear } from "./linear.js";

/** `name.weight`, `name.gate.weight` (D x D), and their biases (D,). */
export function highwayForms(name: string, size: number): ParameterForm[] {
  return [name, `${name}.gate`].flatMap((part) => [
    { name: `${part}.weight`, shape: [size, size], decays: true },
    { name: `${part}.bias`, shape: [size], decays: false },
  ]);
}

/** t relu(x W + b) + (1 - t) x, with t = sigmoid(x V + c) (Srivastava et al. 2015, arXiv:1505.00387). */
export function highway(tape: Tape, x: Flow, name: string): Flow {
  const part = (of: string) => linear(tape, x, `${of}.weight`, { bias: `${of}.bias` });
  const gate = activation(tape, "sigmoid", part(`${name}.gate`));
  const changed = activation(tape, "relu", part(name));
  return sum(tape, x, productOfNumbers(tape, gate, sum(tape, changed, scaled(tape, x, -1))));
}
