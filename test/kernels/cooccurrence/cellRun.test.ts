import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CellRun, cellsUpTo, emptyRun, RunMerger } from "../../../dist/kernels/cooccurrence/cellRun.js";

type Cell = [row: number, column: number, units: number];

const inOrder = ([a, b]: Cell, [c, d]: Cell): number => a - c || b - d;

function runOf(cells: readonly Cell[]): CellRun {
  const run = emptyRun(cells.length);
  cells.forEach(([row, column, units], i) => {
    run.row[i] = row;
    run.column[i] = column;
    run.units[i] = units;
  });
  return { ...run, length: cells.length };
}

const cellsOf = ({ row, column, units, length }: CellRun): Cell[] =>
  Array.from({ length }, (_, i) => [row[i]!, column[i]!, units[i]!]);

const place = fc.tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 9 }));
const sortedCells = fc
  .uniqueArray(place, { selector: ([row, column]) => 4 * row + column })
  .map((cells) => cells.sort(inOrder));

describe("RunMerger", () => {
  it("adds up as many runs as there are, one merge after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.array(sortedCells, { maxLength: 9 }), { maxLength: 3 }), (merges) => {
        const merger = new RunMerger();
        for (const runs of merges) {
          const sums = new Map<string, Cell>();
          for (const [row, column, units] of runs.flat())
            sums.set(`${row},${column}`, [row, column, units + (sums.get(`${row},${column}`)?.[2] ?? 0)]);
          expect(cellsOf(merger.merge(runs.map(runOf)))).toEqual([...sums.values()].sort(inOrder));
        }
      }),
    );
  });
});

describe("cellsUpTo", () => {
  it("counts the cells at or before a place", () => {
    const run = runOf([
      [0, 2, 1],
      [1, 0, 1],
      [1, 5, 1],
    ]);
    expect([cellsUpTo(run, 0, 1), cellsUpTo(run, 0, 2), cellsUpTo(run, 1, 4), cellsUpTo(run, 2, 0)]).toEqual([
      0, 1, 2, 3,
    ]);
  });
});
