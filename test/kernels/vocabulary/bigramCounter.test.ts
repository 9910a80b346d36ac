import { describe, expect, it } from "vitest";
import { BigramCounter } from "#kernels";

const counted = (counter: BigramCounter) => {
  const found = new Map<string, number>();
  counter.forEach((first, second, count) => void found.set(`${first} ${second}`, count));
  return found;
};

describe("BigramCounter", () => {
  it("counts as a map does, also while it grows", () => {
    const counter = new BigramCounter(1e6);
    const expected = new Map<string, number>();
    for (let i = 0; i < 50_000; i++) {
      const [first, second] = [(i * i) % 331, (i * 7) % 97];
      counter.add(first, second);
      expected.set(`${first} ${second}`, (expected.get(`${first} ${second}`) ?? 0) + 1);
    }
    expect(counted(counter)).toEqual(expected);
    expect(counter.prunedOccurrences).toBe(0);
  });

  it("tells the order of a pair and large ids apart", () => {
    const counter = new BigramCounter(10);
    counter.add(1, 2);
    counter.add(2, 1);
    counter.add(2 ** 32 - 1, 0);
    expect(counted(counter)).toEqual(
      new Map([
        ["1 2", 1],
        ["2 1", 1],
        ["4294967295 0", 1],
      ]),
    );
  });

  it("frees a quarter of its places or more when it is full, the rarest pairs first", () => {
    const counter = new BigramCounter(4);
    for (const [pair, times] of [
      [1, 3],
      [2, 2],
      [3, 2],
      [4, 9],
      [5, 1],
    ] as const) {
      for (let i = 0; i < times; i++) counter.add(pair, pair);
    }
    // full with counts 3 2 2 9: both pairs that came twice go
    expect(counted(counter)).toEqual(
      new Map([
        ["1 1", 3],
        ["4 4", 9],
        ["5 5", 1],
      ]),
    );
    expect(counter.prunedOccurrences).toBe(4);
  });
});
