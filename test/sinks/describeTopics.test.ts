import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { of } from "rxjs";
import { afterAll, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { run } from "#runtime";
import { describeTopics } from "#sinks";

const folder = mkdtempSync(join(tmpdir(), "lexstream-describe-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("writes a line a topic, with its number, share and first terms", async () => {
  const path = join(folder, "topics.txt");
  const topics = {
    vocabulary: makeVocabulary(["river", "母亲", "b"], Float64Array.from([4, 4, 2])),
    weights: Float32Array.from([9, 1, 1, 9, 2, 18]),
    alpha: Float64Array.from([1, 1]),
    metadata: new Map<string, string>(),
  };
  await run(of(topics).pipe(describeTopics({ path, k: 2, by: "probability" })));
  expect(readFileSync(path, "utf8")).toBe(
    "topics and their first terms\n  0 (30.0 %): river b\n  1 (70.0 %): b 母亲\n",
  );
});

it("tells topics with names by them, in the order of class-based TF-IDF", async () => {
  const path = join(folder, "classes.txt");
  const classes = {
    vocabulary: makeVocabulary(["the", "goal", "猫"], Float64Array.from([18, 2, 1])),
    weights: Float32Array.from([9, 9, 2, 0, 0, 1]),
    alpha: Float64Array.from([0.5, 0.5]),
    names: ["sport", "动物"],
    metadata: new Map<string, string>(),
  };
  // A = 21 / 2. the: 9/11 x ln(1 + 10.5/18) = .376, 9/10 x the same = .414; goal: 2/11 x ln(1 + 10.5/2) = .333; 猫: 1/10 x ln 11.5 = .244
  await run(of(classes).pipe(describeTopics({ path, by: "classTfIdf" })));
  expect(readFileSync(path, "utf8")).toBe(
    "topics and their first terms\n  0 sport (52.4 %): the goal\n  1 动物 (47.6 %): the 猫\n",
  );
});
