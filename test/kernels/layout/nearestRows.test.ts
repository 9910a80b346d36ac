import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  clustersFor,
  compileKernel,
  drawUniform,
  nearestRows,
  randomStream,
  setUnitRow,
  sortByCluster,
  type UnitRows,
  unitRows,
} from "#kernels";

const compiled = compileKernel(readFileSync("dist/kernels/assembly/cosines.wasm"));

function filled(count: number, size: number, module?: typeof compiled): UnitRows {
  const random = randomStream(5, "test");
  const rows = unitRows(count + clustersFor(count), size, module);
  for (let n = 0; n < count; n++)
    setUnitRow(
      rows,
      n,
      Float64Array.from({ length: size }, (_, d) => drawUniform(random, n * size + d) - 0.5),
    );
  return rows;
}

/** The nearest rows of one, by a look at all. */
function nearestOf(rows: UnitRows, count: number, row: number, wanted: number): number[] {
  rows.range(row, 0, count);
  const cosines = rows.scores.slice(0, count);
  const others = [...cosines.keys()].filter((id) => id !== row);
  return others.sort((a, b) => cosines[b]! - cosines[a]! || a - b).slice(0, wanted);
}

describe("the nearest rows", () => {
  it("are exact for some thousands of rows, with the compiled kernel and without", () => {
    for (const module of [undefined, compiled]) {
      const rows = filled(300, 7, module);
      const { order, ...clusters } = sortByCluster(rows, 300, 1);
      expect([...order.slice(0, 3)]).toEqual([0, 1, 2]);
      const { ids, perRow } = nearestRows(rows, clusters, 6);
      for (const row of [0, 7, 299])
        expect([...ids.subarray(row * perRow, (row + 1) * perRow)]).toEqual(nearestOf(rows, 300, row, 6));
    }
  });

  it("are nearly all found by way of clusters, whose order is told", () => {
    const count = 9000;
    const before = filled(count, 8, compiled);
    const rows = filled(count, 8, compiled);
    const { order, ...clusters } = sortByCluster(rows, count, 1);
    expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
    expect(rows.values.slice(80 * rows.width, 81 * rows.width)).toEqual(
      before.values.slice(order[80]! * rows.width, (order[80]! + 1) * rows.width),
    );
    const { ids, perRow } = nearestRows(rows, clusters, 10);
    let right = 0;
    for (let row = 0; row < count; row += 90) {
      const nearest = new Set(nearestOf(rows, count, row, 10));
      for (const id of ids.subarray(row * perRow, (row + 1) * perRow)) if (nearest.has(id)) right++;
    }
    expect(right / 1000).toBeGreaterThan(0.9);
  });

  it("are all others, where there are few", () => {
    const rows = filled(3, 4);
    const { order: _, ...clusters } = sortByCluster(rows, 3, 1);
    const { ids, perRow } = nearestRows(rows, clusters, 15);
    expect(perRow).toBe(2);
    expect([...ids.subarray(0, 2)].sort()).toEqual([1, 2]);
  });
});
