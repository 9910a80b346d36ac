import fc from "fast-check";
import { concatMap, EMPTY, filter, from, map, NEVER, of, range, take, tap, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { mapAsync, run } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";
import { caseCount } from "../support/shortOrLong.js";

describe("mapAsync", () => {
  it("maps none, one and many in order", async () => {
    const double = mapAsync(async (value: number) => 2 * value);
    expect(await collect(EMPTY.pipe(double))).toEqual([]);
    expect(await collect(of(4).pipe(double))).toEqual([8]);
    expect(await collect(counting(5).numbers.pipe(double))).toEqual([0, 2, 4, 6, 8]);
  });

  it("works on `concurrency` items at once and keeps their order, however long each takes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (delays, concurrency, ordered) => {
          let [running, most] = [0, 0];
          const work = async (place: number) => {
            most = Math.max(most, ++running);
            await turns(delays[place]);
            running--;
            return place;
          };
          const places = delays.map((_, place) => place);
          const results = await collect(from(places).pipe(mapAsync(work, { concurrency, ordered })));
          expect(ordered ? results : results.sort((a, b) => a - b)).toEqual(places);
          expect(most).toBe(Math.min(concurrency, delays.length));
        },
      ),
      { seed: 1, numRuns: caseCount(60) },
    );
  });

  it("passes results on as they come if they need not be ordered", async () => {
    const work = async (value: number) => {
      await turns(value === 0 ? 5 : 1);
      return value;
    };
    expect(await collect(range(0, 3).pipe(mapAsync(work, { concurrency: 3, ordered: false })))).toEqual([1, 2, 0]);
  });

  it("keeps a fast source within the mark, whatever the length", async () => {
    const { numbers, seen } = counting(200);
    let [sent, ahead] = [0, 0];
    await run(
      numbers.pipe(
        tap(() => {
          ahead = Math.max(ahead, seen.read - sent);
        }),
        mapAsync(() => turns(9), { concurrency: 2, highWater: 8 }),
        tap(() => sent++),
      ),
    );
    expect(sent).toBe(200);
    expect(ahead).toBe(8);
  });

  it("does not stand still when a filter drops items or one item becomes many", async () => {
    const stream = counting(300).numbers.pipe(
      filter((value) => value % 2 === 0),
      concatMap((value) => [value, value, value]),
      mapAsync(async (value) => value, { highWater: 4 }),
      filter((value) => value % 3 === 0),
      mapAsync(async (value) => value),
    );
    expect((await collect(stream)).length).toBe(150); // 0, 6, .. 294: 50 numbers, three of each
  });

  it("ends with an exception or a rejection of the work, closing the source", async () => {
    for (const work of [
      () => {
        throw new RangeError("thrown");
      },
      () => Promise.reject(new RangeError("thrown")),
    ]) {
      const { numbers, seen } = counting();
      await expect(run(numbers.pipe(mapAsync(work)))).rejects.toThrow(new RangeError("thrown"));
      expect(seen.closed).toBe(1);
    }
  });

  it("passes on an error of the source", async () => {
    const failing = throwError(() => new Error("bad file")).pipe(mapAsync(async (value) => value));
    await expect(run(failing)).rejects.toThrow("bad file");
  });

  it("aborts the work and starts no more when unsubscribed", async () => {
    const signals: AbortSignal[] = [];
    const work = (_: number, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const abort = new AbortController();
    const ended = run(range(0, 9).pipe(mapAsync(work, { concurrency: 2 })), { signal: abort.signal });
    await turns();
    abort.abort();
    await expect(ended).rejects.toThrow("aborted");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    const silent = run(NEVER.pipe(mapAsync(work)), { signal: AbortSignal.timeout(5) });
    await expect(silent).rejects.toThrow("timeout");
  });

  it("starts no more work once take(n) downstream has enough", async () => {
    const { numbers, seen } = counting();
    const started: number[] = [];
    const stream = numbers.pipe(
      mapAsync(async (value) => {
        started.push(value);
        return value;
      }),
      take(2),
    );
    expect(await collect(stream)).toEqual([0, 1]);
    expect(started).toEqual([0, 1]);
    expect(seen.closed).toBe(1);
  });

  it("refuses to wait for a source inside its own work, which could never be read", async () => {
    const inside = () => new Promise((_, reject) => counting().numbers.subscribe({ error: reject }));
    await expect(run(of(1).pipe(mapAsync(inside)))).rejects.toThrow("fromPull: must be subscribed inside run");
    const nested = (length: number) => run(counting(length).numbers);
    expect(await collect(of(3, 5).pipe(mapAsync(nested)))).toEqual([2, 4]);
  });

  it("gives a source that is subscribed behind it the run's gate", async () => {
    const stream = of(2, 3).pipe(
      mapAsync(async (length) => length),
      concatMap((length) => counting(length).numbers),
      map((value) => value * 10),
    );
    expect(await collect(stream)).toEqual([0, 10, 0, 10, 20]);
  });

  it("refuses options at the call", () => {
    expect(() => mapAsync(async () => {}, { concurrency: 0 })).toThrow(
      new RangeError("mapAsync: concurrency must be an integer >= 1, got 0"),
    );
    expect(() => mapAsync(async () => {}, { highWater: 0 })).toThrow(RangeError);
    // @ts-expect-error it is called concurrency
    expect(() => mapAsync(async () => {}, { concurency: 2 })).toThrow("did you mean concurrency?");
  });
});
