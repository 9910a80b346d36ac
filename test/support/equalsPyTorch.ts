import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import reference from "../reference/neural.json" with { type: "json" };
import {
  type LayerCase,
  layerCases,
  networkBatch,
  networkCases,
  networkParameters,
  numbers,
  SCALE,
  SEED,
} from "./neuralCases.js";

type Course = "sgd" | "adamW";

/** Shows that an engine's layers, networks and optimisers compute what PyTorch computes in double precision: test/reference/neural.py. */
export function itEqualsPyTorch(engine: neural.Engine, tolerance: number): void {
  const near = (found: ArrayLike<number>, expected: readonly number[], what: string) =>
    expect(distance(found, expected), what).toBeLessThanOrEqual(tolerance);

  describe(`layers of the ${engine.name} engine`, () => {
    it.each(Object.entries(layerCases))("compute %s and its gradients as PyTorch does", async (name, layer) => {
      const expected = reference.layers[name as keyof typeof reference.layers];
      const found = await layerResults(engine, layer);
      near(found.y, expected.y, "y");
      expected.inputs.forEach((gradient, i) => {
        near(found.inputs[i]!, gradient, `gradient of input ${i}`);
      });
      const all = expected.parameters.flat();
      let from = 0;
      for (const [i, gradient] of expected.parameters.entries()) {
        near(found.parameters.slice(from, from + gradient.length), gradient, `gradient of parameter ${i}`);
        from += gradient.length;
      }
      expect(found.parameters.length).toBe(all.length);
    });

    it("compute crossEntropy, 0 where there is no target, and its gradient as PyTorch does", async () => {
      const found = engine.scope(() => {
        const logits = engine.scale(engine.place(numbers([3, 5], 0), [3, 5]), 8);
        const { losses, gradient } = engine.crossEntropy(logits, engine.placeIndices(Int32Array.of(1, -1, 4)), 0.5);
        return { losses: exactly(engine, losses), gradient: exactly(engine, gradient) };
      });
      near(await found.losses, reference.crossEntropy.losses, "losses");
      near(await found.gradient, reference.crossEntropy.gradient, "gradient");
    });
  });

  describe(`networks of the ${engine.name} engine`, () => {
    const cases = Object.entries(networkCases).map(([name, make]) => ({
      name,
      make,
      expected: reference.networks[name as keyof typeof reference.networks],
    }));

    it.each(cases)("compute losses, state and gradients of $name as PyTorch does", async ({ make, expected }) => {
      const network = make();
      const parameters = networkParameters(engine, network);
      const { losses, state } = learn(engine, network, parameters, 0);
      near(await losses, expected.losses, "losses");
      near(await state, expected.state, "state");
      const gradients = await exactGradients(parameters);
      let from = 0;
      for (const { name, shape } of network.forms) {
        const to = from + neural.sizeOf(shape);
        near(gradients.slice(from, to), expected.gradients[name as keyof typeof expected.gradients]!, name);
        from = to;
      }
      expect(Object.keys(expected.gradients)).toEqual(network.forms.map(({ name }) => name));
      parameters.close();
    });

    it.each(cases)("take steps of $name as PyTorch does", async ({ make, expected }) => {
      for (const optimiser of ["sgd", "adamW"] as const) {
        near(await courseOf(engine, make(), optimiser), expected[optimiser], optimiser);
      }
    });
  });
}

/** A sum that is 0 but for rounding in double precision: such as the gradient of the keys' biases, which softmax does not see. */
const ROUNDED_ZERO = 1e-14;

/** |found - expected| / |expected|, in Euclidean lengths; the length of what was found where nothing but 0 is expected. */
function distance(found: ArrayLike<number>, expected: readonly number[]): number {
  if (found.length !== expected.length) return Infinity;
  const apart = Math.hypot(...expected.map((value, i) => value - found[i]!));
  const length = Math.hypot(...expected);
  return length > ROUNDED_ZERO ? apart / length : apart;
}

/** All numbers of a tensor, in double precision where the engine has it. */
async function exactly(engine: neural.Engine, tensor: neural.Tensor): Promise<ArrayLike<number>> {
  return engine.name === "reference" ? (tensor as neural.ReferenceTensor).values.slice() : engine.read(tensor);
}

async function exactGradients(parameters: neural.Parameters): Promise<number[]> {
  const found =
    parameters instanceof neural.ReferenceParameters ? parameters.gradients : await parameters.read("gradients");
  return [...found];
}

/** y, and the gradients of the sum of y times numbers(shape of y, 99). */
async function layerResults(engine: neural.Engine, layer: LayerCase) {
  const shapes = Object.entries(layer.parameters ?? {});
  const parameters = engine.parameters(shapes.map(([name, shape]) => ({ name, shape, decays: true })));
  parameters.write("values", Float32Array.from(shapes.flatMap(([, shape], k) => [...numbers(shape, 10 + k)])));
  const { y, inputs } = engine.scope(() => {
    const tape = neural.Tape.recording(engine, parameters, SEED);
    const flows = layer.inputs.map((shape, k): neural.Flow => ({ tensor: engine.place(numbers(shape, k), shape) }));
    const out = layer.run(tape, flows);
    tape.send(out, engine.place(numbers(out.tensor.shape, 99), out.tensor.shape));
    tape.backward();
    return { y: exactly(engine, out.tensor), inputs: flows.map(({ gradient }) => exactly(engine, gradient!)) };
  });
  const found = { y: await y, inputs: await Promise.all(inputs), parameters: await exactGradients(parameters) };
  parameters.close();
  return found;
}

/** A forward and a backward pass. */
function learn(engine: neural.Engine, network: neural.Network, parameters: neural.Parameters, step: number) {
  return engine.scope(() => {
    const tape = neural.Tape.recording(engine, parameters, SEED);
    const { losses, state } = network.learn(tape, networkBatch(network, step), SCALE);
    tape.backward();
    return { losses: exactly(engine, losses), state: state === undefined ? [] : exactly(engine, state) };
  });
}

/** The sums of losses before each of five steps, as `course` of neural.py. */
async function courseOf(engine: neural.Engine, network: neural.Network, optimiser: Course): Promise<number[]> {
  const parameters = networkParameters(engine, network);
  const sums: number[] = [];
  for (let step = 0; step < 5; step++) {
    parameters.clearGradients();
    const losses = await learn(engine, network, parameters, step).losses;
    sums.push(Array.from(losses).reduce((sum, loss) => sum + loss, 0));
    if (optimiser === "sgd") {
      await neural.clipGradients(parameters, 0.25);
      parameters.sgd(0.5);
    } else {
      parameters.adamW({ rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1, step: step + 1 });
    }
  }
  parameters.close();
  return sums;
}
