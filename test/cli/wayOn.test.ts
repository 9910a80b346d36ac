import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { Parsed } from "../../dist/cli/command.js";
import { wayOn } from "../../dist/cli/wayOn.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

let out: string;
beforeEach(async () => {
  out = await temporaryFolder();
});

const parsed = (argv: string[], token?: string) =>
  ({ argv, text: () => token, flag: (name: string) => argv.includes(`--${name}`) }) as unknown as Parsed;

function takeCheckpoint() {
  mkdirSync(join(out, ".checkpoint"));
  writeFileSync(join(out, ".checkpoint/state.json"), "{}");
}

it("is not there before the first checkpoint", () => {
  expect(wayOn(parsed(["run", "c.yaml"]), out)).toBe(" before the first checkpoint");
});

it.each([
  [["run", "c.yaml", "--out", "v"], "lexstream run c.yaml --out v --resume"],
  [["run", "c.yaml", "--resume"], "lexstream run c.yaml --resume"],
  [["run", "c.yaml", "--finish"], "lexstream run c.yaml --finish"],
  [
    ["run", "小说.yaml", "-f", "--force", "--set", "source={stdin: {}}"],
    "lexstream run 小说.yaml --set 'source={stdin: {}}' --resume",
  ],
  [["train", "word2vec", "a.txt"], "lexstream train word2vec a.txt --resume"],
  [["run", "it's.yaml"], "lexstream run 'it'\\''s.yaml' --resume"],
])("is the command that goes on: %j", (argv, command) => {
  takeCheckpoint();
  expect(wayOn(parsed(argv), out)).toBe(`; go on with: ${command}`);
});

it("does not tell a token", () => {
  takeCheckpoint();
  expect(wayOn(parsed(["run", "c", "--token=s3cret", "--serve"], "s3cret"), out)).toBe(
    "; go on with: lexstream run c --token=TOKEN --serve --resume",
  );
});
