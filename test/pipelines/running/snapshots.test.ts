import { existsSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  builtIn,
  compile,
  fileOfRun,
  inspectPath,
  loadVectors,
  outputsSoFar,
  parseConfig,
  runPipeline,
} from "#pipelines";
import { command } from "../../support/command.js";

const config = `
source: { files: { paths: text.txt, format: lines } }
checkpoint: { every: 1 tokens }
snapshot: { every: 1ms, keep: 1 }
steps:
  - tokenize
  - buildVocab: { minCount: 1, extraTerms: [<unk>, </s>] }
  - writeVocabulary: { path: vocab.txt }
  - encode: { unknown: <unk>, sentenceEnd: </s> }
  - packSequences: { length: 4, lanes: 2, across: corpus }
  - rnnlm: { vectorSize: 4, epochs: 3, engine: reference, holdout: 0 }
  - writeLanguageModel: { path: model/model.safetensors }
  - inputVectors
  - writeVectors: { path: vectors.vec }
`;

let folder: string;
let out: string;

/** A run that was interrupted in its second pass. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  out = join(folder, "out");
  writeFileSync(join(folder, "text.txt"), "the cat eats a fish\nthe dog eats a bone\n".repeat(8));
  const abort = new AbortController();
  const running = runPipeline(compile(parseConfig(config, join(folder, "c.yaml"))), {
    ...{ out, signal: abort.signal, clock: () => new Date(Date.UTC(2026, 10, 23, 9, 15)) },
    onProgress: ({ stage, done }) => stage.startsWith("epoch 2") && done > 0 && abort.abort(),
  });
  await expect(running).rejects.toThrow(/abort/);
});

afterAll(() => rm(folder, { recursive: true }));

it("write what stages make of a model as well as the model itself", async () => {
  expect(readlinkSync(join(out, "model/model-latest.safetensors"))).toBe("model-20261123T091500Z.safetensors");
  const { terms, vectorSize } = await loadVectors(join(out, "vectors-latest.vec"));
  expect([terms.includes("cat"), vectorSize]).toEqual([true, 4]);
});

it("stand for the run's outputs until it has ended, beside what is written already", async () => {
  expect(outputsSoFar(out).map(({ path, holds }) => [path, holds])).toEqual([
    ["vocab.txt", "vocabulary"],
    ["model/model-latest.safetensors", "languageModel"],
    ["vectors-latest.vec", "vectors"],
  ]);
  expect(fileOfRun(out, "languageModel")).toBe(join(out, "model/model-latest.safetensors"));
  expect(fileOfRun(`${out}#vocab.txt`, "vocabulary")).toBe(join(out, "vocab.txt"));
  const { code, out: said } = await command("next", out, "the cat", "-k", "2");
  expect([code, said.split("\n")]).toEqual([0, [expect.any(String), expect.any(String), ""]]);
  expect(() => fileOfRun(out, "topics")).toThrow(
    `${out}: must be a finished run, or have a snapshot of topics, got one that has not ended; lexstream run --resume goes on with it`,
  );
});

it("are listed of a run that has not ended, with what they hold", async () => {
  const report = await inspectPath(out, [...builtIn.kinds.values()]);
  expect(report).toMatchObject({ format: "run", name: "c", ended: false });
  expect("outputs" in report && report.outputs).toEqual(
    outputsSoFar(out).map((output) => ({ ...output, bytes: expect.any(Number) })),
  );
});

it("are none where no checkpoint says what the run was to make", () => {
  rmSync(join(out, ".checkpoint/state.json"));
  writeFileSync(join(out, ".lock"), "{}");
  expect(outputsSoFar(out)).toEqual([]);
  expect(existsSync(join(out, "vectors-latest.vec"))).toBe(true);
  expect(() => fileOfRun(out, "vectors")).toThrow("got one that has not ended");
});
