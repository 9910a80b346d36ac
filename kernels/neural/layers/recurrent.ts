import type { ParameterForm, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";
import type { CellOutcome, CellState, RecurrentCell } from "./recurrentCells.js";

/**
 * `name.input` (inputs x gates H), `name.recurrent` (H x gates H), `name.bias` (gates H,); with a projection to P numbers, `name.recurrent` is
 * P x gates H, and there is `name.projection` (H x P).
 */
export function recurrentForms(
  name: string,
  cell: RecurrentCell,
  inputs: number,
  size: number,
  projected?: number,
): ParameterForm[] {
  const sums = cell.gates * size;
  return [
    { name: `${name}.input`, shape: [inputs, sums], decays: true },
    { name: `${name}.recurrent`, shape: [projected ?? size, sums], decays: true },
    { name: `${name}.bias`, shape: [sums], decays: false },
    ...(projected === undefined ? [] : [{ name: `${name}.projection`, shape: [size, projected], decays: true }]),
  ];
}

/**
 * A recurrent layer over T positions of B rows, position after position: (T B x inputs) to (T B x H). The product with the inputs is made for
 * all positions at once. The gradient ends at the first position: what came before is a constant (truncated back-propagation through time).
 * With a projection, the hidden numbers are made P by it before anything reads them, the next position too (Sak et al. 2014, arXiv:1402.1128).
 * @param begin what is carried into the first position
 * @param isProjected whether the parameter `name.projection` is there
 * @returns `states`: behind each position
 */
export function recurrent(
  tape: Tape,
  x: Flow,
  cell: RecurrentCell,
  name: string,
  begin: CellState,
  isProjected = false,
): { readonly hidden: Flow; readonly states: readonly CellState[] } {
  const { engine, parameters } = tape;
  const [input, weights] = [tape.parameter(`${name}.input`), tape.parameter(`${name}.recurrent`)];
  const projection = isProjected ? tape.parameter(`${name}.projection`) : undefined;
  const rows = begin.hidden.shape[0]!;
  const times = x.tensor.shape[0]! / rows;
  const sums = engine.addToRows(engine.product(x.tensor, input), tape.parameter(`${name}.bias`));
  const steps: CellOutcome[] = [];
  const states: CellState[] = [];
  for (let t = 0; t < times; t++) {
    const before = states[t - 1] ?? begin;
    const addTo = engine.rows(sums, t * rows, (t + 1) * rows);
    const step = cell.step(engine, engine.product(before.hidden, weights, { addTo }), before);
    steps.push(step);
    const { after } = step;
    states.push(projection ? { ...after, hidden: engine.product(after.hidden, projection) } : after);
  }
  const hidden = tape.made(engine.joinRows(states.map((state) => state.hidden)), (gradient) => {
    const { gates, ofHidden } = backThroughTime(gradient);
    const before = engine.joinRows([begin, ...states.slice(0, -1)].map((state) => state.hidden));
    parameters.addProduct(`${name}.input`, x.tensor, gates);
    parameters.addProduct(`${name}.recurrent`, before, gates);
    parameters.addGradient(`${name}.bias`, engine.sumOfRows(gates));
    if (projection)
      parameters.addProduct(`${name}.projection`, engine.joinRows(steps.map(({ after }) => after.hidden)), ofHidden());
    tape.send(x, engine.product(gates, input, { transposeB: true }));
  });

  /** The gradients of the sums and of the hidden numbers of all positions. */
  function backThroughTime(gradient: Tensor): { readonly gates: Tensor; readonly ofHidden: () => Tensor } {
    const gates: Tensor[] = [];
    const whole: Tensor[] = [];
    let later: { readonly gates: Tensor; readonly cell?: Tensor } | undefined;
    for (let t = times - 1; t >= 0; t--) {
      const here = engine.rows(gradient, t * rows, (t + 1) * rows);
      const ofHidden = later ? engine.product(later.gates, weights, { transposeB: true, addTo: here }) : here;
      later = steps[t]!.back({
        hidden: projection ? engine.product(ofHidden, projection, { transposeB: true }) : ofHidden,
        ...(cell.states > 1 && { cell: later?.cell ?? engine.zeros(steps[t]!.after.cell!.shape) }),
      });
      gates.unshift(later.gates);
      whole.unshift(ofHidden);
    }
    return { gates: engine.joinRows(gates), ofHidden: () => engine.joinRows(whole) };
  }

  return { hidden, states };
}
