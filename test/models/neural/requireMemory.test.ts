import { expect, it } from "vitest";
import { nnlm, rnnlm } from "#models";
import { requireMemory } from "../../../dist/models/neural/requireMemory.js";
import { batches } from "../../support/twoTermsBack.js";

const small = { parameters: 1000, parts: 2, places: 400, scores: 10_000 };

it("lets pass what fits, to the last byte", () => {
  requireMemory("rnnlm", small);
  // 3 arrays and 2 gradients of 4 bytes a parameter: 2^32 / 20 parameters
  const most = Math.floor(2 ** 32 / 20);
  requireMemory("rnnlm", { ...small, parameters: most, scores: 0 });
  expect(() => requireMemory("rnnlm", { ...small, parameters: most + 1, scores: 0 })).toThrow(RangeError);
});

it("tells what takes the memory, and what to lower", () => {
  // 20 x 300 M = 6 GB = 5.6 GiB
  expect(() => requireMemory("rnnlm", { ...small, parameters: 3e8, scores: 0 })).toThrow(
    new RangeError(
      "rnnlm: learning must fit into 4 GiB, got 5.6 GiB: 5.6 for 300000000 parameters, 0.0 for the scores of 0 terms at 400 places; lower vectorSize, hiddenSize or parts, or the vocabulary's maxSize",
    ),
  );
  // 8 x 1280 x 1 M = 9.5 GiB
  expect(() => requireMemory("nnlm", { ...small, places: 1280, scores: 1e6 })).toThrow(
    /got 9\.5 GiB: 0\.0 for 1000 parameters, 9\.5 for the scores of 1000000 terms at 1280 places; choose output: classes/,
  );
});

it.each([
  // 6 x 8192 + 4 (8192 + 8192 + 1) 8192 + 6 (8192 + 1) = 537 M parameters
  ["rnnlm", rnnlm({ vectorSize: 8192, engine: "wasm" }), "10.0 GiB"],
  // 6 x 8192 + 4 x 8192 x 8192 + ...
  ["nnlm", nnlm({ vectorSize: 8192, hiddenSize: 8192, engine: "wasm" }), "5.0 GiB"],
])("%s is refused before it learns", async (name, model, size) => {
  const [first] = batches(1);
  await expect(model.update(first!)).rejects.toThrow(`${name}: learning must fit into 4 GiB, got ${size}`);
  await model.close();
});
