import { readFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { builtIn, inspectFile } from "#pipelines";
import type { SummaryBatch } from "#schemas";
import { writeSummaries } from "#sinks";
import { cellsIn } from "../support/cellsIn.js";
import { collect } from "../support/collect.js";
import { logged } from "../support/logged.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const summaries: SummaryBatch[] = [
  {
    document: Int32Array.of(0, 1),
    id: ["a", "b"],
    rank: Int32Array.of(1, 1),
    sentence: Int32Array.of(4, 0),
    text: ["Tea is hot.", "船只航行。"],
    score: Float64Array.of(1.5, 1),
  },
];

it.each(["s.arrow", "s.parquet"])("writes a row a sentence, and says what the table holds: %s", async (name) => {
  const path = join(await temporaryFolder(), name);
  expect(await collect(from(summaries).pipe(writeSummaries({ path })))).toEqual(summaries);
  expect(await cellsIn(path)).toEqual([
    [0, "a", 1, 4, "Tea is hot.", 1.5],
    [1, "b", 1, 0, "船只航行。", 1],
  ]);
  expect(await inspectFile(path)).toMatchObject({ holds: "summaries", rows: 2 });
});

it("writes lines", async () => {
  const path = join(await temporaryFolder(), "s.tsv");
  await collect(from(summaries).pipe(writeSummaries({ path })));
  expect(readFileSync(path, "utf8")).toBe(
    "document\tid\trank\tsentence\ttext\tscore\n0\ta\t1\t4\tTea is hot.\t1.5\n1\tb\t1\t0\t船只航行。\t1\n",
  );
});

it("comes back from a log, and is shown by documents in tests of configs", () => {
  const kind = builtIn.kinds.get("summaries")!;
  expect(logged(kind, summaries[0]!, 0)).toEqual(summaries[0]);
  expect(kind.shown!(summaries as never, undefined)).toEqual([["Tea is hot."], ["船只航行。"]]);
});
