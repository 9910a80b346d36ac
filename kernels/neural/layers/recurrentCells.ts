import type { Activation, Engine, Tensor } from "../engine.js";

/** What a recurrent layer carries from position to position, each B x H. */
export interface CellState {
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

/** One position of a recurrent layer, after the sums of its inputs. */
export interface RecurrentCell {
  /** Sums for each number of the hidden state. */
  readonly gates: number;
  /** Matrices that are carried: hidden, or hidden and cell. */
  readonly states: number;
  step(engine: Engine, gates: Tensor, before: CellState): CellOutcome;
}

export interface CellOutcome {
  readonly after: CellState;
  /** From the gradients of hidden and cell to those of the gates and of the cell before. */
  back(gradient: CellState): { readonly gates: Tensor; readonly cell?: Tensor };
}

/** h = f(x W + h U + b) (Elman 1990). */
export function simpleCell(kind: Activation = "tanh"): RecurrentCell {
  return {
    gates: 1,
    states: 1,
    step(engine, gates) {
      const hidden = engine.activate(kind, gates);
      return {
        after: { hidden },
        back: (gradient) => ({ gates: engine.activateBackward(kind, gates, hidden, gradient.hidden) }),
      };
    },
  };
}

/** Hochreiter and Schmidhuber 1997, with forget gates (Gers et al. 2000) and without peepholes. */
export const lstmCell: RecurrentCell = {
  gates: 4,
  states: 2,
  step(engine, gates, { cell: before }) {
    const { hidden, cell, kept } = engine.lstmStep(gates, before!);
    return {
      after: { hidden, cell },
      back: (gradient) =>
        engine.lstmStepBackward(kept, before!, cell, { hidden: gradient.hidden, cell: gradient.cell! }),
    };
  },
};
