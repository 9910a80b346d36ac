import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadPipeline, missingInputs } from "#pipelines";
import { command } from "../../support/command.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const config = (text: string, table: string, vectors: string) => `source:
  files: { paths: [${text}] }
steps:
  - tokenize
  - mapTerms: { table: ${table} }
  - buildVocab: { minCount: 1 }
  - encode
  - windowContexts
  - word2vec: { architecture: skipGram, initialVectors: ${vectors} }
  - writeVectors: { path: v.arrow }
`;

async function folderWith(text: string): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, "c.yaml");
  writeFileSync(path, text);
  for (const name of ["猫.txt", "t.tsv", "v.vec"]) writeFileSync(join(folder, name), "");
  return { folder, path };
}

it("finds text, tables and vectors that are not there, with their places", async () => {
  const { folder, path } = await folderWith(config("'*.txt', none.txt, 'no*.txt'", "none.tsv", "none.vec"));
  expect(await missingInputs(await loadPipeline(path))).toEqual([
    {
      path: ["source", "files", "paths"],
      message: `files: ${join(folder, "none.txt")} must be a file, a folder or a glob, got nothing there`,
      ...{ line: 2, column: 12 },
    },
    {
      path: ["source", "files", "paths"],
      message: `files: the glob ${join(folder, "no*.txt")} must match a file, got none`,
      ...{ line: 2, column: 12 },
    },
    {
      path: ["steps", "1", "mapTerms", "table"],
      message: `mapTerms: table: ${join(folder, "none.tsv")} must be a file, got nothing there`,
      ...{ line: 5, column: 17 },
    },
    {
      path: ["steps", "5", "word2vec", "initialVectors"],
      message: `word2vec: initialVectors: ${join(folder, "none.vec")} must be a file, got nothing there`,
      ...{ line: 9, column: 41 },
    },
  ]);
});

it("finds nothing where all is there", async () => {
  const { path } = await folderWith(config(".", "t.tsv", "v.vec"));
  expect(await missingInputs(await loadPipeline(path))).toEqual([]);
});

it("says what a folder is where a file or a run is wanted", async () => {
  const { folder, path } = await folderWith(config(".", ".", "."));
  expect((await missingInputs(await loadPipeline(path))).map(({ message }) => message)).toEqual([
    `mapTerms: table: ${folder} must be a file, got something else`,
    `word2vec: ${folder}: must be a file or the folder of a run, got a folder without manifest.json`,
  ]);
});

it("is a warning of lint, since what is missing may yet come", async () => {
  const { path } = await folderWith(config("猫.txt", "none.tsv", "v.vec"));
  const { code, err } = await command("lint", path);
  expect(code).toBe(0);
  expect(err).toMatch(
    /^warning: .*c\.yaml:5:17: \/steps\/1\/mapTerms\/table: mapTerms: table: .*none\.tsv must be a file/,
  );
});
