import { readFileSync } from "node:fs";
import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { Vectors } from "#kernels";
import { run } from "#runtime";
import { reportNeighbors } from "#sinks";
import { characterVectors } from "../support/characterVectors.js";
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

it("shows the neighbours of a term outside the vocabulary where subwords make a vector of it", async () => {
  const path = join(await temporaryFolder(), "neighbors.txt");
  const vectors = characterVectors({ river: [1, 0], 河: [3, 4] }, { 水: [4, 3] });
  await run(of(vectors).pipe(reportNeighbors({ path, terms: ["水", "river", "火"] })));
  expect(readFileSync(path, "utf8").split("\n").slice(1, -1)).toEqual([
    "  水 (not in the vocabulary, made of its subwords): 河 0.96, river 0.80",
    "  river: 河 0.60",
    "  火: not in the vocabulary",
  ]);
});

it("refuses options that are missing or of the wrong kind", () => {
  expect(() => reportNeighbors({ terms: "a" } as never)).toThrow(/^reportNeighbors: path is required/);
  expect(() => reportNeighbors({ path: "x", terms: "a", topN: 0 })).toThrow("topN must be an integer >= 1, got 0");
});

it("shows six frequent words behind the first tenth where no terms are given", async () => {
  const path = join(await temporaryFolder(), "neighbors.txt");
  const [functionWords, words] = [
    ["的", "that"],
    [
      "了",
      "at",
      "garden",
      "don't",
      "母亲",
      "x1y2",
      "сад",
      "сады",
      "はな",
      "mother",
      "jardín",
      "ninth",
      "tenth",
      "eleventh",
      "last",
    ],
  ];
  const terms = [...functionWords!, ...words!, "z", "y", "x"]; // 20
  const vectors = new Vectors({ terms, values: new Float32Array(20).fill(1), vectorSize: 1, metadata: new Map() });
  await run(of(vectors).pipe(reportNeighbors({ path, topN: 1 })));
  const shown = readFileSync(path, "utf8").trim().split("\n").slice(1);
  expect(shown.map((line) => line.trim().split(":")[0])).toEqual([
    "garden",
    "母亲",
    "сады",
    "はな",
    "mother",
    "jardín",
  ]);
});

it("shows the first terms where none is such a word", async () => {
  const path = join(await temporaryFolder(), "neighbors.txt");
  await run(of(table).pipe(reportNeighbors({ path, topN: 1 })));
  expect(readFileSync(path, "utf8")).toContain("  a: b 0.80\n  b: 猫 0.96\n");
});
