import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import {
  type LayerCase,
  layerCases,
  networkBatch,
  networkCases,
  networkParameters,
  numbers,
  SCALE,
  SEED,
} from "../../support/neuralCases.js";

const engine = neural.referenceEngine();

/** Half of the step over which differences are taken: their error is about its square. */
const STEP = 2 ** -17;

/** d loss / d value by central differences, for each number of a buffer, which is changed meanwhile. */
function differences(values: Float64Array, loss: (changed: number) => number): number[] {
  return Array.from(values, (value, i) => {
    values[i] = value + STEP;
    const above = loss(values[i]);
    values[i] = value - STEP;
    const below = loss(values[i]);
    values[i] = value;
    return (above - below) / (2 * STEP);
  });
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

const close = (values: ArrayLike<number>) => Array.from(values, (value) => expect.closeTo(value, 7));

/** Where a function has a corner, no difference tells its slope: equal ones in a group. */
const smooth = Object.entries(layerCases).filter(([name]) => !/equal ones/.test(name));

describe("gradients equal differences of the loss", () => {
  it.each(smooth)("of %s", (_, layer) => {
    const { inputs, parameters, loss, learn } = open(layer);
    learn();
    for (const { tensor, gradient } of inputs) {
      const { values } = tensor as neural.ReferenceTensor;
      expect([...(gradient as neural.ReferenceTensor).values]).toEqual(close(differences(values, loss)));
    }
    expect([...parameters.gradients]).toEqual(close(differences(parameters.values, loss)));
  });

  it.each(Object.entries(networkCases))("of %s, along a direction in each parameter", (_, make) => {
    const network = make();
    const parameters = networkParameters(engine, network) as neural.ReferenceParameters;
    const run = () => {
      const tape = neural.Tape.recording(engine, parameters, SEED);
      const { losses } = network.learn(tape, networkBatch(network, 0), SCALE);
      return { tape, loss: SCALE * sum((losses as neural.ReferenceTensor).values) };
    };
    run().tape.backward();
    for (const { name, shape } of network.forms) {
      const { values } = parameters.tensor(name);
      const direction = numbers(shape, 60);
      const slope = parameters.gradient(name).values.reduce((total, value, i) => total + value * direction[i]!, 0);
      const [difference] = differences(Float64Array.of(0), (moved) => {
        values.forEach((value, i) => {
          values[i] = value + moved * direction[i]!;
        });
        const { loss } = run();
        values.forEach((value, i) => {
          values[i] = value - moved * direction[i]!;
        });
        return loss;
      });
      expect(difference, name).toBeCloseTo(slope, 7);
    }
  });
});

/** The loss is the sum of what a layer makes times some numbers. */
function open(layer: LayerCase) {
  const shapes = Object.entries(layer.parameters ?? {});
  const parameters = new neural.ReferenceParameters(shapes.map(([name, shape]) => ({ name, shape, decays: true })));
  parameters.write("values", Float32Array.from(shapes.flatMap(([, shape], k) => [...numbers(shape, 10 + k)])));
  const inputs = layer.inputs.map((shape, k): neural.Flow => ({ tensor: engine.place(numbers(shape, k), shape) }));
  const run = () => {
    const tape = neural.Tape.recording(engine, parameters, SEED);
    const out = layer.run(tape, inputs);
    return { tape, out, weights: engine.place(numbers(out.tensor.shape, 99), out.tensor.shape) };
  };
  return {
    inputs,
    parameters,
    loss() {
      const { out, weights } = run();
      return sum((engine.multiply(out.tensor, weights) as neural.ReferenceTensor).values);
    },
    learn() {
      const { tape, out, weights } = run();
      tape.send(out, weights);
      tape.backward();
    },
  };
}
