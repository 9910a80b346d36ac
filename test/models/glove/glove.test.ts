import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { glove } from "#models";
import type { StageState } from "#schemas";
import { copyState } from "../../support/copyState.js";
import { type Cell, finalCooccurrence } from "../../support/finalCooccurrence.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function train(model: ReturnType<typeof glove>, table: ReturnType<typeof finalCooccurrence>) {
  const steps = await collect(model.fit(table));
  return { steps, vectors: await model.result() };
}

/**
 * Twelve words in three topics and eight words that occur everywhere. 猫 and 狗 are planted as a pair: they share all contexts,
 * more strongly than the rest of their topic does.
 */
const terms = ["猫", "狗", "cat", "dog", "sun", "moon", "star", "sky", "tea", "rice", "bread", "milk"].concat(
  Array.from({ length: 8 }, (_, i) => `common${i}`),
);
const topic = (id: number) => (id < 12 ? Math.floor(id / 4) : -1);
function weight(i: number, j: number): number {
  if (topic(i) < 0 || topic(j) < 0) return 20;
  return topic(i) === topic(j) ? 100 : 2 ** ((3 * i + 5 * j) % 5);
}
const pairOf = (id: number) => (id === 1 ? 0 : id);
const planted: Cell[] = terms.flatMap((_, i) => terms.map((_, j): Cell => [i, j, weight(pairOf(i), pairOf(j))]));
const table = finalCooccurrence(terms, planted);

/** 24,000 cells in nine tiles. */
const threeBlocks = finalCooccurrence(
  1500,
  Array.from({ length: 24_000 }, (_, i): Cell => [(i * 7) % 1500, (i * 11 + Math.floor(i / 1500)) % 1500, 1 + (i % 9)]),
);

describe("learning", () => {
  it("lets the loss fall from epoch to epoch, to a tenth", async () => {
    const { steps } = await train(glove({ vectorSize: 8, xMax: 50, epochs: 40 }), table);
    expect(steps.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, epoch) => epoch));
    steps.slice(1).forEach(({ loss }, i) => {
      expect(loss).toBeLessThan(steps[i]!.loss);
    });
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 10);
    expect(steps[0]!.examples).toBe(400);
  });

  it.each(seeds)("ranks a planted neighbour first, and its topic next, with seed %i", async (seed) => {
    const { vectors } = await train(glove({ vectorSize: 8, xMax: 50, epochs: 200, seed }), table);
    const neighbors = vectors.mostSimilar("猫", { topN: 3 }).map(({ term }) => term);
    expect(neighbors[0]).toBe("狗");
    expect(neighbors.slice(1).sort()).toEqual(["cat", "dog"]);
  });

  it("gives the same bytes for the same seed with any number of workers, and others for another seed", async () => {
    const values = async (seed: number, workers: number) =>
      (await train(glove({ vectorSize: 6, epochs: 4, seed, workers }), threeBlocks)).vectors.values;
    const expected = await values(1, 1);
    for (const workers of shortOrLong([3], [1, 2, 4])) expect(await values(1, workers)).toEqual(expected);
    expect(await values(2, 1)).not.toEqual(expected);
  });

  it("learns as well when threads write to the same rows at the same time", async () => {
    const options = { vectorSize: 8, epochs: 10, workers: 2 } as const;
    const { steps } = await train(glove({ ...options, deterministic: false }), threeBlocks);
    const { steps: exact } = await train(glove(options), threeBlocks);
    expect(steps.at(-1)!.loss / exact.at(-1)!.loss).toBeLessThan(1.1);
  });

  it("stops early once the loss falls by less than the tolerance", async () => {
    const { steps } = await train(glove({ vectorSize: 4, epochs: 50, tolerance: 0.2 }), table);
    expect(steps.length).toBeLessThan(50);
    const falls = steps.slice(1).map(({ loss }, k) => 1 - loss / steps[k]!.loss);
    expect(falls.pop()).toBeLessThan(0.2);
    expect(Math.min(...falls)).toBeGreaterThanOrEqual(0.2);
  });
});

describe("beside Stanford's program", () => {
  const reference = JSON.parse(readFileSync("test/reference/glove.json", "utf8"));
  const novels = finalCooccurrence(...countWindows(novelLines(), 5, 5));

  it("counts the same table", () => {
    expect([novels.vocabulary.terms.length, novels.length]).toEqual([reference.terms, reference.cells]);
  });

  it.each(seeds)("goes down the same loss curve, at most 1 percent above it, with seed %i", async (seed) => {
    const { steps } = await train(glove({ vectorSize: 10, xMax: 10, epochs: 10, seed }), novels);
    steps.forEach(({ loss, examples }, epoch) => {
      const curves: number[][] = reference.meanLossPerEpoch;
      const theirs = curves.reduce((sum, curve) => sum + curve[epoch]! / curves.length, 0);
      expect(loss / examples / theirs).toBeGreaterThan(0.94); // a tile's cells help each other within the epoch
      expect(loss / examples / theirs).toBeLessThan(1.01);
    });
  });
});

/** The text that test/reference/glove.sh gives to the programs. */
function novelLines(): string[][] {
  const text = readFileSync("data/sample-english-two-novels.txt").subarray(0, 150_000).toString("latin1");
  return text.split("\n").map((line) => line.toLowerCase().match(/[a-z]+/g) ?? []);
}

/** Symmetric windows weighted by 1/distance, terms below `minCount` taken out first. */
function countWindows(lines: string[][], minCount: number, windowSize: number): [terms: string[], cells: Cell[]] {
  const counts = new Map<string, number>();
  for (const word of lines.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const terms = [...counts.keys()].filter((word) => counts.get(word)! >= minCount);
  const idOf = new Map(terms.map((term, id) => [term, id]));
  const weights = new Map<number, number>();
  const add = (i: number, j: number, weight: number) =>
    weights.set(i * terms.length + j, (weights.get(i * terms.length + j) ?? 0) + weight);
  for (const line of lines) {
    const ids = line.flatMap((word) => idOf.get(word) ?? []);
    ids.forEach((centre, at) => {
      for (let distance = 1; distance <= Math.min(windowSize, at); distance++) {
        add(centre, ids[at - distance]!, 1 / distance);
        add(ids[at - distance]!, centre, 1 / distance);
      }
    });
  }
  const cells = [...weights].map(([key, weight]): Cell => [Math.floor(key / terms.length), key % terms.length, weight]);
  return [terms, cells];
}

describe("where it begins", () => {
  it("goes on from a saved state of any epoch to the same bytes, and stops where the loss settles", async () => {
    const options = { vectorSize: 6, epochs: 30, tolerance: 0.03, workers: shortOrLong(1, 2) };
    const whole = glove(options);
    const states: StageState[] = [];
    for await (const _ of whole.fit(threeBlocks)) states.push(copyState((await whole.save!())!));
    expect(states.length).toBeGreaterThan(2);
    expect(states.length).toBeLessThan(30);
    const expected = (await whole.result()).values;
    for (const [done, state] of states.entries()) {
      if (done % shortOrLong(5, 1) > 0) continue; // each model starts threads
      const resumed = glove(options);
      await resumed.restore!(state, {});
      expect(await collect(resumed.fit(threeBlocks))).toHaveLength(states.length - done - 1);
      expect((await resumed.result()).values).toEqual(expected);
    }
  });

  it.each(["sum", "both"] as const)("begins with vectors of output %s at the loss where they stood", async (output) => {
    const options = { vectorSize: 8, xMax: 50, output };
    const { steps, vectors } = await train(glove({ ...options, epochs: 60 }), table);
    const again = glove({ ...options, epochs: 1, initialVectors: vectors });
    const [first] = await collect(again.fit(table));
    // sums of squares start anew, so steps are longer again; and `sum` has no biases, so it only begins below a random start
    expect(first!.loss).toBeLessThan(output === "both" ? steps.at(-1)!.loss * 1.5 : steps[0]!.loss);
  });

  it("says how many terms had one of the initialVectors", async () => {
    const { vectors } = await train(glove({ vectorSize: 4, epochs: 3 }), table);
    const half = { ...vectors, terms: vectors.terms.slice(0, 9), values: vectors.values.slice(0, 36), vectorSize: 4 };
    const { vectors: continued } = await train(glove({ vectorSize: 4, epochs: 2, initialVectors: half }), table);
    expect(continued.metadata.get("initialTerms")).toBe("9 of 9");
    expect(continued.metadata.get("options")).not.toContain("initialVectors");
  });

  it("refuses vectors and states of another size", async () => {
    const { vectors } = await train(glove({ vectorSize: 3, epochs: 1 }), table);
    expect(() => glove({ vectorSize: 4, initialVectors: vectors })).toThrow(
      new RangeError("glove: initialVectors must have 4 (sum), 8 (concatenated) or 10 (both) numbers a term, got 3"),
    );
    const small = glove({ vectorSize: 3, epochs: 1 });
    await train(small, table);
    const larger = glove({ vectorSize: 4 });
    await larger.restore!((await small.save!())!, {});
    await expect(collect(larger.fit(table))).rejects.toThrow(
      new RangeError("glove: the saved state must be of 20 x 4 numbers, got 20 x 3"),
    );
  });

  it("refuses a state with sums of squares where rates belong", async () => {
    const model = glove({ vectorSize: 3, epochs: 1 });
    await train(model, table);
    const { facts, arrays } = (await model.save!())!;
    const again = glove({ vectorSize: 3 });
    await again.restore!({ facts, arrays: { parameters: arrays.weightsAndRates! } }, {});
    await expect(collect(again.fit(table))).rejects.toThrow(
      new RangeError("glove: the saved state must hold weightsAndRates, got parameters"),
    );
  });
});

describe("a table that outgrows its memory", () => {
  it("gives the same bytes from a file, and leaves nothing behind", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "lexstream-"));
    const options = { vectorSize: 6, epochs: 2, workers: 2 };
    const { vectors } = await train(glove(options), threeBlocks);
    const { vectors: fromFile } = await train(glove({ ...options, memory: "1kB", scratch }), threeBlocks);
    expect(fromFile).toEqual(vectors);
    expect(readdirSync(scratch)).toEqual([]);
    rmSync(scratch, { recursive: true });
  });
});

it("stops its threads in the middle of an epoch when it is closed", async () => {
  const model = glove({ vectorSize: 100, epochs: 1_000_000 });
  const training = (async () => {
    for await (const _ of model.fit(threeBlocks)) void model.close();
  })();
  await expect(training).rejects.toThrow(/^glove: threads must live until training ends, got stopped in epoch \d+$/);
});

describe("output", () => {
  it("adds, picks or sets side by side the two sides", async () => {
    const run = async (output: "sum" | "word" | "context" | "concatenated" | "both") =>
      (await train(glove({ vectorSize: 2, epochs: 2, output }), table)).vectors;
    const [w0, w1] = (await run("word")).vectorOf("cat");
    const [c0, c1] = (await run("context")).vectorOf("cat");
    expect([...(await run("sum")).vectorOf("cat")]).toEqual([Math.fround(w0! + c0!), Math.fround(w1! + c1!)]);
    expect([...(await run("concatenated")).vectorOf("cat")]).toEqual([w0, w1, c0, c1]);
    const both = await run("both");
    expect(both.vectorSize).toBe(6);
    expect([0, 1, 3, 4].map((d) => both.vectorOf("cat")[d])).toEqual([w0, w1, c0, c1]);
  });

  it("says in the metadata which model and options made it", async () => {
    const { vectors } = await train(glove({ vectorSize: 2, epochs: 2 }), table);
    expect(vectors.metadata.get("model")).toBe("glove");
    expect(JSON.parse(vectors.metadata.get("options")!)).toMatchObject({ vectorSize: 2, epochs: 2, exponent: 0.75 });
  });
});

it("makes 25 epochs by default, at any size", () => {
  expect(glove().epochs).toBe(25);
  expect(glove({ vectorSize: 300 }).epochs).toBe(25);
});

describe("errors", () => {
  it("refuses an option out of range at the call", () => {
    expect(() => glove({ vectorSize: 0 })).toThrow(
      new RangeError("glove: vectorSize must be an integer from 1 to 4096, got 0"),
    );
  });

  it("refuses an empty table", async () => {
    await expect(train(glove(), finalCooccurrence(2, []))).rejects.toThrow(
      new RangeError("glove: the co-occurrence table must have cells, got none"),
    );
  });

  it.each([0, -1, Number.NaN])("refuses a weight of %d, which has no logarithm", async (weight) => {
    await expect(train(glove(), finalCooccurrence(2, [[1, 0, weight]]))).rejects.toThrow(
      new RangeError(`glove: a weight must be finite and > 0, got ${weight} at cell 1, 0`),
    );
  });

  it.each([
    [2, 0],
    [0, 2],
    [-1, 0],
    [0, -1],
  ])("refuses cell %d, %d of two terms", async (row, column) => {
    await expect(train(glove(), finalCooccurrence(2, [[row, column, 1]]))).rejects.toThrow(
      new RangeError(`glove: cells must be sorted by row, with ids from 0 to 1, got cell ${row}, ${column}`),
    );
  });

  it("stops when the loss is not finite, and names epoch and cell", async () => {
    const run = train(
      glove({ vectorSize: 2, epochs: 5, learningRate: 1e300 }),
      finalCooccurrence(["a", "b"], [[0, 1, 5]]),
    );
    await expect(run).rejects.toThrow(
      new RangeError(
        'glove: the loss must stay finite, got NaN or infinity in epoch 2 at cell 0, 1 ("a", "b"); lower learningRate',
      ),
    );
  });
});

it("scores a table by the equation, with all that it has learned", async () => {
  const options = { vectorSize: 3, xMax: 4, exponent: 0.5, epochs: 2, output: "both" } as const;
  const model = glove(options);
  await collect(model.fit(threeBlocks));
  const { values, vectorSize } = await model.result();
  const at = (id: number, k: number) => values[id * vectorSize + k]!;
  let expected = 0;
  for await (const { row, column, weight } of threeBlocks.batches())
    row.forEach((i, cell) => {
      const [j, x] = [column[cell]!, weight[cell]!];
      let difference = at(i, 3) + at(j, 7) - Math.log(x); // w (3), b, w~ (3), b~
      for (let d = 0; d < 3; d++) difference += at(i, d) * at(j, 4 + d);
      expected += 0.5 * Math.min(1, (x / 4) ** 0.5) * difference ** 2;
    });
  const { loss, examples } = await model.score!(threeBlocks);
  expect(examples).toBe(threeBlocks.length);
  expect(loss / expected).toBeCloseTo(1, 5);
  await expect(model.score!(table)).rejects.toThrow(
    "glove: a table to be scored must have the vocabulary that was learned from",
  );
});
