import { createHash } from "node:crypto";
import type { neural } from "#kernels";
import { drawn } from "./neuralEngines.js";

/** A small LSTM with dropout; its parameters are more than one block of them. */
export const settings: neural.RnnlmOptions = {
  terms: 211,
  vectorSize: 40,
  hiddenSize: 24,
  layers: 2,
  cell: "lstm",
  dropout: 0.25,
  tied: false,
  initialRange: 0.1,
};

export const adamW: neural.StepOptions = {
  optimiser: { kind: "adamW", beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1 },
  rate: 0.01,
  clip: 0.05,
};

/** Rows that differ in length; some places predict nothing. */
export function stepBatch(step: number, rows = 5, length = 7): neural.StepBatch {
  const places = rows * length;
  return {
    ...{ rows, length, step },
    ids: Uint32Array.from({ length: places }, (_, i) => (13 * i + 5 * step) % settings.terms),
    targets: Int32Array.from({ length: places }, (_, i) => (i % 9 === 4 ? -1 : (29 * i + step) % settings.terms)),
    lengths: Uint32Array.from({ length: rows }, (_, row) => length - (row % 3)),
    state: drawn(`state ${step}`, [rows, 4 * settings.hiddenSize]),
  };
}

export function firstValues({ forms, initial }: neural.Network, seed: number): Float32Array {
  return Float32Array.from(forms.flatMap((form) => [...initial(form, seed)]));
}

export interface Course {
  readonly outcomes: readonly neural.LearnOutcome[];
  readonly evaluated: neural.StepOutcome;
  readonly values: neural.Floats;
  readonly first: neural.Floats;
  readonly second: neural.Floats;
}

/** Some steps, an evaluation, and what is left of them. */
export async function courseOf(stepper: neural.Stepper, steps = 3, options = adamW): Promise<Course> {
  const outcomes: neural.LearnOutcome[] = [];
  for (let step = 0; step < steps; step++) outcomes.push(await stepper.learn(stepBatch(step), options));
  const evaluated = await stepper.evaluate(stepBatch(99));
  const [values, first, second] = await Promise.all([
    stepper.read("values"),
    stepper.read("first"),
    stepper.read("second"),
  ]);
  return { outcomes, evaluated, values, first, second };
}

/** All bytes of some arrays, in short. */
export function digest(...arrays: readonly neural.Floats[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

export function digestOf({ outcomes, evaluated, values, first, second }: Course): string {
  const told = [...outcomes, evaluated].map(({ state, ...numbers }) => JSON.stringify([numbers, digest(state!)]));
  return [digest(values, first, second), ...told].join(" ");
}
