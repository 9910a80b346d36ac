import { expect, it } from "vitest";
import { buildVocab } from "../../dist/operators/vocabulary/buildVocab.js";
import { loaderOf } from "../../dist/runtime/loaderOf.js";

const dist = new URL("../../dist/cli/main.js", import.meta.url).href;

it("loads a module at once, the same that an import names", () => {
  const load = loaderOf(dist);
  const module = load<typeof import("../../dist/operators/vocabulary/buildVocab.js")>(
    "../operators/vocabulary/buildVocab.js",
  );
  expect(module.buildVocab).toBe(buildVocab);
});

it("says what Node must be where it cannot", () => {
  expect(() => loaderOf(dist, { features: {}, version: "v21.7.3" })).toThrow(
    "lexstream: Node must be 20.19 or a later 20, or from 22.12 on, got v21.7.3",
  );
});
