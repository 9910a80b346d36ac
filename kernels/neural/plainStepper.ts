import { clipGradients } from "./clipGradients.js";
import type { Engine, Parameters } from "./engine.js";
import type { Network } from "./network.js";
import { cutBatch, evaluatePart, joinParts, learnPart, meanScale, predictedPlaces } from "./stepParts.js";
import type { StepOptions, Stepper } from "./stepper.js";

export interface PlainStepperOptions {
  /** Parts of a batch, one after the other: memory is that of one of them. */
  readonly parts: number;
  /** Of what the network draws. */
  readonly seed: number;
}

/**
 * Learns on one engine, whichever. A gradient that is not finite is told of, and changes nothing.
 * @param values of all parameters, in the order of the network's forms
 */
export function plainStepper(
  engine: Engine,
  network: Network,
  values: Float32Array,
  { parts, seed }: PlainStepperOptions,
): Stepper {
  const parameters = engine.parameters(network.forms);
  parameters.write("values", values);
  return {
    engine: engine.name,
    arithmetic: engine.arithmetic,
    async learn(batch, options) {
      const predicted = predictedPlaces(batch.targets);
      const own = { seed, scale: meanScale(predicted) };
      const outcomes = [];
      parameters.clearGradients();
      for (const part of cutBatch(batch, parts)) outcomes.push(await learnPart(engine, parameters, network, part, own));
      const gradientNorm = await clipGradients(parameters, options.clip);
      if (Number.isFinite(gradientNorm)) update(parameters, options, batch.step);
      return { ...joinParts(outcomes, predicted), gradientNorm };
    },
    async evaluate(batch) {
      const outcomes = [];
      for (const part of cutBatch(batch, parts)) outcomes.push(await evaluatePart(engine, parameters, network, part));
      return joinParts(outcomes, predictedPlaces(batch.targets));
    },
    read: (which) => parameters.read(which),
    write: (which, given) => parameters.write(which, given),
    close: () => parameters.close(),
  };
}

/** @param taken steps taken before */
function update(parameters: Parameters, { optimiser, rate }: StepOptions, taken: number): void {
  if (optimiser.kind === "sgd") parameters.sgd(rate);
  else parameters.adamW({ ...optimiser, rate, step: taken + 1 });
}
