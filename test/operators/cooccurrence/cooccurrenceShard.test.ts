import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawBelow, randomStream } from "#kernels";
import { decodeRecords } from "../../../dist/kernels/cooccurrence/cellRecords.js";
import { counterBytes } from "../../../dist/kernels/cooccurrence/rowCounter.js";
import { TextBlock } from "../../../dist/kernels/cooccurrence/textBlock.js";
import { allSteps, CooccurrenceShard } from "../../../dist/operators/cooccurrence/cooccurrenceShard.js";
import { readRecords } from "../../../dist/operators/cooccurrence/readRecords.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

interface Case {
  readonly terms: number;
  readonly ofDistance: Float64Array;
  readonly newFile?: () => string;
  readonly bytesInMemory?: number;
  readonly place?: number;
  readonly places?: number;
}

/** Windows of one neighbour on both sides, all rows in one shard. */
function counting({ terms, ofDistance, newFile = () => "", bytesInMemory = 2 ** 20, place = 0, places = 100 }: Case) {
  const reserved = place + counterBytes({ terms, places });
  const block = new TextBlock({ terms, windowSize: 1, reserved, bytes: 2 ** 20 });
  const rows = { terms, places, firstRow: 0, endRow: terms, windowSize: 1, side: "both", symmetric: false } as const;
  const shard = new CooccurrenceShard({ ...rows, ofDistance, memory: block.memory, place, bytesInMemory }, newFile);
  const count = (ids: Uint32Array) => {
    const radius = new Uint8Array(ids.length).fill(1);
    const view = { firstCentre: 0, endCentre: ids.length, radius, windowSize: 1, side: "both" } as const;
    block.add({ ...view, ids, sentenceOffsets: Uint32Array.of(0) });
    allSteps(shard.count(block.stretch, block.counts));
    block.clear();
  };
  return { shard, count };
}

/** The cells, which weigh so many units together. */
async function cellsOf(
  rows: Parameters<typeof readRecords>[0],
  units: number,
  unitsPerWeight = 1,
): Promise<number[][]> {
  const cells: number[][] = [];
  const records = readRecords(rows, { unitsPerWeight, units: BigInt(units) });
  for await (const { row, column, weight } of decodeRecords(records))
    for (let i = 0; i < row.length; i++) cells.push([row[i]!, column[i]!, weight[i]!]);
  return cells;
}

describe("CooccurrenceShard", () => {
  it("counts in memory beyond 2 GiB, of which it touches little", async () => {
    const { shard, count } = counting({ terms: 3, ofDistance: Float64Array.of(0, 1), place: 2 ** 31 });
    count(Uint32Array.of(0, 1, 1, 2));
    count(Uint32Array.of(0, 1));
    const { rows } = allSteps(shard.finish());
    expect(await cellsOf(rows, 8)).toEqual([
      [0, 1, 2],
      [1, 0, 2],
      [1, 1, 2],
      [1, 2, 1],
      [2, 1, 1],
    ]);
    expect((await cellsOf(rows, 8, 3))[3]).toEqual([1, 2, 1 / 3]);
    await expect(cellsOf(rows, 9, 3)).rejects.toThrow(
      `cooccurrence: the table must weigh as much as the windows, 3, got ${8 / 3}`,
    );
  });

  it.each([1, 2, 5])("counts the same where %i places are noted at once", async (places) => {
    const { shard, count } = counting({ terms: 3, ofDistance: Float64Array.of(0, 1), places });
    count(Uint32Array.of(0, 1, 1, 1, 2, 0, 1));
    expect(await cellsOf(allSteps(shard.finish()).rows, 12)).toEqual([
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 1, 4],
      [1, 2, 1],
      [2, 0, 1],
      [2, 1, 1],
    ]);
  });

  it("refuses sums that doubles do not hold exactly", () => {
    const { count } = counting({ terms: 2, ofDistance: Float64Array.of(0, 2 ** 52) });
    // the second term follows the first twice, and comes before it once: 3 x 2^52
    expect(() => count(Uint32Array.of(0, 1, 0, 1))).toThrow(
      "accumulateCooccurrence: sums must stay below 2^53 units to be exact, got 13510798882111488 in cell (0, 1)",
    );
  });

  it("keeps rows in memory as long as those of all stretches and their sums fit together", async () => {
    const folder = await temporaryFolder();
    let files = 0;
    const newFile = () => join(folder, String(files++));
    // Each stretch has 2 rows of a head of 8 bytes, and a cell of 2 bytes: 20 bytes.
    const { shard, count } = counting({ terms: 2, ofDistance: Float64Array.of(0, 1), newFile, bytesInMemory: 50 });
    for (let stretch = 1; stretch <= 4; stretch++) {
      count(Uint32Array.of(0, 1));
      expect(files).toBe(Math.max(0, stretch - 2));
    }
    const { rows } = allSteps(shard.finish()); // the sum is 20 bytes as well, beside the 40 of the first two stretches
    expect(await readdir(folder)).toEqual(["2"]);
    expect(await cellsOf(rows, 8)).toEqual([
      [0, 1, 4],
      [1, 0, 4],
    ]);
  });

  it("adds up more stretches than are read at once, in memory or in files, of which one is left", async () => {
    const folder = await temporaryFolder();
    const terms = 5000; // more than 64 words of bits, and rows of many cells
    const stream = randomStream(1, "test.stretches");
    const stretches = Array.from({ length: 70 }, (_, i) =>
      Uint32Array.from({ length: 400 }, (_, j) =>
        j % 2 === 0 ? 4999 * (i % 2) : drawBelow(stream, 400 * i + j, terms),
      ),
    );
    const sums = new Map<string, number>();
    for (const ids of stretches)
      for (let i = 1; i < ids.length; i++)
        for (const [row, column] of [
          [ids[i - 1], ids[i]],
          [ids[i], ids[i - 1]],
        ])
          sums.set(`${row} ${column}`, (sums.get(`${row} ${column}`) ?? 0) + 1000);
    const units = stretches.length * 399 * 2 * 1000;
    const inOrder = [...sums].map(([cell, units]) => [...cell.split(" ").map(Number), units]);
    inOrder.sort(([a, b], [c, d]) => a! - c! || b! - d!);
    let files = 0;
    for (const bytesInMemory of [0, 2 ** 20]) {
      const newFile = () => join(folder, String(files++));
      const { shard, count } = counting({ terms, ofDistance: Float64Array.of(0, 1000), newFile, bytesInMemory });
      for (const ids of stretches) count(ids);
      const { rows } = allSteps(shard.finish());
      const cells = await cellsOf(rows, units);
      expect(cells).toEqual(inOrder);
      expect(await readdir(folder)).toHaveLength(1); // that of the first
      expect(rows.map(({ cells }) => cells)).toEqual([cells.length]);
    }
  });
});
