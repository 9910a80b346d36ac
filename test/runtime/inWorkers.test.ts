import { EMPTY, map, NEVER, of, range, take, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { type InWorkersOptions, inWorkers, run } from "#runtime";
import { collect } from "../support/collect.js";
import { counting } from "../support/counting.js";
import { shortOrLong } from "../support/shortOrLong.js";

interface Task {
  readonly value: number | Float64Array;
  readonly wait?: number;
  readonly fault?: "throw" | "function" | "exit" | "thread" | "uncopyable";
}

const squareModule = new URL("../support/threads/square.mjs", import.meta.url);
const square = (options?: InWorkersOptions<Task>) => inWorkers<Task, number | Float64Array>(squareModule, options);
const threadsAlive = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

describe("inWorkers", () => {
  it("gives the same results in the same order on any number of threads", async () => {
    const tasks = counting(30).numbers.pipe(map((value) => ({ value, wait: value % 5 })));
    const expected = Array.from({ length: 30 }, (_, value) => value * value + 7);
    for (const workers of shortOrLong([0, 2], [0, 1, 2]))
      expect(await collect(tasks.pipe(square({ workers, workerData: 7 })))).toEqual(expected);
  });

  it("works on other threads, as many as asked for", async () => {
    const tasks = range(0, 40).pipe(map((value): Task => ({ value, wait: 1, fault: "thread" })));
    const ids = async (workers: number) => new Set(await collect(tasks.pipe(square({ workers }))));
    expect(await ids(0)).toEqual(new Set([0]));
    const two = await ids(2);
    expect(two.size).toBe(2);
    expect(two.has(0)).toBe(false);
  });

  it("moves buffers there and back when told to", async () => {
    const sent = new Float64Array([1, 2, 3]);
    const transfer = ({ value }: Task) => [(value as Float64Array).buffer as ArrayBuffer];
    expect(await run(of({ value: sent }).pipe(square({ transfer })))).toEqual(new Float64Array([1, 4, 9]));
    expect(sent.length).toBe(0);
  });

  it("keeps the source within the mark", async () => {
    const { numbers, seen } = counting(60);
    let [sent, ahead] = [0, 0];
    const stream = numbers.pipe(
      tap(() => {
        ahead = Math.max(ahead, seen.read - sent);
      }),
      map((value) => ({ value, wait: 1 })),
      square({ workers: 2 }),
      tap(() => sent++),
    );
    await run(stream);
    expect([sent, ahead]).toEqual([60, 4]);
  });

  it("ends the stream with the exception of a thread, its class kept", async () => {
    for (const workers of shortOrLong([0, 2], [0, 1, 2])) {
      const { numbers, seen } = counting();
      const tasks = numbers.pipe(map((value): Task => (value === 5 ? { value, fault: "throw" } : { value })));
      await expect(run(tasks.pipe(square({ workers })))).rejects.toThrow(new RangeError("square: value must not be 5"));
      expect(seen.closed).toBe(1);
    }
    await expect(run(of<Task>({ value: 1, fault: "function" }).pipe(square()))).rejects.toThrow("() => {}");
    await expect(run(of<Task>({ value: 1, fault: "uncopyable" }).pipe(square()))).rejects.toThrow(
      "could not be cloned",
    );
  });

  it("says so when a thread ends, or its module cannot be used", async () => {
    await expect(run(of<Task>({ value: 1, fault: "exit" }).pipe(square()))).rejects.toThrow(
      `inWorkers: the thread of ${squareModule} must not end, got exit code 3`,
    );
    const missing = new URL("./missing.mjs", import.meta.url);
    const noFunction = new URL("../support/threads/noFunction.mjs", import.meta.url);
    for (const workers of [0, 1]) {
      await expect(run(of(1).pipe(inWorkers(missing, { workers })))).rejects.toThrow("missing.mjs");
      await expect(run(of(1).pipe(inWorkers(noFunction, { workers })))).rejects.toThrow(
        new TypeError(`inWorkers: ${noFunction} must export a function by default, got number`),
      );
    }
  });

  it("ends its threads on completion, error and unsubscription, before the run settles", async () => {
    const before = threadsAlive();
    await run(EMPTY.pipe(square({ workers: 2 })));
    expect(threadsAlive()).toBe(before);
    await expect(run(of<Task>({ value: 1, fault: "throw" }).pipe(square({ workers: 2 })))).rejects.toThrow(RangeError);
    expect(threadsAlive()).toBe(before);
    const many = counting().numbers.pipe(map((value) => ({ value, wait: 1 })));
    await run(many.pipe(square({ workers: 2 }), take(3)));
    expect(threadsAlive()).toBe(before);
    const signal = AbortSignal.timeout(20);
    await expect(run(NEVER.pipe(square({ workers: 2 })), { signal })).rejects.toThrow("timeout");
    expect(threadsAlive()).toBe(before);
  });

  it("refuses options at the call", () => {
    expect(() => square({ workers: -1 })).toThrow("inWorkers: workers must be an integer from 0 to 1024, got -1");
    expect(() => square({ highWater: 0 })).toThrow("inWorkers: highWater must be an integer >= 1, got 0");
  });
});
