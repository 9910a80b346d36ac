import { readFileSync } from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { Vectors } from "#kernels";
import { run } from "#runtime";
import { reportNeighbors } from "#sinks";
import { temporaryFolder } from "../support/temporaryFolder.js";

// On a circle: cos(a, b) = 4/5, cos(a, 猫) = 3/5, cos(b, 猫) = 4/5 3/5 + 3/5 4/5 = 24/25
const table = new Vectors({
  terms: ["a", "b", "猫"],
  values: Float32Array.of(1, 0, 0.8, 0.6, 0.6, 0.8),
  vectorSize: 2,
  metadata: new Map([["model", "circle"]]),
});

it("writes the neighbours of each term, says which have no vector, and passes the vectors on", async () => {
  const path = join(await temporaryFolder(), "neighbors.txt");
  const passed = await run(of(table).pipe(reportNeighbors({ path, terms: ["a", "猫", "狗"], topN: 2 })));
  expect(passed).toBe(table);
  expect(readFileSync(path, "utf8")).toBe(
    [
      "neighbours by cosine, circle",
      "  a: b 0.80, 猫 0.60",
      "  猫: b 0.96, a 0.60",
      "  狗: not in the vocabulary",
      "",
    ].join("\n"),
  );
});

it("refuses options that are missing or of the wrong kind", () => {
  expect(() => reportNeighbors({ path: "x" } as never)).toThrow(/^reportNeighbors: terms is required/);
  expect(() => reportNeighbors({ path: "x", terms: "a", topN: 0 })).toThrow("topN must be an integer >= 1, got 0");
});
