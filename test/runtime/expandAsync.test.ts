import { from, of, take, tap, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { expandAsync, mapAsync, run, tee } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";

/** n, n - 1 ... 1 of each n, and 0 at the end; counts what was made. */
function countDown(seen = { made: 0 }) {
  return expandAsync<number, number>("countDown", () => ({
    async *read(value) {
      for (let n = value; n > 0; n--) {
        seen.made++;
        yield n;
      }
    },
    async *finish() {
      yield 0;
    },
  }));
}

describe("expandAsync", () => {
  it("passes on all results of each item in order, and what is left at the end", async () => {
    expect(await collect(from([2, 0, 3]).pipe(countDown()))).toEqual([2, 1, 3, 2, 1, 0]);
    expect(await collect(of<number>().pipe(countDown()))).toEqual([0]);
  });

  it("makes a result only once the stages behind can take it, and holds the source back", async () => {
    const seen = { made: 0 };
    let [taken, ahead] = [0, 0];
    const { numbers, seen: source } = counting(6);
    let unread = 0;
    await run(
      numbers.pipe(
        countDown(seen),
        tap(() => {
          ahead = Math.max(ahead, seen.made - taken);
          unread = Math.max(unread, source.read - taken);
        }),
        mapAsync(async () => {
          await turns(3);
          taken++;
        }),
      ),
    );
    expect(taken).toBe(1 + 2 + 3 + 4 + 5 + 1);
    expect(ahead).toBe(1);
    expect(unread).toBeLessThanOrEqual(3); // the item in work and the next one
  });

  it("never waits for another one that waits for it", async () => {
    const slow = () => mapAsync(() => turns(2));
    const [one, two] = [countDown(), countDown()];
    const both = from([3, 3]).pipe(
      tee(
        (items) => items.pipe(one, slow()),
        (items) => items.pipe(two, slow()),
      ),
    );
    expect((await collect(both)).length).toBe(14);
  });

  it("stops between two results when nobody wants more, and passes errors on", async () => {
    const seen = { made: 0 };
    expect(await collect(of(1000).pipe(countDown(seen), take(2)))).toEqual([1000, 999]);
    await turns(3);
    expect(seen.made).toBeLessThanOrEqual(3);
    await expect(collect(throwError(() => new Error("lost")).pipe(countDown()))).rejects.toThrow("lost");
    const failing = expandAsync<number, number>("failing", () => ({
      async *read() {
        yield 1;
        throw new RangeError("no more");
      },
      async *finish() {},
    }));
    await expect(collect(of(1).pipe(failing))).rejects.toThrow("no more");
  });

  it("says that it needs a run", () => {
    let fault: unknown;
    of(1)
      .pipe(countDown())
      .subscribe({ error: (error) => (fault = error) });
    expect(String(fault)).toContain("countDown");
  });
});
