import { expect, it } from "vitest";
import { neural } from "#kernels";
import { wasmEngine } from "../../support/neuralEngines.js";
import { adamW, courseOf, digest, firstValues, settings, stepBatch } from "../../support/neuralSteps.js";

const { plainStepper, referenceEngine, rnnlm } = neural;
const network = rnnlm(settings);
const values = firstValues(network, 7);
const stepperOf = (parts: number, engine: neural.Engine = referenceEngine()) =>
  plainStepper(engine, network, values, { parts, seed: 3 });

it("learns the same in any number of parts, but for rounding: draws of dropout are those of the row", async () => {
  const [whole, cut] = [await courseOf(stepperOf(1)), await courseOf(stepperOf(3))];
  for (const [step, { loss, gradientNorm, predicted, state }] of whole.outcomes.entries()) {
    const found = cut.outcomes[step]!;
    expect(found.loss).toBeCloseTo(loss, 4);
    expect(found.gradientNorm).toBeCloseTo(gradientNorm, 6);
    expect(found.predicted).toBe(predicted);
    expect(found.state!.length).toBe(state!.length);
    for (const [i, value] of state!.entries()) expect(found.state![i]!).toBeCloseTo(value, 5);
  }
});

it("counts the places where something is predicted", async () => {
  // 35 places; 4, 13, 22 and 31 predict nothing
  const { predicted, loss } = await stepperOf(2).evaluate(stepBatch(0));
  expect(predicted).toBe(31);
  // near ln 211 = 5.35 each: weights are small
  expect(loss / predicted).toBeCloseTo(Math.log(211), 1);
});

it("drops, draws and changes nothing in an evaluation", async () => {
  const stepper = stepperOf(2);
  const [first, second] = [await stepper.evaluate(stepBatch(0)), await stepper.evaluate({ ...stepBatch(0), step: 5 })];
  expect(second).toEqual(first);
  expect(digest(Float32Array.from(await stepper.read("values")))).toBe(digest(values));
  // a step of learning has the same losses but for dropout
  expect((await stepper.learn(stepBatch(0), adamW)).loss).not.toBeCloseTo(first.loss, 2);
});

it("steps along the gradient of the mean loss, as long as it may be", async () => {
  const clip = 0.01;
  const stepper = stepperOf(2);
  const { gradientNorm } = await stepper.learn(stepBatch(0), { optimiser: { kind: "sgd" }, rate: 1, clip });
  expect(gradientNorm).toBeGreaterThan(clip);
  const moved = Math.hypot(...(await stepper.read("values")).map((value, i) => value - values[i]!));
  expect(moved).toBeCloseTo(clip, 6);
  const free = stepperOf(2);
  await free.learn(stepBatch(0), { optimiser: { kind: "sgd" }, rate: 1, clip: 0 });
  const unclipped = Math.hypot(...(await free.read("values")).map((value, i) => value - values[i]!));
  expect(unclipped).toBeCloseTo(gradientNorm, 6);
});

it("goes on from what was read to the same bytes", async () => {
  const engine = wasmEngine();
  const once = await courseOf(stepperOf(2, engine), 4);
  const [begun, goesOn] = [stepperOf(2, engine), stepperOf(2, engine)];
  for (let step = 0; step < 2; step++) await begun.learn(stepBatch(step), adamW);
  for (const which of ["values", "first", "second"] as const) goesOn.write(which, await begun.read(which));
  for (let step = 2; step < 4; step++) await goesOn.learn(stepBatch(step), adamW);
  for (const which of ["values", "first", "second"] as const)
    expect(digest(await goesOn.read(which))).toBe(digest(once[which]));
});

it("leaves no memory in use behind a step", async () => {
  const engine = wasmEngine();
  const stepper = stepperOf(2, engine);
  const { arena } = engine.core;
  const before = arena.mark();
  await stepper.learn(stepBatch(0), adamW);
  const held = arena.bytes;
  for (let step = 1; step < 4; step++) await stepper.learn(stepBatch(step), adamW);
  await stepper.evaluate(stepBatch(0));
  expect(arena.mark()).toEqual(before);
  expect(arena.bytes).toBe(held);
});

it("changes nothing where nothing is predicted, but for decay", async () => {
  const stepper = stepperOf(2);
  const batch = { ...stepBatch(0), targets: new Int32Array(35).fill(-1) };
  const sgd: neural.StepOptions = { optimiser: { kind: "sgd" }, rate: 1, clip: 0 };
  expect(await stepper.learn(batch, sgd)).toMatchObject({ loss: 0, predicted: 0, gradientNorm: 0 });
  expect(digest(Float32Array.from(await stepper.read("values")))).toBe(digest(values));
});

it("changes nothing where the gradient is not finite", async () => {
  const broken = values.map((value, i) => (i === 5 * settings.vectorSize ? Number.NaN : value)); // of term 5, which occurs
  const stepper = plainStepper(wasmEngine(), network, broken, { parts: 2, seed: 3 });
  const { gradientNorm } = await stepper.learn(stepBatch(1), adamW);
  expect(gradientNorm).toBeNaN();
  expect(digest(await stepper.read("values"))).toBe(digest(broken));
});
