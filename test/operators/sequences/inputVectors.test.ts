import { of } from "rxjs";
import { expect, it } from "vitest";
import { inputVectors } from "#operators";
import type { LanguageModel } from "#schemas";
import { collect } from "../../support/collect.js";

const model: LanguageModel = {
  architecture: "nnlm",
  settings: {},
  terms: ["cat", "猫"],
  counts: Float64Array.of(2, 1),
  tensors: [
    { name: "bias", shape: [2], values: Float32Array.of(9, 9) },
    { name: "vectors", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  ],
  vectors: "vectors",
  metadata: new Map([["model", "nnlm"]]),
};

it("takes the row of each term, with where they come from", async () => {
  const [vectors] = await collect(of(model).pipe(inputVectors()));
  expect(vectors).toMatchObject({ terms: ["cat", "猫"], vectorSize: 3 });
  expect([...vectors!.values]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(vectors!.metadata.get("model")).toBe("nnlm");
});

it("refuses a model without such a table", async () => {
  const wrong = { ...model, vectors: "bias" };
  await expect(collect(of(wrong).pipe(inputVectors()))).rejects.toThrow(
    "inputVectors: tensor bias must have a row for each of the 2 terms, got 2",
  );
});
