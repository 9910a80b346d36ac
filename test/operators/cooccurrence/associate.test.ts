import { of } from "rxjs";
import { describe, expect, it } from "vitest";
import { type AssociateOptions, associate } from "#operators";
import { mergeTables } from "#pipelines";
import { run } from "#runtime";
import { type Cell, finalCooccurrence } from "../../support/finalCooccurrence.js";

// Rows sum to 6, 3, 3, columns to 6, 3, 3; the whole to 12.
const table = finalCooccurrence(
  ["the", "cat", "猫"],
  [
    [0, 0, 2],
    [0, 1, 3],
    [0, 2, 1],
    [1, 0, 3],
    [2, 0, 1],
    [2, 2, 2],
  ],
);

async function cells(options: AssociateOptions): Promise<Cell[]> {
  const view = (await run(of(table).pipe(associate(options))))!;
  const found: Cell[] = [];
  for await (const { row, column, weight } of view.batches())
    for (let i = 0; i < row.length; i++) found.push([row[i]!, column[i]!, weight[i]!]);
  expect(view.length).toBe(found.length);
  expect(view.metadata.measure).toBe(options.measure);
  return found;
}

function expectCells(found: readonly Cell[], expected: readonly Cell[]) {
  expect(found.map(([row, column]) => [row, column])).toEqual(expected.map(([row, column]) => [row, column]));
  found.forEach(([, , weight], i) => {
    expect(weight).toBeCloseTo(expected[i]![2], 12);
  });
}

describe("associate", () => {
  it("works out PMI: the logarithm of the count over what independence would give", async () => {
    expectCells(await cells({ measure: "pmi" }), [
      [0, 0, Math.log((2 * 12) / (6 * 6))],
      [0, 1, Math.log((3 * 12) / (6 * 3))],
      [0, 2, Math.log((1 * 12) / (6 * 3))],
      [1, 0, Math.log((3 * 12) / (3 * 6))],
      [2, 0, Math.log((1 * 12) / (3 * 6))],
      [2, 2, Math.log((2 * 12) / (3 * 3))],
    ]);
  });

  it("leaves out of PPMI what is not positive", async () => {
    expectCells(await cells({ measure: "ppmi" }), [
      [0, 1, Math.log(2)],
      [1, 0, Math.log(2)],
      [2, 2, Math.log(24 / 9)],
    ]);
  });

  it("smooths the distribution of contexts", async () => {
    const [six, three] = [6 ** 0.75, 3 ** 0.75];
    const share = three / (six + 2 * three); // of column 2, more than its 3/12
    const found = await cells({ measure: "pmi", smoothing: 0.75 });
    expect(found[5]![2]).toBeCloseTo(Math.log(2 / (3 * share)), 12);
    expect(found[5]![2]).toBeLessThan(Math.log(24 / 9));
  });

  it("normalises PMI: 1 for terms that only occur together", async () => {
    const found = await cells({ measure: "npmi" });
    expect(found[3]![2]).toBeCloseTo(Math.log(2) / Math.log(12 / 3), 12);
    for (const [, , weight] of found) expect(Math.abs(weight)).toBeLessThanOrEqual(1);
    const pair = finalCooccurrence(2, [
      [0, 0, 5],
      [1, 1, 3],
    ]);
    const alone = finalCooccurrence(1, [[0, 0, 5]]); // 0 / 0 by the formula
    for (const table of [pair, alone]) {
      const view = (await run(of(table).pipe(associate({ measure: "npmi" }))))!;
      for await (const { weight } of view.batches()) for (const each of weight) expect(each).toBeCloseTo(1, 12);
    }
  });

  it("takes logarithms and shares of rows", async () => {
    expect((await cells({ measure: "log" }))[1]![2]).toBeCloseTo(Math.log(4), 12);
    expectCells(await cells({ measure: "conditional" }), [
      [0, 0, 2 / 6],
      [0, 1, 3 / 6],
      [0, 2, 1 / 6],
      [1, 0, 1],
      [2, 0, 1 / 3],
      [2, 2, 2 / 3],
    ]);
  });

  it("keeps the strongest cells of each row, in order", async () => {
    const found = await cells({ measure: "conditional", topK: 2 });
    expect(found.map(([row, column]) => [row, column])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 0],
      [2, 2],
    ]);
  });

  it("cannot be applied twice, or added up", async () => {
    const view = (await run(of(table).pipe(associate())))!;
    await expect(run(of(view).pipe(associate()))).rejects.toThrow(
      "associate: the table must hold counts, got a view of measure ppmi",
    );
    await expect(mergeTables([view, view])).rejects.toThrow("mergeTables: tables must hold counts, got a view of ppmi");
  });
});
