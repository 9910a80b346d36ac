import { afterEach, expect, it } from "vitest";
import type { neural } from "#kernels";
import { rnnlm } from "#models";
import { makeStepper } from "../../../dist/models/neural/makeStepper.js";
import { rnnlmOf } from "../../../dist/models/rnnlm/rnnlmNetwork.js";
import { batches, learned, vocabulary } from "../../support/twoTermsBack.js";

const settings = { cell: "lstm", layers: 1, vectorSize: 4, hiddenSize: 4, tied: false, dropout: 0, initialRange: 0.1 };
const kind = {
  settings: { ...settings, output: "full", candidates: 8 },
  network: rnnlmOf,
  script: new URL("../../../dist/models/rnnlm/rnnlmWorker.js", import.meta.url),
};
const open: neural.Stepper[] = [];
afterEach(() => Promise.all(open.splice(0).map((stepper) => stepper.close())));

const stepperOn = async (engine: string, deterministic = true, seed = 1) =>
  (await chosen(engine, deterministic, seed)).stepper;

async function chosen(engine: string, deterministic = true, seed = 1) {
  const { terms, counts } = vocabulary;
  const training = { seed, parts: 2, engine, deterministic, holdout: 0, workers: 1 } as never;
  const made = await makeStepper(
    "rnnlm",
    kind,
    rnnlmOf(kind.settings, vocabulary),
    { terms, counts, rows: 2, length: 4 },
    training,
  );
  open.push(made.stepper);
  return made;
}

it("chooses the engine by its name: compiled kernels unless another is asked for", async () => {
  for (const [engine, deterministic, name, arithmetic] of [
    ["auto", true, "wasm", "plain"],
    ["wasm", true, "wasm", "plain"],
    ["wasm", false, "wasm", "fused"],
    ["reference", true, "reference", "float64"],
  ] as const) {
    const stepper = await stepperOn(engine, deterministic);
    expect([stepper.engine, stepper.arithmetic]).toEqual([name, arithmetic]);
  }
});

it("tells why it is that one: how large the network is for auto, or that it was asked for", async () => {
  expect((await chosen("auto")).choice).toMatch(/^auto: \d+ parameters, tensorflow from 20 million on$/);
  expect((await chosen("reference")).choice).toBe("asked for");
});

it("begins with the same weights on every engine, those of the seed", async () => {
  const [compiled, plain, other] = [
    await stepperOn("wasm"),
    await stepperOn("reference"),
    await stepperOn("wasm", true, 2),
  ];
  const values = Float32Array.from(await compiled.read("values"));
  expect(values).toEqual(Float32Array.from(await plain.read("values")));
  expect(values).not.toEqual(await other.read("values"));
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.1);
});

it("is what a result tells it was made with", async () => {
  const { made } = await learned(
    rnnlm({ ...settings, cell: "lstm", epochs: 1, holdout: 0, engine: "reference" }),
    batches(1),
  );
  expect([made.metadata.get("engine"), made.metadata.get("arithmetic")]).toEqual(["reference", "float64"]);
});
