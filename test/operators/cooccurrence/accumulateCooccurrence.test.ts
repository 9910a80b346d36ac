import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { concat, from, lastValueFrom, NEVER, type Observable, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawUniform, randomStream } from "#kernels";
import { type AccumulateCooccurrenceOptions, accumulateCooccurrence, windowContexts } from "#operators";
import { run } from "#runtime";
import type { BatchOptions, FinalCooccurrence, IdBatch } from "#schemas";
import { cellsByHand, cellsOf, countPairs } from "../../support/cellsByHand.js";
import { marbles } from "../../support/marbles.js";
import { shortOrLong } from "../../support/shortOrLong.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { documents, documentsOf, idBatches, sizes } from "../../support/tokens.js";

interface Reference {
  readonly symmetric: boolean;
  readonly cells: number;
  readonly total: number;
  readonly every4999th: readonly (readonly [row: string, column: string, weight: number])[];
}

const stanford: { readonly windowSize: number; readonly tables: readonly Reference[] } = JSON.parse(
  readFileSync("test/reference/cooccur.json", "utf8"),
);

/** The lines of a novel as documents, with the words that occur often enough. */
function novel(bytes: number, minCount: number): string[][][] {
  const text = readFileSync("data/sample-english-two-novels.txt").toString("latin1", 0, bytes).toLowerCase();
  const lines = text.split("\n").map((line) => line.split(/[^a-z]+/).filter((word) => word !== ""));
  const counts = new Map<string, number>();
  for (const word of lines.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return lines.map((line) => [line.filter((word) => counts.get(word)! >= minCount)]);
}

/** Words of a text in which, as in a real one, the r-th term has about 1/r of the tokens. */
function zipf(tokens: number, terms: number): string[] {
  const stream = randomStream(1, "test.zipf");
  return Array.from({ length: tokens }, (_, i) => `w${Math.floor(terms ** drawUniform(stream, i))}`);
}

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** Of a table that is long. */
async function digestOf(
  table: FinalCooccurrence,
  options?: BatchOptions,
): Promise<{ readonly digest: string; readonly total: number }> {
  const hash = createHash("sha256");
  let total = 0;
  for await (const { row, column, weight } of table.batches(options)) {
    hash.update(row).update(column).update(weight);
    total += weight.reduce((sum, each) => sum + each, 0);
  }
  return { digest: hash.digest("hex"), total };
}

describe("accumulateCooccurrence", () => {
  it("reads the same cells into one place where its reader allows that", async () => {
    const table = await countPairs([[zipf(40_000, 2000)]], { windows: { windowSize: 5 } });
    expect(table.length).toBeGreaterThan(65_536); // more than a batch
    expect(await digestOf(table, { reuse: true })).toEqual(await digestOf(table));
    const places = async (options?: BatchOptions) => {
      const found = new Set<ArrayBufferLike>();
      for await (const { weight } of table.batches(options)) found.add(weight.buffer);
      return found.size;
    };
    expect(await places({ reuse: true })).toBe(1);
    expect(await places()).toBeGreaterThan(1);
  });

  it("counts as GloVe does: a worked example", async () => {
    // "the cat and the dog", window 3. Pairs at distance 1: the-cat, cat-and, and-the, the-dog; at 2: the-and, cat-the, and-dog;
    // at 3: the-the, cat-dog. the-cat 1 + 1/2 (cat-the); the-and 1 + 1/2; the-the 1/3 from either end, so 2/3 in one cell.
    const table = await countPairs(documentsOf("the cat and the dog"), { windows: { windowSize: 3 } });
    expect(await cellsOf(table)).toEqual([
      ["the", "the", 2 / 3],
      ["the", "and", 1.5],
      ["the", "cat", 1.5],
      ["the", "dog", 1],
      ["and", "the", 1.5],
      ["and", "cat", 1],
      ["and", "dog", 0.5],
      ["cat", "the", 1.5],
      ["cat", "and", 1],
      ["cat", "dog", 1 / 3],
      ["dog", "the", 1],
      ["dog", "and", 0.5],
      ["dog", "cat", 1 / 3],
    ]);
    expect(table.metadata).toEqual({ windowSize: 3, weighting: "harmonic", symmetric: true, unitsPerCount: 6 });
  });

  it("counts centres and contexts apart when not symmetric", async () => {
    const table = await countPairs(documentsOf("a b b"), {
      windows: { windowSize: 2, side: "right" },
      options: { symmetric: false },
    });
    expect(await cellsOf(table)).toEqual([
      ["b", "b", 1],
      ["a", "b", 1.5],
    ]);
  });

  it("gives the same table for any batches, equal to the definition", async () => {
    const weightings = { flat: () => 1, harmonic: (distance: number) => 1 / distance };
    await fc.assert(
      fc.asyncProperty(
        documents,
        sizes,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom("flat", "harmonic"),
        fc.boolean(),
        async (text, cuts, windowSize, batchSize, weighting, symmetric) => {
          fc.pre(text.flat(2).length > 0);
          const windows = { windowSize, batchSize };
          const actual = await cellsOf(await countPairs(text, { cuts, windows, options: { weighting, symmetric } }));
          const expected = cellsByHand(text, windowSize, weightings[weighting]);
          expect(actual.map(([row, column]) => `${row} ${column}`).sort()).toEqual([...expected.keys()].sort());
          for (const [row, column, weight] of actual) expect(weight).toBeCloseTo(expected.get(`${row} ${column}`)!, 10);
          const whole = await countPairs(text, { windows: { windowSize }, options: { weighting, symmetric } });
          expect(await cellsOf(whole)).toEqual(actual);
        },
      ),
      { seed: 1, numRuns: shortOrLong(60, 150) },
    );
  });

  it("makes the symmetric table the sum of the left one and the right one", async () => {
    await fc.assert(
      fc.asyncProperty(documents, fc.integer({ min: 1, max: 5 }), async (text, windowSize) => {
        fc.pre(text.flat(2).length > 0);
        const tableOf = async (side: "both" | "left" | "right", symmetric: boolean) =>
          cellsOf(await countPairs(text, { windows: { windowSize, side, batchSize: 3 }, options: { symmetric } }));
        const sums = new Map<string, number>();
        for (const [row, column, weight] of [...(await tableOf("left", false)), ...(await tableOf("right", false))])
          sums.set(`${row} ${column}`, (sums.get(`${row} ${column}`) ?? 0) + weight);
        const both = await tableOf("both", true);
        expect(both.length).toBe(sums.size);
        for (const [row, column, weight] of both) expect(weight).toBeCloseTo(sums.get(`${row} ${column}`)!, 10);
        expect(await tableOf("left", true)).toEqual(both);
        expect(await tableOf("right", true)).toEqual(both);
      }),
      { seed: 1, numRuns: shortOrLong(25, 60) },
    );
  });

  it("halves what only one end of a pair sees, when the radius is random", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, async (text, cuts) => {
        fc.pre(text.flat(2).length > 0);
        const windows = { windowSize: 4, radius: "random", batchSize: 3 } as const;
        const apart = new Map<string, number>();
        for (const [row, column, weight] of await cellsOf(
          await countPairs(text, { windows, options: { symmetric: false } }),
        ))
          apart.set(`${row} ${column}`, weight);
        const together = await cellsOf(await countPairs(text, { cuts, windows }));
        const sum = (rows: Iterable<number>) => [...rows].reduce((total, weight) => total + weight, 0);
        expect(sum(together.map(([, , weight]) => weight))).toBeCloseTo(sum(apart.values()), 10);
        for (const [row, column, weight] of together) {
          const ends = (apart.get(`${row} ${column}`) ?? 0) + (apart.get(`${column} ${row}`) ?? 0);
          expect(weight).toBeCloseTo(ends / 2, 10);
        }
      }),
      { seed: 1, numRuns: shortOrLong(25, 60) },
    );
  });

  it.each(stanford.tables)("has the cells of Stanford's cooccur, symmetric $symmetric", async (reference) => {
    const { symmetric, cells: length, total, every4999th } = reference;
    const table = await countPairs(novel(150_000, 5), {
      windows: { windowSize: stanford.windowSize, boundary: "document", side: symmetric ? "both" : "right" },
      options: { symmetric },
    });
    const rows = await cellsOf(table);
    const weights = new Map(rows.map(([row, column, weight]) => [`${row} ${column}`, weight]));
    expect(rows.length).toBe(length);
    expect(rows.reduce((sum, [, , weight]) => sum + weight, 0) / total).toBeCloseTo(1, 6);
    for (const [row, column, weight] of every4999th)
      expect(weights.get(`${row} ${column}`)! / weight).toBeCloseTo(1, 6);
  });

  it("can be read any number of times, 65,536 cells at most at once", async () => {
    const words = Array.from({ length: 400 }, (_, i) => `w${i}`);
    const table = await countPairs([[words]], { windows: { windowSize: 50 }, options: { weighting: "flat" } });
    // 400 terms with 50 neighbours on each side, less what the ends lack: 2 x (1 + ... + 50)
    expect(table.length).toBe(400 * 100 - 50 * 51);
    expect(await cellsOf(table)).toEqual(await cellsOf(table));
  });

  it("gives an empty table where no term has a neighbour, and refuses a stream without windows", async () => {
    expect(await cellsOf(await countPairs(documentsOf("a.b")))).toEqual([]);
    await expect(lastValueFrom(from([]).pipe(accumulateCooccurrence()))).rejects.toThrow(
      "accumulateCooccurrence: the stream must have windows, got none",
    );
  });

  it.each(shortOrLong([true], [true, false]))(
    "gives the same table within any memory, symmetric %s, and leaves nothing on the disk",
    async (symmetric) => {
      const scratch = await temporaryFolder();
      const text = [[zipf(40_000, 3000)]];
      const tableOf = (memory: string) =>
        countPairs(text, { windows: { windowSize: 5 }, options: { symmetric, memory, scratch } });
      const whole = await tableOf("512MB");
      expect(await readdir(scratch)).toEqual([]);
      const small = await tableOf("1MB");
      expect((await readdir(scratch)).length).toBe(1);
      expect(small.metadata).toEqual(whole.metadata);
      expect(digest(await cellsOf(small))).toBe(digest(await cellsOf(whole)));
      expect(digest(await cellsOf(small))).toBe(digest(await cellsOf(whole))); // a second reading
      small.close!();
      expect(await readdir(scratch)).toEqual([]);
    },
  );

  it.each([
    [1, "random", true],
    [2, "random", false],
    [2, "fixed", true],
    [3, "fixed", false],
    ...shortOrLong([], [[3, "random", true] as const, [8, "fixed", true] as const]),
  ] as const)(
    "gives the same table on %i threads, radius %s, symmetric %s, which end with the stream",
    async (workers, radius, symmetric) => {
      const scratch = await temporaryFolder();
      const ids = await idBatches([[zipf(shortOrLong(15_000, 30_000), 3000)]], [1000]);
      const windows = { windowSize: 5, radius, batchSize: 1000 };
      const tableOf = (options: AccumulateCooccurrenceOptions) =>
        run(from(ids).pipe(windowContexts(windows), accumulateCooccurrence({ ...options, symmetric, scratch })));
      const expected = (await tableOf({}))!;
      const table = (await tableOf({ workers, memory: "2MB" }))!;
      expect(table.metadata).toEqual(expected.metadata);
      expect(digest(await cellsOf(table))).toBe(digest(await cellsOf(expected)));
      table.close!();
      expect(await readdir(scratch)).toEqual([]);
    },
  );

  it("stops its threads and removes their files when the text ends in an error", async () => {
    const scratch = await temporaryFolder();
    const ids = await idBatches([[zipf(20_000, 3000)]], [1000]);
    const failing = concat(
      from(ids),
      throwError(() => new Error("files: corpus.txt: cannot be read")),
    );
    const options = { workers: 2, memory: "2MB", scratch };
    await expect(run(failing.pipe(windowContexts(), accumulateCooccurrence(options)))).rejects.toThrow(
      "cannot be read",
    );
    expect(await readdir(scratch)).toEqual([]);
  });

  it.each([[0, false] as const, [2, true] as const, ...shortOrLong([], [[0, true] as const])])(
    "adds up what came of several stretches of text, on %i threads, symmetric %s",
    async (workers, symmetric) => {
      const scratch = await temporaryFolder();
      const tokens = 150_000; // 4 stretches of 46,875 at most
      const ids = await idBatches([[zipf(tokens, 50_000)]], [10_000]);
      const tableOf = async (options: AccumulateCooccurrenceOptions) =>
        (await run(
          from(ids).pipe(
            windowContexts({ windowSize: 20 }),
            accumulateCooccurrence({ ...options, symmetric, scratch }),
          ),
        ))!;
      const table = await tableOf({ memory: "1MB", workers });
      const [folder] = await readdir(scratch);
      expect((await readdir(join(scratch, folder!))).length).toBe(Math.max(1, workers));
      const cells = await digestOf(table);
      table.close!();
      expect(await digestOf(await tableOf({}))).toEqual(cells);
      // Each distance d adds (T - d) pairs of weight 1/d from either end.
      const distances = Array.from({ length: 20 }, (_, i) => i + 1);
      expect(cells.total / distances.reduce((sum, d) => sum + (2 * (tokens - d)) / d, 0)).toBeCloseTo(1, 10);
    },
  );

  it("removes its files when the text ends in an error, and when nobody wants the table", async () => {
    const scratch = await temporaryFolder();
    const ids = await idBatches([[zipf(80_000, 3000)]], [1000]); // more than a stretch of 46,875
    const table$ = (source: Observable<IdBatch>) =>
      source.pipe(windowContexts({ windowSize: 5 }), accumulateCooccurrence({ memory: "1MB", scratch }));
    const failing = concat(
      from(ids),
      throwError(() => new Error("files: corpus.txt: cannot be read")),
    );
    await expect(lastValueFrom(table$(failing))).rejects.toThrow("files: corpus.txt: cannot be read");
    expect(await readdir(scratch)).toEqual([]);
    const subscription = table$(concat(from(ids), NEVER)).subscribe();
    expect((await readdir(scratch)).length).toBe(1);
    subscription.unsubscribe();
    expect(await readdir(scratch)).toEqual([]);
  });

  it("says so when there is no room on the disk", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "file");
    await writeFile(file, "");
    const text = [[zipf(20_000, 3000)]];
    await expect(countPairs(text, { options: { memory: "1MB", scratch: file } })).rejects.toThrow("EEXIST");
    expect(() => accumulateCooccurrence({ memory: "64kB" })).toThrow(
      "accumulateCooccurrence: memory must be at least 1MB, got 64kB",
    );
  });

  it(
    "emits on completion only, and passes on errors and unsubscription",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const accumulate = accumulateCooccurrence();
      expectObservable(cold("--#").pipe(accumulate as never)).toBe("--#");
      expectObservable(cold("-").pipe(accumulate as never)).toBe("-");
      const source = cold("-");
      expectObservable(source.pipe(accumulate as never), "---!").toBe("-");
      expectSubscriptions(source.subscriptions).toBe("^--!");
    }),
  );
});
