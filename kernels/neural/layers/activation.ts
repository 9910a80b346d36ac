import type { Activation } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

export function activation(tape: Tape, kind: Activation, x: Flow): Flow {
  const { engine } = tape;
  const y = engine.activate(kind, x.tensor);
  return tape.made(y, (gradient) => tape.send(x, engine.activateBackward(kind, x.tensor, y, gradient)));
}
