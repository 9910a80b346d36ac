import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffRuns } from "#pipelines";
import { smallRun } from "../../support/smallRun.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** Two runs, the second with a change; what they have differently, without the values. */
async function differences(change: (text: string) => string) {
  const folder = await temporaryFolder();
  await smallRun(folder, "a");
  await smallRun(folder, "b", change);
  const { outputs, ...others } = await diffRuns(join(folder, "a"), join(folder, "b"));
  const whats: Record<string, string[]> = Object.fromEntries(
    Object.entries(others).map(([key, list]) => [key, list.map(({ what }) => what)]),
  );
  const causes: Record<string, readonly string[]> = Object.fromEntries(
    outputs.map(({ what, because }) => [what, because]),
  );
  return { ...whats, config: whats.config, outputs: causes };
}

describe("diffRuns", () => {
  it("finds nothing in two runs of the same", async () => {
    expect(await differences((text) => text)).toEqual({
      versions: [],
      config: [],
      inputs: [],
      counts: [],
      outputs: {},
    });
  });

  it("names the option that an output's difference comes from, and only the outputs behind it", async () => {
    const epochs = "/branches/word2vec/word2vec/epochs";
    expect(await differences((text) => text.replace("epochs: 2", "epochs: 3"))).toMatchObject({
      config: [epochs],
      outputs: { "vectors.parquet": [epochs], "vectors.vec": [epochs] },
    });
    const all = await differences((text) => text.replace("mode: chinese", "mode: words"));
    expect(all.config).toEqual(["/steps/tokenize/mode"]);
    expect(all.outputs["table.arrow"]).toEqual(["/steps/tokenize/mode"]);
    expect(Object.keys(all.outputs)).toContain("vocab.parquet");
  });

  it("compares steps by name, so that one more step is one difference", async () => {
    const found = await differences((text) => text.replace("steps:\n", "steps:\n  - normalize\n"));
    expect(found.config).toEqual(["/steps/normalize"]);
  });

  it("names changed inputs by place, whatever they are called", async () => {
    const folder = await temporaryFolder();
    await smallRun(folder, "a");
    writeFileSync(join(folder, "copy.jsonl"), readFileSync(join(folder, "corpus.jsonl")));
    await smallRun(folder, "b", (text) => text.replace("corpus.jsonl", "copy.jsonl"));
    const copied = await diffRuns(join(folder, "a"), join(folder, "b"));
    expect(copied.inputs).toEqual([]); // another name, the same text
    expect(copied.config.map(({ what }) => what)).toEqual(["/source/files/paths"]);
    appendFileSync(join(folder, "copy.jsonl"), '{"text":"one more cat"}\n');
    await smallRun(folder, "c", (text) => text.replace("corpus.jsonl", "copy.jsonl"));
    const changed = await diffRuns(join(folder, "b"), join(folder, "c"));
    expect(changed.inputs).toMatchObject([{ what: "input 1", second: { path: join(folder, "copy.jsonl") } }]);
    expect(changed.outputs.find(({ what }) => what === "ids.parquet")?.because).toEqual(["input 1"]);
    expect(changed.counts.map(({ what }) => what)).toContain("documents");
  });

  it("gives versions as a cause, and no cause where an output was changed afterwards", async () => {
    const folder = await temporaryFolder();
    await smallRun(folder, "a");
    const manifest = JSON.parse(readFileSync(join(folder, "a/manifest.json"), "utf8"));
    manifest.outputs[1].sha256 = "0".repeat(64);
    await smallRun(folder, "b");
    writeFileSync(join(folder, "b/manifest.json"), JSON.stringify(manifest));
    const [output] = (await diffRuns(join(folder, "a"), join(folder, "b"))).outputs;
    expect(output).toMatchObject({ what: manifest.outputs[1].path, because: [] });
    manifest.lexstream = "0.0.9";
    manifest.vectors.word2vec.arithmetic = "plain";
    writeFileSync(join(folder, "b/manifest.json"), JSON.stringify(manifest));
    const again = await diffRuns(join(folder, "a"), join(folder, "b"));
    expect(again.versions.map(({ what }) => what)).toEqual(["lexstream", "arithmetic of word2vec"]);
    expect(again.outputs[0]!.because).toEqual(["lexstream", "arithmetic of word2vec"]);
  });
});
