import { EMPTY, map, NEVER, of, range, tap, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { currentScope, Ledger, mapAsync, run } from "#runtime";
import { counting, turns } from "../support/counting.js";

describe("run", () => {
  it("resolves with the last event, or undefined if there was none", async () => {
    expect(await run(range(1, 3))).toBe(3);
    expect(await run(EMPTY)).toBeUndefined();
  });

  it("rejects with the error of the stream", async () => {
    const error = new Error("bad");
    await expect(run(throwError(() => error))).rejects.toBe(error);
  });

  it("does not subscribe if it was aborted before it began", async () => {
    const { numbers, seen } = counting();
    await expect(run(numbers, { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
    expect(seen.opened).toBe(0);
  });

  it("rejects when aborted while nothing happens, and while subscribing", async () => {
    await expect(run(NEVER, { signal: AbortSignal.timeout(5) })).rejects.toThrow("timeout");
    const abort = new AbortController();
    const events: number[] = [];
    const onEvent = (event: number) => {
      events.push(event);
      abort.abort(new Error("enough"));
    };
    await expect(run(range(0, 5), { signal: abort.signal, onEvent })).rejects.toThrow("enough");
    expect(events).toEqual([0]);
  });

  it("ends with an exception of onEvent, closing the source", async () => {
    const { numbers, seen } = counting();
    const onEvent = (event: number) => {
      if (event === 2) throw new RangeError("cannot show 2");
    };
    await expect(run(numbers, { onEvent })).rejects.toThrow(new RangeError("cannot show 2"));
    expect(seen).toEqual({ read: 3, opened: 1, closed: 1 });
  });

  it("leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await run(of(1), { signal });
    await expect(
      run(
        throwError(() => new Error("bad")),
        { signal },
      ),
    ).rejects.toThrow("bad");
    expect(listeners).toBe(0);
  });

  it("gives the stages the ledger it was given", async () => {
    const ledger = new Ledger();
    await run(counting(4).numbers.pipe(tap(() => currentScope().ledger.add("seen", 1))), { ledger });
    expect(ledger.get("seen")).toBe(4);
  });

  it("runs inside a run, each with its own gate and ledger", async () => {
    const inner: Promise<number | undefined>[] = [];
    const ledger = new Ledger();
    const stream = counting(3).numbers.pipe(
      map((value) => {
        inner.push(run(counting(value + 1).numbers.pipe(mapAsync(async (x) => x)), { ledger: new Ledger() }));
        currentScope().ledger.add("seen", 1);
        return value;
      }),
      mapAsync(async (value) => value),
    );
    expect(await run(stream, { ledger })).toBe(2);
    expect(await Promise.all(inner)).toEqual([0, 1, 2]);
    expect(ledger.get("seen")).toBe(3);
  });

  it("leaves no rejection unhandled, however it ends", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const failing = mapAsync(
        async (value: number) => {
          await turns(value);
          throw new Error(`failed ${value}`);
        },
        { concurrency: 3 },
      );
      await expect(run(counting().numbers.pipe(failing))).rejects.toThrow("failed 0");
      await expect(run(counting().numbers.pipe(failing), { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
      await turns(10);
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unhandled).toEqual([]);
  });
});
