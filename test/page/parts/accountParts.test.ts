import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { manifestOf } from "#pipelines";
import { type Account, partsOf } from "../../../page/parts/accountParts.js";
import { command } from "../../support/command.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const config = `
source: { files: { paths: corpus.txt, format: lines } }
steps:
  - tokenize: { mode: chinese }
  - buildVocab: { minCount: 2 }
  - encode
branches:
  word2vec:
    - windowContexts: { sample: 0.01 }
    - word2vec: { vectorSize: 4, epochs: 3 }
    - writeVectors: { path: word2vec.arrow }
  lda:
    - documentTerms
    - lda: { topics: 2, epochs: 2 }
    - writeTopics: { path: topics.arrow }
`;

it("shows every word that a run read, to the word, in each branch", async () => {
  const folder = await temporaryFolder();
  const lines = ["the cat sat on the mat", "the dog ran to the cat", "猫坐在垫子上 once", "the the the"];
  writeFileSync(join(folder, "corpus.txt"), `${[...lines, ...lines, "sat alone"].join("\n")}\n`);
  writeFileSync(join(folder, "c.yaml"), config);
  const out = join(folder, "run");
  expect(await command("run", join(folder, "c.yaml"), "--out", out, "--progress", "none")).toMatchObject({ code: 0 });
  const accounts: readonly Account[] = manifestOf(out).conservation;
  expect(accounts.map(({ branch }) => branch)).toEqual(["word2vec", "lda"]);
  for (const account of accounts) {
    const sum = partsOf(account).reduce((total, { amount }) => total + amount, 0);
    expect(sum, account.branch).toBe(account.read + (account.added ?? 0));
    expect(account.read).toBeGreaterThan(account.used ?? 0);
  }
});

it("has a part for each way that a manifest tells of", () => {
  const ways = { used: 1, belowMinCount: 2, truncated: 3, pruned: 4, subsampled: 5, rejected: 6, belowMinDocuments: 7 };
  const rare = { aboveMaxDocuments: 8, joined: 9, dropped: 10, replaced: 11, onlyTargets: 12, alone: 13 };
  const parts = partsOf({ branch: "all", epochs: 1, read: 91, ...ways, ...rare });
  expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(91); // 1 + 2 + ... + 13
});
