import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ModelComparison } from "#pipelines";
import { command, startCommand } from "../support/command.js";
import { samples } from "../support/samples.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const PAIRS = "the\tand\t5\nthe\ther\t3\nshe\ther\t8\n我\t他\t7\n我\t的\t2\n";

async function prepare() {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at("corpus.txt"), samples(8000));
  writeFileSync(at("pairs.tsv"), PAIRS);
  return at;
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as ModelComparison;

it("trains each model by itself, writes one table, and goes on without training again", async () => {
  const at = await prepare();
  const asked = [
    "compare",
    at("corpus.txt"),
    "-o",
    at("out"),
    "--models",
    "word2vec,lsa",
    "--similarity",
    at("pairs.tsv"),
  ];
  const first = await command(...asked, "--progress", "none");
  expect(first.code).toBe(0);
  expect(first.err).toMatch(/^model 1 of 2: \w+\nmodel 2 of 2: \w+, about .* left\n$/);
  expect(first.out).toMatch(/^model +pairs\.tsv spearman +seconds +processor s +memory MB +size MB\n/);
  const before = read(at("out/compare.json"));
  expect(before.rows.map(({ model }) => model)).toEqual(["word2vec", "lsa"]);
  for (const { scores, cost, bytes } of before.rows) {
    expect(scores["pairs.tsv"]).toBeGreaterThan(-1);
    expect([cost!.seconds, cost!.processorSeconds, cost!.memoryBytes, bytes].every((value) => value! > 0)).toBe(true);
  }
  expect(existsSync(at("out/compare.arrow"))).toBe(true);
  expect(readFileSync(at("out/compare.md"), "utf8")).toContain("| word2vec |");
  const made = readFileSync(at("out/word2vec/vectors.arrow"));

  const refused = await command(...asked);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining("holds a comparison; --resume goes on with it"),
  });
  const again = await command(...asked, "--resume", "--json");
  expect(JSON.parse(again.out)).toEqual(before); // what training took is that of the first time
  expect(readFileSync(at("out/word2vec/vectors.arrow"))).toEqual(made);
});

it("goes on where a model fails, and says why in its row", async () => {
  const at = await prepare();
  writeFileSync(
    at("two.yaml"),
    `
source: { files: { paths: corpus.txt } }
steps: [normalize, tokenize, buildVocab, encode]
branches:
  bad: [documentTerms, accumulateDocumentTerms, { lsa: { vectorSize: 100000 } }, { writeSemanticSpace: { path: space.arrow } }]
  good: [documentTerms, bm25, { writeSearchIndex: { path: index.arrow } }]
`,
  );
  const { code, out, err } = await command("compare", at("two.yaml"), "-o", at("out"), "--similarity", at("pairs.tsv"));
  expect(code).toBe(0);
  const [bad, good] = read(at("out/compare.json")).rows;
  expect(bad).toEqual({ model: "bad", scores: {}, fault: expect.stringMatching(/^lsa: vectorSize must be/) });
  expect(good).toMatchObject({ model: "good", scores: {}, bytes: expect.any(Number) });
  expect([out, err].every((text) => text.includes(`bad: ${bad!.fault}`))).toBe(true);
});

it("is interrupted without a row for what it has not done", async () => {
  const at = await prepare();
  const started = startCommand(["compare", at("corpus.txt"), "-o", at("out"), "--models", "glove"]);
  await expect.poll(started.err).toContain("model 1 of 1");
  started.interrupt();
  expect(await started.ended).toBe(130);
  expect(existsSync(at("out/compare.json"))).toBe(false);
});

it.each([
  [["--models", "word"], 'got "word"'],
  [["--retrieval", "queries.tsv"], "--retrieval must go with --relevance, got one of them alone"],
  [["--terms", "a"], "--terms must not be given where all models over one text are compared"],
  [["--budget", "0"], '--budget must be minutes, a number above 0, got "0"'],
])("refuses %j", async (options, message) => {
  const at = await prepare();
  const { code, err } = await command("compare", at("corpus.txt"), "-o", at("out"), ...options);
  expect(code).not.toBe(0);
  expect(err).toContain(message);
});
