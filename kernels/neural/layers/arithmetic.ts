import type { Flow, Tape } from "../tape.js";

export function sum(tape: Tape, a: Flow, b: Flow): Flow {
  return tape.made(tape.engine.add(a.tensor, b.tensor), (gradient) => {
    tape.send(a, gradient);
    tape.send(b, gradient);
  });
}

/** Number by number. */
export function productOfNumbers(tape: Tape, a: Flow, b: Flow): Flow {
  const { engine } = tape;
  return tape.made(engine.multiply(a.tensor, b.tensor), (gradient) => {
    tape.send(a, engine.multiply(gradient, b.tensor));
    tape.send(b, engine.multiply(gradient, a.tensor));
  });
}

export function scaled(tape: Tape, a: Flow, factor: number): Flow {
  const { engine } = tape;
  return tape.made(engine.scale(a.tensor, factor), (gradient) => tape.send(a, engine.scale(gradient, factor)));
}
