import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawBelow, randomStream } from "#kernels";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

/** Lines of ten words of 60 drawn at random, each line from one of so many groups. */
function corpusOf(groups: number): string {
  const stream = randomStream(1, "text");
  const size = 60 / groups;
  const word = (line: number, k: number) => `w${size * (line % groups) + drawBelow(stream, 10 * line + k, size)}`;
  return Array.from({ length: 600 }, (_, line) => Array.from({ length: 10 }, (_, k) => word(line, k)).join(" ")).join(
    "\n",
  );
}

async function runOver(corpus: string, epochs: number) {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "corpus.txt"), corpus);
  const config = `
source: { files: { paths: corpus.txt } }
steps: [tokenize, buildVocab, encode, windowContexts, word2vec: { vectorSize: 8, epochs: ${epochs} }, writeVectors: { path: v.txt }]
`;
  writeFileSync(join(folder, "c.yaml"), config);
  const { code, out } = await command(
    "run",
    join(folder, "c.yaml"),
    "--out",
    join(folder, "out"),
    "--progress",
    "none",
  );
  expect(code).toBe(0);
  const { counts } = JSON.parse(readFileSync(join(folder, "out/manifest.json"), "utf8"));
  return { out, hardlyMoved: counts.modelsHardlyMoved as number | undefined };
}

describe("lexstream run", () => {
  it("warns of vectors that all point the same way, and counts their models", async () => {
    // what a word's contexts teach in one group they teach of all words alike
    const { out, hardlyMoved } = await runOver(corpusOf(1), 3);
    expect(out).toContain("warning: word2vec: vectors hardly moved apart");
    expect(hardlyMoved).toBe(1);
  });

  it("does not warn of vectors that have moved apart", async () => {
    const { out, hardlyMoved } = await runOver(corpusOf(2), 10);
    expect(out).not.toContain("warning");
    expect(hardlyMoved).toBeUndefined();
  });
});
