import { expect, it } from "vitest";
import { neural } from "#kernels";
import { openTensorflow } from "#models";
import { itEqualsPyTorch } from "../support/equalsPyTorch.js";
import { itEqualsReference } from "../support/equalsReference.js";
import { courseOf, digestOf, firstValues, settings } from "../support/neuralSteps.js";

// The same on TensorFlow itself, where @tensorflow/tfjs-node is installed and loads.

const found = await nativeEngine().catch((error: Error) => error.message.split("\n")[0]!);
if (typeof found === "string") it("computes with TensorFlow itself", ({ skip }) => skip(found));
else itComputes(found);

function itComputes(engine: neural.Engine): void {
  itEqualsPyTorch(engine, 1e-5);
  itEqualsReference(engine);

  it("names the backend, and the version of TensorFlow", () => {
    expect(engine.arithmetic).toMatch(/^tensorflow \d+\.\d+\.\d+$/);
  });

  it("takes steps to the same bytes each time", async () => {
    const network = neural.rnnlm(settings);
    const digests = [];
    for (let run = 0; run < 2; run++) {
      const stepper = neural.plainStepper(engine, network, firstValues(network, 7), { parts: 2, seed: 3 });
      digests.push(digestOf(await courseOf(stepper)));
      await stepper.close();
    }
    expect(digests[1]).toBe(digests[0]);
  });
}

async function nativeEngine(): Promise<neural.Engine> {
  const name = "@tensorflow/tfjs-node";
  const tf = (await import(name)) as { setBackend(name: string): Promise<boolean> };
  await tf.setBackend("tensorflow");
  const opened = await openTensorflow("test");
  if ("why" in opened) throw new Error(opened.why);
  return opened.engine;
}
