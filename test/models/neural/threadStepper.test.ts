import { afterAll, expect, it } from "vitest";
import { neural } from "#kernels";
import { threadStepper } from "#models";
import { relativeDistance } from "../../support/neuralEngines.js";
import {
  adamW,
  type Course,
  courseOf,
  digest,
  digestOf,
  firstValues,
  settings,
  stepBatch,
} from "../../support/neuralSteps.js";

const network = neural.rnnlm(settings);
const values = firstValues(network, 7);
const open: neural.Stepper[] = [];
afterAll(() => Promise.all(open.map((stepper) => stepper.close())));

function stepperOf(
  workers: number,
  own: { parts?: number; fused?: boolean; limit?: number; values?: Float32Array } = {},
) {
  const { parts = 3, fused = false, limit = 2 ** 28 } = own;
  const script = new URL("../../support/threads/rnnlmWorker.mjs", import.meta.url);
  const options = { who: "rnnlm", script, settings, seed: 3, parts, workers, fused, limit };
  const stepper = threadStepper(network, own.values ?? values, options);
  open.push(stepper);
  return stepper;
}

it("learns the same bytes at 1, 2 and 4 threads", async () => {
  const one = digestOf(await courseOf(stepperOf(1)));
  for (const workers of [2, 4]) expect(digestOf(await courseOf(stepperOf(workers)))).toBe(one);
});

it("learns what the reference engine learns, but for rounding, with either arithmetic", async () => {
  const reference = neural.plainStepper(neural.referenceEngine(), network, values, { parts: 3, seed: 3 });
  const wanted = await courseOf(reference);
  const [plain, fused] = [stepperOf(2), stepperOf(2, { fused: true })];
  expect([plain.engine, plain.arithmetic, fused.arithmetic]).toEqual(["wasm", "plain", "fused"]);
  for (const stepper of [plain, fused]) expectNear(await courseOf(stepper), wanted);
});

function expectNear(found: Course, wanted: Course): void {
  for (const [step, { loss, predicted, gradientNorm, state }] of wanted.outcomes.entries()) {
    const outcome = found.outcomes[step]!;
    expect(outcome.loss / loss).toBeCloseTo(1, 6);
    expect(outcome.gradientNorm / gradientNorm).toBeCloseTo(1, 5);
    expect(outcome.predicted).toBe(predicted);
    expect(relativeDistance(outcome.state!, state!)).toBeLessThan(1e-5);
  }
  expect(found.evaluated.loss / wanted.evaluated.loss).toBeCloseTo(1, 6);
  expect(relativeDistance(found.first, wanted.first)).toBeLessThan(1e-5);
  expect(relativeDistance(found.second, wanted.second)).toBeLessThan(1e-5);
  // adamW's first steps have the length of the rate, whatever the gradient: tiny ones keep their rounding
  expect(relativeDistance(found.values, wanted.values)).toBeLessThan(1e-4);
}

it("goes on from what was read to the same bytes", async () => {
  const once = await courseOf(stepperOf(2), 4);
  const [begun, goesOn] = [stepperOf(2), stepperOf(1)];
  for (let step = 0; step < 2; step++) await begun.learn(stepBatch(step), adamW);
  for (const which of ["values", "first", "second"] as const) goesOn.write(which, await begun.read(which));
  for (let step = 2; step < 4; step++) await goesOn.learn(stepBatch(step), adamW);
  for (const which of ["values", "first", "second"] as const)
    expect(digest(await goesOn.read(which))).toBe(digest(once[which]));
});

it("learns from fewer rows than parts", async () => {
  const [found, wanted] = [stepperOf(2, { parts: 4 }), stepperOf(1, { parts: 2 })];
  const outcomes = [await found.learn(stepBatch(0, 2), adamW), await wanted.learn(stepBatch(0, 2), adamW)];
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(digest(await found.read("values"))).toBe(digest(await wanted.read("values")));
});

it("changes nothing where the gradient is not finite", async () => {
  const broken = values.map((value, i) => (i === 5 * settings.vectorSize ? Number.NaN : value)); // of term 5, which occurs
  const stepper = stepperOf(1, { values: broken });
  expect((await stepper.learn(stepBatch(1), adamW)).gradientNorm).toBeNaN();
  expect(digest(await stepper.read("values"))).toBe(digest(broken));
});

it("fails with one line where memory would outgrow its limit", async () => {
  const stepper = stepperOf(1, { limit: 2 ** 24 });
  await expect(stepper.learn(stepBatch(0), adamW)).rejects.toThrow(
    /^neural engine: memory must stay below its limit of 16 MiB, got \d+ MiB needed$/,
  );
});
