import { afterAll, beforeAll, expect, it } from "vitest";
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
import { shortOrLong } from "../../support/shortOrLong.js";

const kept = ["values", "first", "second"] as const;
const network = neural.rnnlm(settings);
const values = firstValues(network, 7);
const open: neural.Stepper[] = [];
/** On one thread and on two; each test begins anew on them. */
const [one, two] = [stepperOf(1), stepperOf(2)];
let course: Course;

beforeAll(async () => {
  course = await courseOf(one);
});
afterAll(() => Promise.all(open.map((stepper) => stepper.close())));

function stepperOf(workers: number, { parts = 3, fused = false, limit = 2 ** 28 } = {}): neural.Stepper {
  const script = new URL("../../support/threads/rnnlmWorker.mjs", import.meta.url);
  const options = { who: "rnnlm", script, settings, seed: 3, parts, workers, fused, limit };
  const stepper = threadStepper(network, values, options);
  open.push(stepper);
  return stepper;
}

function anew(stepper: neural.Stepper, begin = values): neural.Stepper {
  stepper.write("values", begin);
  for (const which of ["first", "second"] as const) stepper.write(which, new Float32Array(values.length));
  return stepper;
}

it("learns the same bytes at any number of threads", async () => {
  for (const stepper of shortOrLong([two], [two, stepperOf(4)]))
    expect(digestOf(await courseOf(stepper))).toBe(digestOf(course));
});

it("learns what the reference engine learns, but for rounding, with either arithmetic", async () => {
  const reference = neural.plainStepper(neural.referenceEngine(), network, values, { parts: 3, seed: 3 });
  const wanted = await courseOf(reference);
  const fused = stepperOf(1, { fused: true });
  expect([one.engine, one.arithmetic, fused.arithmetic]).toEqual(["wasm", "plain", "fused"]);
  for (const found of [course, await courseOf(fused)]) expectNear(found, wanted);
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
  const [begun, goesOn] = [anew(one), two];
  await begun.learn(stepBatch(0), adamW);
  for (const which of kept) goesOn.write(which, await begun.read(which));
  for (let step = 1; step < 3; step++) await goesOn.learn(stepBatch(step), adamW);
  for (const which of kept) expect(digest(await goesOn.read(which))).toBe(digest(course[which]));
});

it("learns from fewer rows than parts", async () => {
  const [found, wanted] = [anew(one), stepperOf(1, { parts: 2 })];
  const outcomes = [await found.learn(stepBatch(0, 2), adamW), await wanted.learn(stepBatch(0, 2), adamW)];
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(digest(await found.read("values"))).toBe(digest(await wanted.read("values")));
});

it("changes nothing where the gradient is not finite", async () => {
  const broken = values.map((value, i) => (i === 5 * settings.vectorSize ? Number.NaN : value)); // of term 5, which occurs
  const stepper = anew(one, broken);
  expect((await stepper.learn(stepBatch(1), adamW)).gradientNorm).toBeNaN();
  expect(digest(await stepper.read("values"))).toBe(digest(broken));
});

it("fails with one line where memory would outgrow its limit", async () => {
  const stepper = stepperOf(1, { limit: 2 ** 24 });
  await expect(stepper.learn(stepBatch(0), adamW)).rejects.toThrow(
    /^neural engine: memory must stay below its limit of 16 MiB, got \d+ MiB needed$/,
  );
});
