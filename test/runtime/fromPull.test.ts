import { concat, filter, from, mergeMap, take, takeUntil, timer } from "rxjs";
import { describe, expect, it } from "vitest";
import { drain, fromPull, mapAsync, run } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";

const never = () => new Promise<never>(() => {});

describe("fromPull", () => {
  it("emits the items in order, opened anew by each subscription", async () => {
    const { numbers, seen } = counting(3);
    expect(await collect(numbers)).toEqual([0, 1, 2]);
    expect(await collect(numbers)).toEqual([0, 1, 2]);
    expect(seen).toEqual({ read: 6, opened: 2, closed: 2 });
  });

  it("completes without an item for an empty iterable", async () => {
    expect(await run(counting(0).numbers)).toBeUndefined();
  });

  it("says that it needs run when it is subscribed without", () => {
    let error: unknown;
    counting().numbers.subscribe({ error: (found) => (error = found) });
    expect(String(error)).toMatch(/^TypeError: fromPull: must be subscribed inside run/);
  });

  it("passes on an error of opening and of reading, after what was read before it", async () => {
    const fails = fromPull(() => {
      throw new Error("no such file");
    });
    await expect(run(fails)).rejects.toThrow("no such file");
    const breaks = fromPull(async function* () {
      yield 1;
      throw new Error("disk gone");
    });
    const events: number[] = [];
    await expect(run(breaks, { onEvent: (event) => events.push(event) })).rejects.toThrow("disk gone");
    expect(events).toEqual([1]);
  });

  it("reads no further and is closed when take(n) has enough, before the run resolves", async () => {
    const { numbers, seen } = counting();
    expect(await collect(numbers.pipe(take(3)))).toEqual([0, 1, 2]);
    expect(seen).toEqual({ read: 3, opened: 1, closed: 1 });
  });

  it("stops within one item when the signal aborts, although the source never waits", async () => {
    const { numbers, seen } = counting();
    const abort = new AbortController();
    const onEvent = (event: number) => event === 5 && setImmediate(() => abort.abort(new Error("enough")));
    await expect(run(numbers, { signal: abort.signal, onEvent })).rejects.toThrow("enough");
    const { read } = seen;
    expect(read).toBeLessThanOrEqual(7);
    await turns(5);
    expect(seen).toEqual({ read, opened: 1, closed: 1 });
  });

  it("stops while it waits for the gate, and closes the source", async () => {
    const { numbers, seen } = counting();
    const abort = new AbortController();
    const ended = run(numbers.pipe(mapAsync(never)), { signal: abort.signal });
    await turns(5);
    expect(seen).toEqual({ read: 1, opened: 1, closed: 0 });
    abort.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
    expect(seen).toEqual({ read: 1, opened: 1, closed: 1 });
  });

  it("can be left while its source never emits, signal or no signal honoured", async () => {
    const deaf = fromPull(async function* () {
      yield await never();
    });
    await expect(run(deaf, { signal: AbortSignal.timeout(5) })).rejects.toThrow(/timeout/);
    expect(await collect(deaf.pipe(takeUntil(timer(5))))).toEqual([]);
    let aborted = false;
    const listening = fromPull(async function* (signal) {
      yield await new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        }),
      );
    });
    await expect(run(listening, { signal: AbortSignal.timeout(5) })).rejects.toThrow(/timeout/);
    expect(aborted).toBe(true);
  });

  it("fails the run when closing the source fails", async () => {
    const source = fromPull(async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw new Error("cannot close");
      }
    });
    await expect(run(source.pipe(take(1)))).rejects.toThrow("cannot close");
  });

  it("holds back sources that are subscribed later: by concat and mergeMap", async () => {
    let most = 0;
    let inFlight = 0;
    const slow = drain(async () => {
      most = Math.max(most, ++inFlight);
      await turns(2);
      inFlight--;
    });
    const [first, second] = [counting(20), counting(20)];
    await run(concat(first.numbers, second.numbers).pipe(slow));
    expect(most).toBe(1);
    const sources = [counting(20), counting(20), counting(20)];
    let [pulled, written] = [0, 0];
    let ahead = 0;
    await run(
      from(sources).pipe(
        mergeMap(({ numbers }) => numbers),
        filter(() => {
          ahead = Math.max(ahead, ++pulled - written);
          return true;
        }),
        drain(async () => {
          await turns(2);
          written++;
        }),
      ),
    );
    expect(written).toBe(60);
    expect(ahead).toBeLessThanOrEqual(3); // the mark, and one more for each other source that saw the gate open with it
  });
});
