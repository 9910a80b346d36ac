import { describe, expect, it } from "vitest";
import { manifestJsonSchema } from "#pipelines";
import { faultsBy } from "../../support/jsonSchema.js";
import { smallRun } from "../../support/smallRun.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

describe("manifestJsonSchema", () => {
  it("describes the manifest of a run with all kinds of outputs", async () => {
    const manifest = JSON.parse(JSON.stringify(await smallRun(await temporaryFolder())));
    expect(manifest.outputs).toHaveLength(7);
    expect(faultsBy(manifestJsonSchema(), manifest)).toEqual([]);
  });

  it("finds what is missing, unknown, of another kind, or no hash", async () => {
    const manifest = JSON.parse(JSON.stringify(await smallRun(await temporaryFolder())));
    const { seed: _, ...broken } = { ...manifest, format: 3, more: true, name: 7 };
    broken.outputs[0].sha256 = "abc";
    broken.config.steps[0].second = {};
    expect(faultsBy(manifestJsonSchema(), broken)).toEqual([
      "/seed: is missing",
      "/format: must be 2",
      "/name: must be string",
      "/config/steps/0: has 2 properties",
      "/outputs/0/sha256: must match",
      "/more: is not known",
    ]);
  });
});
