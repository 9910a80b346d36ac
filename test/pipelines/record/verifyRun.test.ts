import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile, parseConfig, runPipeline, verifyRun } from "#pipelines";
import { temporaryFolder } from "../../support/temporaryFolder.js";

async function finishedRun(): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), "a b 猫\n");
  const text = `source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.txt }]
branches: { again: [writeVocabulary: { path: v.arrow }] }`;
  await runPipeline(compile(parseConfig(text, join(folder, "c.yaml"))), { out: join(folder, "out") });
  return folder;
}

it("finds every file of a finished run as it was", async () => {
  const folder = await finishedRun();
  expect(await verifyRun(join(folder, "out"))).toEqual([
    { path: join(folder, "out/croissant.json"), fault: undefined },
    { path: join(folder, "out/v.arrow"), fault: undefined },
    { path: join(folder, "out/v.txt"), fault: undefined },
    { path: join(folder, "corpus.txt"), fault: undefined },
  ]);
});

it("says which file has changed, grown or gone", async () => {
  const folder = await finishedRun();
  writeFileSync(join(folder, "out/v.txt"), "a 1\nb 1\n狗 1\n"); // one character, of the same length
  writeFileSync(join(folder, "corpus.txt"), "a b 猫!\n");
  rmSync(join(folder, "out/v.arrow"));
  const faults = (await verifyRun(join(folder, "out"))).map(({ fault }) => fault);
  expect(faults).toEqual([
    undefined,
    "must be there, got nothing in its place",
    expect.stringMatching(/^must have SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}$/),
    "must have 8 bytes, got 9",
  ]);
});

it("refuses a folder without a manifest, or with another program's", async () => {
  const folder = await temporaryFolder();
  await expect(verifyRun(folder)).rejects.toThrow(
    /^verify: .*manifest\.json must be the manifest of a finished run, got ENOENT$/,
  );
  writeFileSync(join(folder, "manifest.json"), '{"name": "another"}');
  await expect(verifyRun(folder)).rejects.toThrow(SyntaxError);
});
