import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EMPTY, take, tap, throwError } from "rxjs";
import { describe, expect, it } from "vitest";
import { type DrainOptions, drain, run } from "#runtime";
import { collect } from "../support/collect.js";
import { counting, turns } from "../support/counting.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

function recorded(write: (value: number) => void | Promise<void> = () => {}) {
  const calls: unknown[] = [];
  const ends: DrainOptions = {
    finish: async () => {
      await turns(2);
      calls.push("finish");
    },
    abandon: async () => {
      await turns(2);
      calls.push("abandon");
    },
  };
  const sink = drain(async (value: number) => {
    await write(value);
    calls.push(value);
  }, ends);
  return { calls, sink };
}

describe("drain", () => {
  it("writes one after the other, finishes, and only then completes", async () => {
    const { calls, sink } = recorded((value) => turns(5 - value));
    expect(await collect(counting(4).numbers.pipe(sink))).toEqual([]);
    expect(calls).toEqual([0, 1, 2, 3, "finish"]);
  });

  it("finishes a stream of nothing too", async () => {
    const { calls, sink } = recorded();
    await run(EMPTY.pipe(sink));
    expect(calls).toEqual(["finish"]);
  });

  it("keeps a fast source within the mark", async () => {
    const { numbers, seen } = counting(100);
    let [written, ahead] = [0, 0];
    const slow = drain(
      async () => {
        await turns(2);
        written++;
      },
      { highWater: 3 },
    );
    const watch = tap(() => {
      ahead = Math.max(ahead, seen.read - written);
    });
    await run(numbers.pipe(watch, slow));
    expect([written, ahead]).toEqual([100, 3]);
  });

  it("closes the file before the run rejects with the error of a write, thrown or rejected", async () => {
    const folder = await temporaryFolder();
    for (const fail of [
      () => {
        throw new Error("disk full");
      },
      () => Promise.reject(new Error("disk full")),
    ]) {
      const path = join(folder, "out.txt");
      const file = await open(path, "w");
      const { numbers, seen } = counting();
      const sink = drain<number>(
        async (value) => {
          if (value === 2) await fail();
          await file.write(`${value}\n`);
        },
        { abandon: () => file.close() },
      );
      await expect(run(numbers.pipe(sink))).rejects.toThrow("disk full");
      expect(file.fd).toBe(-1); // closed
      expect(await readFile(path, "utf8")).toBe("0\n1\n");
      expect(seen).toEqual({ read: 3, opened: 1, closed: 1 });
    }
  });

  it("abandons after an error of the source, an error of finish, an abort", async () => {
    const broken = recorded();
    await expect(run(throwError(() => new Error("bad file")).pipe(broken.sink))).rejects.toThrow("bad file");
    expect(broken.calls).toEqual(["abandon"]);

    const abandoned: string[] = [];
    const cannotFinish = drain<number>(() => {}, {
      finish: () => Promise.reject(new Error("rename failed")),
      abandon: () => void abandoned.push("abandon"),
    });
    await expect(run(counting(2).numbers.pipe(cannotFinish))).rejects.toThrow("rename failed");
    expect(abandoned).toEqual(["abandon"]);

    const abort = new AbortController();
    const aborted = recorded((value) => {
      if (value === 2) abort.abort(new Error("enough"));
    });
    const { numbers, seen } = counting();
    await expect(run(numbers.pipe(aborted.sink), { signal: abort.signal })).rejects.toThrow("enough");
    expect(aborted.calls).toEqual([0, 1, 2, "abandon"]); // the write under way ends first
    await turns(5);
    expect(seen.read).toBe(3);
    expect(aborted.calls.length).toBe(4);
  });

  it("fails the run when what was abandoned cannot be closed, unless it has failed already", async () => {
    const abandon = () => Promise.reject(new Error("cannot close"));
    const sink = drain<number>(() => turns(3), { abandon });
    const first = new Error("first");
    const failing = tap((value: number) => {
      if (value === 1) throw first;
    });
    await expect(run(counting().numbers.pipe(failing, sink))).rejects.toBe(first);
    await expect(run(counting().numbers.pipe(take(1), sink))).resolves.toBeUndefined();
    await expect(run(counting().numbers.pipe(sink), { signal: AbortSignal.timeout(5) })).rejects.toThrow("timeout");
  });

  it("refuses a mark below 1", () => {
    expect(() => drain(() => {}, { highWater: 0 })).toThrow(
      new RangeError("drain: highWater must be an integer >= 1, got 0"),
    );
  });
});
