import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { displayWidth } from "#kernels";
import { command } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const A = "5 2\ncat 1 0\ndog 1 0.1\n小猫 1 0.4\ntree 0 1\n树木 0.1 1\n";
const B = "5 2\ncat 1 0\ndog 0.1 1\n小猫 1 0.1\ntree 0 1\n树木 0 -1\n";
const PAIRS = "cat\tdog\t9\ncat\ttree\t1\n小猫\t树木\t2\ncat\t小猫\t8\ndog\tbird\t5\n";

async function files(): Promise<(name: string) => string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ "a.vec": A, "b.vec": B, "pairs.tsv": PAIRS }))
    writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

it("shows scores with intervals, and neighbours side by side, in lines of 80 columns", async () => {
  const at = await files();
  const { code, out, err } = await command(
    ...["compare", at("a.vec"), at("b.vec"), "--similarity", at("pairs.tsv"), "--terms", "cat,小猫,鸟", "-k", "2"],
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const lines = out.split("\n");
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  const scores = lines.slice(lines.indexOf("pairs.tsv: Spearman's correlation; both know 4 of 5"));
  expect(scores.slice(1, 5)).toEqual([
    "         known   score  95 % interval",
    expect.stringMatching(/^ {2}A {10}4 +1\.000 {2}1\.000 to 1\.000$/),
    expect.stringMatching(/^ {2}B {10}4 +0\.\d{3} {2}-1\.000 to 1\.000$/),
    expect.stringMatching(/^ {2}B - A +-0\.\d{3} {2}-\d\.\d{3} to 0\.000 +may be chance: 0 lies inside$/),
  ]);
  expect(scores.slice(5)).toEqual([
    expect.stringMatching(/^ {2}\d+ of 2000 resamples had no score$/),
    "",
    // cat and 小猫 keep both neighbours, the other three one of two, a third of what is in either: (1 + 1 + 1/3 + 1/3 + 1/3) / 5
    "neighbours: mean Jaccard index 0.600, 2 of each of the 5 most frequent terms",
    "",
    "term  in both  A            B",
    "cat   2        dog 小猫     小猫 dog",
    "小猫  2        dog cat      cat dog",
    "鸟             (not known)  (not known)",
    "",
  ]);
});

it("prints JSON, the same bytes each time", async () => {
  const at = await files();
  const args = ["compare", at("a.vec"), at("b.vec"), "--similarity", at("pairs.tsv"), "--json"];
  const [first, second] = [await command(...args), await command(...args)];
  expect(second).toEqual(first);
  expect(Object.keys(JSON.parse(first.out))).toEqual([
    "a",
    "b",
    "shared",
    "similarity",
    "analogies",
    "overlap",
    "terms",
  ]);
});

it("refuses an empty term", async () => {
  const { code, err } = await command("compare", "a", "b", "--terms", "cat,");
  expect({ code, err }).toEqual({ code: 2, err: "compare: --terms must have a term between commas, got cat,\n" });
});
