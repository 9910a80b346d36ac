import type { ParameterForm } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** `name.weights` (1 x layers), whose softmax are the shares, and `name.gamma` (1 x 1). */
export function layerMixForms(name: string, layers: number): ParameterForm[] {
  return [
    { name: `${name}.weights`, shape: [1, layers], decays: false },
    { name: `${name}.gamma`, shape: [1, 1], decays: false },
  ];
}

/**
 * gamma times the sum of the layers by shares that are learned, the softmax of weights (Peters et al. 2018, arXiv:1802.05365, equation 1).
 * @param layers each rows x D
 */
export function layerMix(tape: Tape, layers: readonly Flow[], name: string): Flow {
  const { engine, parameters } = tape;
  const { shape } = layers[0]!.tensor;
  const size = shape[0]! * shape[1]!;
  const gamma = tape.parameter(`${name}.gamma`);
  const shares = engine.softmax(tape.parameter(`${name}.weights`));
  const stacked = engine.joinRows(layers.map(({ tensor }) => engine.reshape(tensor, [1, size])));
  const mixed = engine.product(shares, stacked);
  return tape.made(engine.reshape(engine.product(gamma, mixed), shape), (gradient) => {
    const row = engine.reshape(gradient, [1, size]);
    parameters.addGradient(`${name}.gamma`, engine.product(row, mixed, { transposeB: true }));
    const ofMixed = engine.product(gamma, row);
    const ofShares = engine.multiply(shares, engine.product(ofMixed, stacked, { transposeB: true }));
    const ones = engine.place(new Float32Array(layers.length).fill(1), [layers.length, 1]);
    const total = engine.product(ofShares, ones);
    parameters.addGradient(`${name}.weights`, engine.add(ofShares, engine.scale(engine.product(total, shares), -1)));
    const ofLayers = engine.product(shares, ofMixed, { transposeA: true });
    layers.forEach((layer, k) => {
      tape.send(layer, engine.reshape(engine.rows(ofLayers, k, k + 1), shape));
    });
  });
}
