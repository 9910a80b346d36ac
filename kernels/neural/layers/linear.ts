import type { Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

export interface LinearOptions {
  /** Name of the parameter (outputs,) that is added to each row. */
  readonly bias?: string;
  /** Whether the weights are outputs x inputs: a row a term, as in tables of word vectors. */
  readonly rowsAreOutputs?: boolean;
}

/**
 * x W + b.
 * @param x rows x inputs
 * @param weight name of the parameter, inputs x outputs
 */
export function linear(tape: Tape, x: Flow, weight: string, options: LinearOptions = {}): Flow {
  const { engine, parameters } = tape;
  const { bias, rowsAreOutputs = false } = options;
  const weights = tape.parameter(weight);
  const sums = engine.product(x.tensor, weights, { transposeB: rowsAreOutputs });
  const y = bias === undefined ? sums : engine.addToRows(sums, tape.parameter(bias));
  return tape.made(y, (gradient: Tensor) => {
    if (bias !== undefined) parameters.addGradient(bias, engine.sumOfRows(gradient));
    const [a, b] = rowsAreOutputs ? [gradient, x.tensor] : [x.tensor, gradient];
    parameters.addProduct(weight, a, b);
    tape.send(x, engine.product(gradient, weights, { transposeB: !rowsAreOutputs }));
  });
}
