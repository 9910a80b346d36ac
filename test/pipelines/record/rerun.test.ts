import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rerun } from "#pipelines";
import { smallRun } from "../../support/smallRun.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

describe("rerun", () => {
  it("makes every output again from the manifest alone, and leaves nothing behind", async () => {
    const folder = await temporaryFolder();
    const { outputs } = await smallRun(folder, "out", (text) => `description: cats\ndataset: { url: "x:y" }\n${text}`);
    const before = readdirSync(folder);
    const files = await rerun(join(folder, "out"));
    expect(files).toEqual(outputs.map(({ path }) => ({ path: join(folder, "out", path), fault: undefined })));
    expect(readdirSync(folder)).toEqual(before);
  });

  it("says which outputs the manifest has otherwise", async () => {
    const folder = await temporaryFolder();
    await smallRun(folder);
    const path = join(folder, "out/manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    const vectors = manifest.outputs.find((output: { path: string }) => output.path === "vectors.vec");
    vectors.sha256 = createHash("sha256").update("others").digest("hex");
    vectors.path = "others.vec";
    const ids = manifest.outputs.find((output: { path: string }) => output.path === "ids.parquet");
    ids.sha256 = vectors.sha256;
    writeFileSync(path, JSON.stringify(manifest));
    const faulty = (await rerun(join(folder, "out"))).filter(({ fault }) => fault !== undefined);
    expect(faulty).toEqual([
      { path: join(folder, "out/ids.parquet"), fault: expect.stringMatching(/^must have SHA-256 \w+, got \w+$/) },
      { path: join(folder, "out/others.vec"), fault: "must be made again, and was not" },
      { path: join(folder, "out/vectors.vec"), fault: "must not be made, and was" },
    ]);
  });

  it("says which input has changed instead of running", async () => {
    const folder = await temporaryFolder();
    await smallRun(folder);
    appendFileSync(join(folder, "corpus.jsonl"), '{"text":"more"}\n');
    expect(await rerun(join(folder, "out"))).toEqual([
      { path: join(folder, "corpus.jsonl"), fault: expect.stringMatching(/^must have \d+ bytes, got \d+$/) },
    ]);
  });

  it("refuses a run of standard input", async () => {
    const folder = await temporaryFolder();
    await smallRun(folder);
    const path = join(folder, "out/manifest.json");
    const { config, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...manifest, config: { ...config, source: { stdin: {} } } }));
    await expect(rerun(join(folder, "out"))).rejects.toThrow(
      /^verify: a run must have read files to be run again, got one of stdin in /,
    );
  });
});
