import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  compileKernel,
  type GloveKernel,
  type GloveParameters,
  type GloveTilesKernel,
  gloveJob,
  gloveLayout,
  gloveRounds,
  gloveSteps,
  importanceOf,
  initialGlove,
  MemoryCells,
  readParameters,
  readTiles,
  sharedMemory,
  startEpoch,
  startKernel,
  trainEpoch,
  writeFirstParameters,
} from "#kernels";
import { type Cell, finalCooccurrence } from "../../support/finalCooccurrence.js";

const module = compileKernel(readFileSync("dist/kernels/assembly/glove.wasm"));
const tilesModule = compileKernel(readFileSync("dist/kernels/assembly/gloveTiles.wasm"));
const room = 1024;
const seed = 5;

/** About 20,000 cells over 1,100 terms, so three blocks of them; the last is a small one. */
const cells = Array.from({ length: 1100 }, (_, row) =>
  Array.from({ length: 1100 }, (_, column): Cell => [row, column, 1 + ((row * column) % 300)]).filter(
    ([row, column]) => (row * 7 + column * 13) % 60 === 0,
  ),
).flat();
const table = finalCooccurrence(1100, cells);

async function packed() {
  const store = new MemoryCells(new Uint32Array(2 * table.length));
  const memory = sharedMemory(room, 2 ** 32);
  const kernel = startKernel<GloveTilesKernel>(tilesModule, memory);
  return { tiles: await readTiles(table, seed, store, { kernel, memory, room }), store };
}

/** The cells in the order in which a single thread trains them. */
function inOrder({ tiles, store }: Awaited<ReturnType<typeof packed>>, epoch: number) {
  const logs = new Float32Array(store.cells.buffer);
  const order = [...gloveRounds(tiles, seed, epoch)].flat().flatMap((strip) =>
    [...strip].flatMap((tile) => {
      const first = tiles.starts[tile]!;
      return Array.from({ length: tiles.starts[tile + 1]! - first }, (_, i) => ({
        row: Math.floor(tile / tiles.blocks) * tiles.size + (store.cells[2 * (first + i)]! >>> 16),
        column: (tile % tiles.blocks) * tiles.size + (store.cells[2 * (first + i)]! & 0xffff),
        logWeight: logs[2 * (first + i) + 1]!,
      }));
    }),
  );
  return {
    row: Int32Array.from(order, ({ row }) => row),
    column: Int32Array.from(order, ({ column }) => column),
    logWeight: Float32Array.from(order, ({ logWeight }) => logWeight),
    importance: Float32Array.from(order, ({ logWeight }) => importanceOf(logWeight, 100, 0.75)),
  };
}

describe("tiles", () => {
  it("hold every cell once, in its own tile", async () => {
    const { row, column, logWeight } = inOrder(await packed(), 0);
    const found = Array.from(row, (r, i): Cell => [r, column[i]!, logWeight[i]!]);
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(found).toEqual(cells.map(([r, c, weight]) => [r, c, Math.fround(Math.log(weight))]));
  });

  it.each([
    [3, 1],
    [37, 2],
  ])("of %i blocks come in strips of %i, in another order every epoch", (blocks, width) => {
    const tiles = { blocks, size: 512, starts: Float64Array.from({ length: blocks ** 2 + 1 }, (_, tile) => tile) };
    const rounds = [...gloveRounds(tiles, seed, 0)];
    for (const round of rounds) {
      const rows = round.map((strip) => new Set(strip.map((tile) => Math.floor(tile / blocks))));
      expect(new Set(rows.flatMap((each) => [...each])).size).toBe(round.length); // each strip has one, and no two the same
      const columns = round.flatMap((strip) => Array.from(strip, (tile) => tile % blocks));
      expect(new Set(columns).size).toBe(columns.length);
      expect(Math.max(...round.map(({ length }) => length))).toBe(width);
    }
    const all = rounds.flat().flatMap((strip) => [...strip]);
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: blocks ** 2 }, (_, tile) => tile));
    const orders = Array.from({ length: 5 }, (_, epoch) => String([...gloveRounds(tiles, seed, epoch)]));
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it("without cells are left out", () => {
    const starts = Float64Array.of(0, 0, 2, 2, 2); // one tile of four has cells
    expect([...gloveRounds({ blocks: 2, size: 512, starts }, seed, 0)].flat()).toEqual([Uint32Array.of(1)]);
  });
});

/** Of every side and part, each number weighed by its place. */
function sumsOf({ word, context }: GloveParameters): number[] {
  const parts = [word, context].flatMap((side) => [side.vectors, side.vectorSquares, side.biases, side.biasSquares]);
  return parts.map((part) => {
    let sum = part.length;
    for (let i = 0; i < part.length; i++) sum += (i + 1) * part[i]!;
    return sum;
  });
}

describe("the fast kernel", () => {
  it.each([4, 10, 33, 100])(
    "agrees with the reference on the same order of cells at vectorSize %i",
    async (vectorSize) => {
      const { tiles, store } = await packed();
      const layout = gloveLayout(1100, vectorSize, 1);
      const memory = sharedMemory(layout.bytes);
      const expected = initialGlove(1100, vectorSize, seed);
      writeFirstParameters(memory.buffer, layout, seed);
      expect(sumsOf(readParameters(memory.buffer, layout))).toEqual(sumsOf(expected));
      const settings = { seed, xMax: 100, exponent: 0.75, learningRate: 0.05, deterministic: true };
      const job = gloveJob({ ...settings, memory: memory.buffer, layout, tiles });
      const kernel = startKernel<GloveKernel>(module, memory);
      for (let epoch = 0; epoch < 3; epoch++) {
        startEpoch(job);
        trainEpoch(job, kernel, store, 0, epoch);
        const { loss } = gloveSteps(expected, inOrder({ tiles, store }, epoch), 0.05);
        const found = job.losses.reduce((sum, each) => sum + each, 0);
        expect(Math.abs(found / loss - 1)).toBeLessThan(1e-5);
      }
      const found = readParameters(memory.buffer, layout);
      for (const side of ["word", "context"] as const) {
        for (const part of ["vectors", "vectorSquares", "biases", "biasSquares"] as const) {
          const differences = Array.from(expected[side][part], (value, i) => Math.abs(value - found[side][part][i]!));
          expect(differences.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(1e-4); // of biases up to 5
        }
      }
    },
  );
});
