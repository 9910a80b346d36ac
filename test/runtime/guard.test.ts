import { concatMap, delay, filter, map, mergeMap, pipe, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { guard, run } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";

describe("guard", () => {
  it("keeps what is inside a foreign operator within the mark", async () => {
    const { numbers, seen } = counting(200);
    let [sent, ahead] = [0, 0];
    const slow = concatMap(async (value: number) => {
      await turns(2);
      return value;
    });
    const watched = pipe(
      tap<number>(() => {
        ahead = Math.max(ahead, seen.read - sent);
      }),
      guard(slow, 4),
      tap(() => sent++),
    );
    const expected = Array.from({ length: 200 }, (_, i) => i);
    expect(await collect(numbers.pipe(watched))).toEqual(expected);
    expect(ahead).toBe(4);
  });

  it("gives sources that are subscribed behind it the run's gate", async () => {
    const stream = counting(2).numbers.pipe(
      guard(delay(1)),
      concatMap((value) => counting(value + 1).numbers),
    );
    expect(await collect(stream)).toEqual([0, 0, 1]);
  });

  it("needs a filter outside, where nothing counts what it drops", async () => {
    const stream = counting(9).numbers.pipe(
      filter((value) => value % 2 === 1),
      guard(delay(0)),
    );
    expect(await collect(stream)).toEqual([1, 3, 5, 7]);
  });

  it("fails when the operator emits more than it is given", async () => {
    const twice = guard(mergeMap((value: number) => [value, value]));
    await expect(run(counting(3).numbers.pipe(twice))).rejects.toThrow(
      new RangeError("guard: the operator must emit one item for each it is given, got more"),
    );
  });

  it("passes on an error of the operator, and closes the source", async () => {
    const { numbers, seen } = counting();
    const failing = guard(
      map((value: number) => {
        if (value === 2) throw new Error("bad value");
        return value;
      }),
    );
    await expect(run(numbers.pipe(failing))).rejects.toThrow("bad value");
    expect(seen).toEqual({ read: 3, opened: 1, closed: 1 });
  });

  it("refuses a mark below 1", () => {
    expect(() => guard(delay(1), 0)).toThrow(new RangeError("guard: highWater must be an integer >= 1, got 0"));
  });

  it("refuses a source inside, which would wait for its own place", async () => {
    const inside = guard(concatMap((value: number) => counting(value + 1).numbers));
    await expect(run(counting(2).numbers.pipe(inside))).rejects.toThrow("fromPull: must be subscribed inside run");
  });
});
