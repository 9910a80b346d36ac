import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { openTensorflow } from "#models";
import { itEqualsTransformers } from "../support/bertAsTransformers.js";
import { itEqualsPyTorch } from "../support/equalsPyTorch.js";
import { itEqualsReference } from "../support/equalsReference.js";
import { adamW, courseOf, digestOf, firstValues, settings, stepBatch } from "../support/neuralSteps.js";
import { memory, profile } from "../support/tensorflowOnCpu.mjs";

const { gpt, plainStepper, referenceEngine, rnnlm } = neural;

const opened = await openTensorflow("test");
if ("why" in opened) throw new Error(opened.why);
const { engine } = opened;

itEqualsPyTorch(engine, 1e-5);
itEqualsTransformers(engine, 2e-5); // gradients of biases of queries nearly cancel
itEqualsReference(engine);

it("names the backend that is set, and its version", () => {
  expect([engine.name, engine.arithmetic]).toEqual(["tensorflow", "cpu 4.22.0"]);
});

it("keeps what is placed, whatever becomes of the numbers that were given", async () => {
  const given = Float32Array.of(1, 2);
  const tensor = engine.place(given, [2]);
  given[0] = 7;
  const read = await engine.read(tensor);
  read[1] = 8;
  expect(await engine.read(tensor)).toEqual(Float32Array.of(1, 2));
});

it("answers with numbers of a scope that has ended", async () => {
  const read = engine.scope(() => engine.read(engine.scale(engine.place(Float32Array.of(1, 2), [2]), 3)));
  expect(await read).toEqual(Float32Array.of(3, 6));
});

describe("steps of learning", () => {
  const network = rnnlm(settings);
  const values = firstValues(network, 7);
  const stepperOf = (parts: number, of = engine) => plainStepper(of, network, values, { parts, seed: 3 });

  it("end where those of the reference end", async () => {
    const [found, wanted] = [await courseOf(stepperOf(2), 2), await courseOf(stepperOf(2, referenceEngine()), 2)];
    expect(found.evaluated.loss / wanted.evaluated.loss).toBeCloseTo(1, 6);
    for (const [step, { loss, gradientNorm }] of wanted.outcomes.entries()) {
      expect(found.outcomes[step]!.loss / loss).toBeCloseTo(1, 6);
      expect(found.outcomes[step]!.gradientNorm / gradientNorm).toBeCloseTo(1, 5);
    }
  });

  it("are the same bytes each time", async () => {
    expect(digestOf(await courseOf(stepperOf(2), 1))).toBe(digestOf(await courseOf(stepperOf(2), 1)));
  });

  it("hold the same tensors after each of 50, and none once it is closed", async () => {
    const before = memory().numTensors;
    const small = rnnlm({ ...settings, terms: 11, vectorSize: 3, hiddenSize: 4, layers: 1 });
    const stepper = plainStepper(engine, small, firstValues(small, 7), { parts: 2, seed: 3 });
    const held = new Set<number>();
    for (let step = 0; step < 50; step++) {
      const { rows, length, ids, targets, lengths } = stepBatch(step, 3, 4);
      const batch = {
        rows,
        length,
        lengths,
        step,
        ids: ids.map((id) => id % 11),
        targets: targets.map((id) => id % 11),
      };
      await stepper.learn(batch, adamW);
      held.add(memory().numTensors - before);
    }
    expect([...held]).toEqual([5]); // values, gradients, two moments, and what decays
    await stepper.close();
    expect(memory().numTensors).toBe(before);
  });

  it("take at most 600 operations of a GPT with four layers, and 1300 of two LSTM layers over 20 positions", async () => {
    const blocks = gpt({
      ...{ terms: 11, positions: 6, layers: 4, heads: 2, vectorSize: 8, innerSize: 32 },
      ...{ dropout: 0, activation: "geluTanh", epsilon: 1e-5 },
    });
    expect(await operationsOf(blocks, 6)).toBeLessThanOrEqual(600);
    const lstm = rnnlm({ ...settings, terms: 11, vectorSize: 4, hiddenSize: 4, dropout: 0 });
    expect(await operationsOf(lstm, 20)).toBeLessThanOrEqual(1300);
  });

  /** Of a step with AdamW and clipping. */
  async function operationsOf(network: neural.Network, length: number): Promise<number> {
    const stepper = plainStepper(engine, network, firstValues(network, 7), { parts: 1, seed: 3 });
    const places = Uint32Array.from({ length: 2 * length }, (_, i) => i % 11);
    const batch = {
      rows: 2,
      length,
      ids: places,
      targets: Int32Array.from(places),
      lengths: Uint32Array.of(length, length),
    };
    await stepper.learn({ ...batch, step: 0 }, adamW);
    const { kernels } = await profile(async () => {
      await stepper.learn({ ...batch, step: 1 }, adamW);
      return [];
    });
    await stepper.close();
    return kernels.length;
  }
});

it("takes the backend that is set, else the native package, else says how to get one", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["test/support/tensorflowOpenings.mjs"], { encoding: "utf8" });
  const needs =
    "rnnlm: engine tensorflow needs npm install @tensorflow/tfjs-node, or a backend that you set, see docs/engines.md; got";
  const unbuilt = `${needs} @tensorflow/tfjs-node: The Node.js native addon module (tfjs_binding.node) can not be found.`;
  expect(JSON.parse(stdout)).toEqual({ missing: `${needs} none`, unbuilt, again: unbuilt, set: "cpu 4.22.0" });
  expect(stderr).toBe("");
});
