import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { comparisonCells, comparisonMarkdown, comparisonsOf, type ModelComparison, writeComparison } from "#pipelines";
import { openTable } from "../../../dist/storage/tables/tableFile.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const column = {
  ...{ name: "pairs.tsv", scoring: "similarity", measure: "spearman", items: 3, unit: "pairs" },
  ...{ about: "Spearman's correlation", better: "higher" as const },
};
const cost = { seconds: 1.25, processorSeconds: 2, memoryBytes: 150e6 };
const comparison: ModelComparison = {
  corpus: "corpus.txt",
  columns: [column],
  rows: [
    { model: "word2vec", scores: { "pairs.tsv": 0.51249 }, cost, bytes: 2_340_000 },
    { model: "词", scores: {}, bytes: 100 },
    { model: "glove", scores: {}, fault: "glove: the table must | have pairs, got none" },
  ],
};

it("says the unit of each column, and a dash where there is no number", () => {
  expect(comparisonCells(comparison)).toEqual([
    ["model", "pairs.tsv spearman", "seconds", "processor s", "memory MB", "size MB"],
    ["word2vec", "0.512", "1.3", "2.0", "150", "2.3"],
    ["词", "-", "-", "-", "-", "0.0"],
    ["glove", "-", "-", "-", "-", "-"],
  ]);
});

it("is a table of Markdown, with what its columns mean and why models failed", () => {
  expect(comparisonMarkdown(comparison).split("\n")).toEqual([
    "| model | pairs.tsv spearman | seconds | processor s | memory MB | size MB |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    "| word2vec | 0.512 | 1.3 | 2.0 | 150 | 2.3 |",
    "| 词 | - | - | - | - | 0.0 |",
    "| glove | - | - | - | - | - |",
    "",
    "- pairs.tsv spearman: Spearman's correlation; 3 pairs, higher is better",
    "",
    "- glove: glove: the table must | have pairs, got none",
    "",
  ]);
});

it("is a table of Arrow, with NaN where there is no number", async () => {
  const path = join(await temporaryFolder(), "compare.arrow");
  await writeComparison(comparison, path);
  const table = await openTable(path);
  const names = table.columns.map(({ name }) => name);
  expect(names).toEqual([
    ...["model", "fault", "pairs.tsv spearman", "seconds", "processorSeconds", "memoryBytes", "bytes"],
  ]);
  for await (const { columns } of table.blocks(names)) {
    expect(columns[0]).toEqual(["word2vec", "词", "glove"]);
    expect(Array.from(columns[2] as ArrayLike<number>)).toEqual([0.51249, Number.NaN, Number.NaN]);
    expect(Array.from(columns[6] as ArrayLike<number>)).toEqual([2_340_000, 100, Number.NaN]);
  }
});

it("is found by the runs that belong to it, once, and by no other run", async () => {
  const folder = await temporaryFolder();
  const runs = ["word2vec", "glove"].map((model) => join(folder, model));
  expect(comparisonsOf(runs)).toEqual([]);
  writeFileSync(join(folder, "compare.json"), JSON.stringify(comparison));
  expect(comparisonsOf(runs)).toEqual([comparison]);
  expect(comparisonsOf([folder])).toEqual([]);
});
