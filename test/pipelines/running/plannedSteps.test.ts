import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, loadPipeline, type Progress, parseConfig, plannedSteps, readyConfigs, runPipeline } from "#pipelines";
import { temporaryFolder } from "../../support/temporaryFolder.js";

describe("plannedSteps", () => {
  it("names the steps of a run and their passes, in the order in which a run takes them, and each ends whole", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "corpus.txt"), "a b c a b\nc a b a c\n");
    const config = `
source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, encode]
branches:
  short: [windowContexts: { sample: 0 }, word2vec: { vectorSize: 4, epochs: 2 }, writeVectors: { path: short.vec }]
  long: [windowContexts: { sample: 0 }, word2vec: { vectorSize: 4, epochs: 3 }, writeVectors: { path: long.vec }]
  glove: [windowContexts: { sample: 0 }, accumulateCooccurrence, glove: { vectorSize: 4, epochs: 4 }, writeVectors: { path: g.vec }]
`;
    const pipeline = compile(parseConfig(config, join(folder, "c.yaml")));
    expect(plannedSteps(pipeline)).toEqual([
      { id: "source/files", passes: 1 },
      { id: "steps/2", passes: 3 },
      { id: "branches/glove/2/glove", passes: 4 },
    ]);
    const last = new Map<string, number>();
    const onProgress = ({ step, share }: Progress) => void last.set(step, share!);
    await runPipeline(pipeline, { out: join(folder, "out"), onProgress });
    expect([...last]).toEqual(plannedSteps(pipeline).map(({ id }) => [id, 1]));
  });

  it("has the pass over a live source alone where a model learns in it", async () => {
    const pipeline = await loadPipeline("live-tail");
    expect(plannedSteps(pipeline)).toEqual([{ id: pipeline.root.id, passes: 1 }]);
  });

  it("is made of every ready config", async () => {
    const env = { SERVER: "nats://127.0.0.1:4222", STREAM: "s" };
    for (const name of await readyConfigs()) expect(plannedSteps(await loadPipeline(name, { env }))).not.toEqual([]);
  });
});
