import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, formatConservation, parseConfig, runPipeline } from "#pipelines";
import { readDocumentTerms, readVocabulary } from "#storage";
import { allOf } from "../support/allOf.js";
import { command } from "../support/command.js";
import { namedRows } from "../support/namedRows.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const texts = Array.from({ length: 24 }, (_, k) => {
  const words = ["the", "cat", "猫", "sat", "dog", "坐", "mat"];
  return Array.from({ length: 2 + ((7 * k) % 5) }, (_, i) => words[(k + i * i) % words.length]).join(" ");
});

/** Runs steps over some of the texts, and tells the folder and the manifest. */
async function ran(folder: string, name: string, lines: readonly string[], steps: string) {
  writeFileSync(join(folder, `${name}.txt`), `${lines.join("\n")}\n`);
  const config = `source: { files: { paths: ${name}.txt } }\n${steps}`;
  const out = join(folder, name);
  const { manifest } = await runPipeline(compile(parseConfig(config, join(folder, `${name}.yaml`))), { out });
  return { out, manifest };
}

const counted =
  "steps: [tokenize: { mode: whitespace }, buildVocab: { minCount: 1 }, writeVocabulary: { path: v.arrow }";

async function rowsIn(out: string, name = "rows.npz"): Promise<Record<string, number>[]> {
  const vocabulary = await readVocabulary(join(out, "v.arrow"));
  return (await allOf(readDocumentTerms(join(out, name), vocabulary))).flatMap(namedRows);
}

describe("document frequencies in a file", () => {
  const all = `${counted}, encode, documentTerms, documentFrequencies, writeDocumentFrequencies: { path: df.arrow }, weighTerms, writeDocumentTerms: { path: rows.npz }]`;

  it("weigh other documents as the corpus was weighed, without a pass of their own", async () => {
    const folder = await temporaryFolder();
    const whole = await ran(folder, "whole", texts, all);
    const steps = `${counted}, encode, documentTerms, weighTerms: { frequencies: whole }, writeDocumentTerms: { path: rows.npz }]`;
    const part = await ran(folder, "part", texts.slice(5, 9), steps);
    const expected = (await rowsIn(whole.out)).slice(5, 9);
    for (const [k, row] of (await rowsIn(part.out)).entries()) {
      expect(Object.keys(row).sort()).toEqual(Object.keys(expected[k]!).sort());
      for (const [term, weight] of Object.entries(row)) expect(weight).toBeCloseTo(expected[k]![term]!, 14);
    }
  });

  it.each(["english", "chinese"])(
    "weigh no documents whose tokens other steps made, unless told to: %s",
    async (language) => {
      const folder = await temporaryFolder();
      await ran(folder, "whole", texts, all);
      const others = counted.replace("buildVocab", `dropTerms: { language: ${language} }, buildVocab`);
      const steps = (more: string) =>
        `${others}, encode, documentTerms, weighTerms: { frequencies: whole/df.arrow${more} }, writeDocumentTerms: { path: rows.npz }]`;
      await expect(ran(folder, "part", texts.slice(5, 9), steps(""))).rejects.toThrow(
        "weighTerms: tokens must be made as those that the frequencies are of, by no step, got dropTerms in step 2 of its text; textSteps: any takes them as they are",
      );
      const { manifest } = await ran(folder, "any", texts.slice(5, 9), steps(", textSteps: any"));
      expect(manifest.outputs.map(({ rows }) => rows)).toContain(4);
    },
  );

  it("are gone on with: a corpus in two runs has the weights and frequencies of one run", async () => {
    const folder = await temporaryFolder();
    const online = (initial: string) => `${counted}, encode, documentTerms]
branches:
  weights: [weighTermsOnline: ${initial}, writeDocumentTerms: { path: rows.npz }]
  frequencies: [documentFrequencies: ${initial}, writeDocumentFrequencies: { path: df.parquet }]`;
    const whole = await ran(folder, "whole", texts, online("{}"));
    await ran(folder, "first", texts.slice(0, 10), online("{}"));
    const second = await ran(folder, "second", texts.slice(10), online("{ initialFrequencies: first/df.parquet }"));
    expect(readFileSync(join(second.out, "df.parquet")).equals(readFileSync(join(whole.out, "df.parquet")))).toBe(true);
    expect(second.manifest.inputs.map(({ path }) => path)).toEqual([
      join(folder, "second.txt"),
      join(folder, "first", "df.parquet"),
    ]);
    const expected = (await rowsIn(whole.out)).slice(10);
    for (const [k, row] of (await rowsIn(second.out)).entries())
      for (const [term, weight] of Object.entries(expected[k]!)) expect(row[term]).toBeCloseTo(weight, 14);
  });
});

it("tokens of rare terms and n-grams are accounted for", async () => {
  const folder = await temporaryFolder();
  const steps = `steps: [tokenize: { mode: whitespace }, wordNgrams, buildVocab: { minCount: 1, minDocuments: 2, maxDocuments: 0.7 }, encode, documentTerms, writeDocumentTerms: { path: rows.mtx }]`;
  const { manifest } = await ran(folder, "out", ["a b c", "a b", "a d", "猫"], steps);
  // Terms in 2 or more of the 4 documents, 2.8 at most: b and "a b", twice each. a is in 3; c, d, 猫, "b c" and "a d" are in 1.
  expect(manifest.conservation.map(formatConservation)).toEqual([
    "all: read 8 + added 4 = used 4 + below minCount 0 + subsampled 0 + truncated 0 + pruned 0 + rejected 0 + below minDocuments 5 + above maxDocuments 3",
  ]);
});

it("a space of a weighted table ten times as large as its memory has the same bytes", async () => {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 10 }, () => texts).flat();
  const spaces: Buffer[] = [];
  let cells = 0;
  for (const [name, memory] of Object.entries({ large: "1MB", small: "1000B" })) {
    const steps = `${counted}, encode, documentTerms, documentFrequencies, weighTerms, writeDocumentTerms: { path: rows.npz }, accumulateDocumentTerms: { memory: ${memory} }, lsa: { vectorSize: 3 }, writeSemanticSpace: { path: space.arrow }]`;
    const { out } = await ran(folder, name, lines, steps);
    spaces.push(readFileSync(join(out, "space.arrow")));
    cells = (await rowsIn(out)).reduce((total, row) => total + Object.keys(row).length, 0);
  }
  expect(12 * (cells + lines.length)).toBeGreaterThan(10 * 1000); // 12 bytes a cell and a document
  expect(spaces[1]!.equals(spaces[0]!)).toBe(true);
});

it("documentFrequencies tells no loss, since it has none", async () => {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, "c.txt"), `${texts.join("\n")}\n`);
  writeFileSync(
    join(folder, "c.yaml"),
    "source: { files: { paths: c.txt } }\nsteps: [tokenize, buildVocab: { minCount: 1 }, encode, documentTerms, documentFrequencies, writeDocumentFrequencies: { path: df.arrow }]",
  );
  const { err, out } = await command("run", join(folder, "c.yaml"), "--out", join(folder, "out"));
  expect(out).toContain("df.arrow");
  expect(`${err}${out}`).not.toContain("loss");
  expect(JSON.parse(readFileSync(join(folder, "out", "manifest.json"), "utf8")).losses).toEqual({});
});

it.each(["rows.npz", "rows.mtx", "cells.parquet", "rows.arrow"])(
  "rows are the same bytes for any batches: %s",
  async (path) => {
    const folder = await temporaryFolder();
    const files = [];
    for (const batchSize of [1, 7, 16384]) {
      const steps = `steps: [tokenize: { mode: whitespace, batchSize: ${batchSize} }, wordNgrams: { to: 3 }, buildVocab: { minCount: 1 }, encode, documentTerms, documentFrequencies, weighTerms, writeDocumentTerms: { path: ${path}, cells: ${path.startsWith("cells")}, terms: t.txt }]`;
      const { out } = await ran(folder, `b${batchSize}`, texts, steps);
      files.push(readFileSync(join(out, path)));
    }
    expect(files[1]!.equals(files[0]!)).toBe(true);
    expect(files[2]!.equals(files[0]!)).toBe(true);
  },
);

describe("topics online", () => {
  it.each([
    ["english", "the cat sat on the mat"],
    ["chinese", "猫 坐 在 垫子 上 面"],
  ])(
    "of a stream that ends before its first step are learned from what waits, and its loss is told: %s",
    async (_, line) => {
      const folder = await temporaryFolder();
      const steps =
        "steps: [tokenize: { mode: whitespace, batchSize: 16 }, growVocab: { minCount: 1 }, documentTerms, lda: { online: true, topics: 2, batchSize: 4096, workers: 1, kernel: plain }, writeTopics: { path: t.arrow }]";
      // the first 1,024 of 1,200 tokens only tell the vocabulary
      const { manifest } = await ran(folder, "short", Array(200).fill(line), steps);
      expect(manifest.losses).toEqual({ lda: [{ examples: 1200 - 1024, meanLoss: expect.any(Number) }] });
      await expect(ran(folder, "shorter", [line], steps)).rejects.toThrow(
        "lda: documents must have terms of the vocabulary, got 1 without",
      );
    },
  );
});
