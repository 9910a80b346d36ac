import type { Flow, Tape } from "../tape.js";

/**
 * Ba et al. 2016, arXiv:1607.06450, over each row.
 * @param name of the parameters `name.weight`, the gains, and `name.bias`, (columns,)
 */
export function layerNorm(tape: Tape, x: Flow, name: string, epsilon = 1e-5): Flow {
  const { engine, parameters } = tape;
  const gain = tape.parameter(`${name}.weight`);
  const { y, kept } = engine.layerNorm(x.tensor, gain, tape.parameter(`${name}.bias`), epsilon);
  return tape.made(y, (gradient) => {
    const back = engine.layerNormBackward(x.tensor, gain, kept, gradient);
    parameters.addGradient(`${name}.weight`, back.gain);
    parameters.addGradient(`${name}.bias`, back.bias);
    tape.send(x, back.x);
  });
}
