import type { ParameterForm, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";
import type { CellOutcome, CellState, RecurrentCell } from "./recurrentCells.js";

/** `name.input` (inputs x gates H), `name.recurrent` (H x gates H), `name.bias` (gates H,). */
export function recurrentForms(name: string, cell: RecurrentCell, inputs: number, size: number): ParameterForm[] {
  const sums = cell.gates * size;
  return [
    { name: `${name}.input`, shape: [inputs, sums], decays: true },
    { name: `${name}.recurrent`, shape: [size, sums], decays: true },
    { name: `${name}.bias`, shape: [sums], decays: false },
  ];
}

/**
 * A recurrent layer over T positions of B rows, position after position: (T B x inputs) to (T B x H). The product with the inputs is made for
 * all positions at once. The gradient ends at the first position: what came before is a constant (truncated back-propagation through time).
 * @param begin what is carried into the first position
 * @returns `states`: behind each position
 */
export function recurrent(
  tape: Tape,
  x: Flow,
  cell: RecurrentCell,
  name: string,
  begin: CellState,
): { readonly hidden: Flow; readonly states: readonly CellState[] } {
  const { engine, parameters } = tape;
  const [input, weights] = [tape.parameter(`${name}.input`), tape.parameter(`${name}.recurrent`)];
  const [rows, size] = begin.hidden.shape as [number, number];
  const times = x.tensor.shape[0]! / rows;
  const sums = engine.addToRows(engine.product(x.tensor, input), tape.parameter(`${name}.bias`));
  const steps: CellOutcome[] = [];
  for (let t = 0; t < times; t++) {
    const before = steps[t - 1]?.after ?? begin;
    const addTo = engine.rows(sums, t * rows, (t + 1) * rows);
    steps.push(cell.step(engine, engine.product(before.hidden, weights, { addTo }), before));
  }
  const states = steps.map(({ after }) => after);
  const hidden = tape.made(engine.joinRows(states.map((state) => state.hidden)), (gradient) => {
    const gates = backThroughTime(gradient);
    const before = engine.joinRows([begin, ...states.slice(0, -1)].map((state) => state.hidden));
    parameters.addProduct(`${name}.input`, x.tensor, gates);
    parameters.addProduct(`${name}.recurrent`, before, gates);
    parameters.addGradient(`${name}.bias`, engine.sumOfRows(gates));
    tape.send(x, engine.product(gates, input, { transposeB: true }));
  });

  /** The gradient of the sums of all positions. */
  function backThroughTime(gradient: Tensor): Tensor {
    const gates: Tensor[] = [];
    let later: { readonly gates: Tensor; readonly cell?: Tensor } | undefined;
    for (let t = times - 1; t >= 0; t--) {
      const here = engine.rows(gradient, t * rows, (t + 1) * rows);
      later = steps[t]!.back({
        hidden: later ? engine.product(later.gates, weights, { transposeB: true, addTo: here }) : here,
        ...(cell.states > 1 && { cell: later?.cell ?? engine.zeros([rows, size]) }),
      });
      gates.unshift(later.gates);
    }
    return engine.joinRows(gates);
  }

  return { hidden, states };
}
