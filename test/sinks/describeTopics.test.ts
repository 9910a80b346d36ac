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
