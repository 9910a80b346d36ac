import { EMPTY, map } from "rxjs";
import { describe, expect, it } from "vitest";
import { toAsyncIterable } from "#runtime";
import { counting, turns } from "../support/counting.js";

describe("toAsyncIterable", () => {
  it("yields every item and reads no further than is asked", async () => {
    const { numbers, seen } = counting(5);
    const items: number[] = [];
    for await (const item of toAsyncIterable(numbers)) {
      await turns(3);
      expect(seen.read).toBe(item + 1);
      items.push(item);
    }
    expect(items).toEqual([0, 1, 2, 3, 4]);
    for await (const item of toAsyncIterable(EMPTY)) expect.unreachable(`got ${item}`);
  });

  it("closes the source when the loop is left", async () => {
    const { numbers, seen } = counting();
    for await (const item of toAsyncIterable(numbers)) if (item === 2) break;
    expect(seen).toEqual({ read: 3, opened: 1, closed: 1 });
  });

  it("throws the error of the stream after the items before it", async () => {
    const failing = counting().numbers.pipe(
      map((value) => {
        if (value === 2) throw new RangeError("no twos");
        return value;
      }),
    );
    const items: number[] = [];
    const loop = async () => {
      for await (const item of toAsyncIterable(failing)) items.push(item);
    };
    await expect(loop()).rejects.toThrow(new RangeError("no twos"));
    expect(items).toEqual([0, 1]);
  });

  it("throws the reason of an abort", async () => {
    const loop = async () => {
      for await (const _ of toAsyncIterable(counting().numbers, { signal: AbortSignal.timeout(10) })) await turns();
    };
    await expect(loop()).rejects.toThrow("timeout");
  });
});
