import type { Flow, Tape } from "../tape.js";

/** Windows of `width` rows of each group of `length` rows: what a convolution multiplies by its filters. */
export function windows(tape: Tape, x: Flow, length: number, width: number): Flow {
  const { engine } = tape;
  return tape.made(engine.windows(x.tensor, length, width), (gradient) =>
    tape.send(x, engine.windowsBackward(gradient, length, width)),
  );
}

/** The largest of each column in each group of `length` rows. The gradient goes to the first of equal ones, as in PyTorch. */
export function maxOfGroups(tape: Tape, x: Flow, length: number): Flow {
  const { engine } = tape;
  const { y, winners } = engine.maxOfGroups(x.tensor, length);
  return tape.made(y, (gradient) => tape.send(x, engine.maxOfGroupsBackward(gradient, winners, length)));
}
