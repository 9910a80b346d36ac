import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, parseConfig, runPipeline } from "#pipelines";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const config = (extra = "") => `
source: { files: { paths: corpus.jsonl, chunkSize: 20 } }
${extra}
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]`;

async function prepare() {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.jsonl"), '{"text":"a b"}\n{"text":"猫"\n{"body":"a c"}\n{"text":"a"}\n');
  return (extra?: string, defaults = {}) => ({
    folder,
    pipeline: compile(parseConfig(config(extra), join(folder, "c.yaml")), { defaults }),
  });
}

describe("rejected documents of a pipeline", () => {
  it("are listed in the run's folder, counted, and named in the manifest", async () => {
    const { pipeline, folder } = (await prepare())("maxRejected: 2");
    const out = join(folder, "out");
    const { manifest } = await runPipeline(pipeline, { out });
    const source = join(folder, "corpus.jsonl");
    const lines = readFileSync(join(out, "rejected.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { source, document: 2, line: 2, offset: 15 },
      { source, document: 3, line: 3, reason: 'must have a text in "text" (option field), got an object with body' },
    ]);
    expect(manifest.outputs.find(({ path }) => path === "rejected.jsonl")).toMatchObject({ rows: 2 });
    expect(manifest.counts).toMatchObject({ documents: 2, rejectedDocuments: 2 });
    expect(manifest.inputs[0]!.counts).toMatchObject({ documents: 2, rejectedDocuments: 2 });
    expect(manifest.config.source).toMatchObject({ files: { maxRejected: 2 } });
    expect(readFileSync(join(out, "v.txt"), "utf8")).toBe("a 2\nb 1\n");
  });

  it("are read again, and no others, by a run with their list", async () => {
    const prepared = await prepare();
    const { pipeline, folder } = prepared("maxRejected: 50%");
    await runPipeline(pipeline, { out: join(folder, "out") });
    writeFileSync(join(folder, "corpus.jsonl"), '{"text":"a b"}\n{"text":"猫"}\n{"text":"a c"}\n{"text":"a"}\n'); // mended
    const again = prepared("", { only: join(folder, "out/rejected.jsonl") });
    const { manifest } = await runPipeline(again.pipeline, { out: join(folder, "again") });
    expect(readFileSync(join(folder, "again/v.txt"), "utf8")).toBe("a 1\nc 1\n猫 1\n");
    expect(manifest.inputs.map(({ path }) => path)).toEqual([
      join(folder, "corpus.jsonl"),
      join(folder, "out/rejected.jsonl"),
    ]);
    expect(readdirSync(join(folder, "again")).includes("rejected.jsonl")).toBe(false);
  });

  it("end the run where there are too many, and leave nothing behind", async () => {
    const { pipeline, folder } = (await prepare())("maxRejected: 1");
    const out = join(folder, "out");
    await expect(runPipeline(pipeline, { out })).rejects.toThrow(
      /^files: at most 1 documents may be rejected \(maxRejected\), got 2 of 3; the last one: /,
    );
    expect(readdirSync(out)).toEqual([]);
  });

  it("may not be as many as a text that says no number", async () => {
    const prepared = await prepare();
    expect(() => prepared("maxRejected: few")).toThrow(
      'c.yaml:3:1: /maxRejected: maxRejected must be an integer >= 0 or a share such as "1%", got "few"',
    );
  });
});
