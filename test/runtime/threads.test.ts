import { describe, expect, it } from "vitest";
import { Thread, ThreadPool } from "../../dist/runtime/threads.js";

/** A thread that answers numbers by their squares; other messages make it fail, or end, or say nothing. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from "node:worker_threads";
    parentPort.on("message", (message) => {
      if (message === "throw") throw new RangeError("square: not a number");
      if (message === "exit") process.exit(3);
      if (message === "end") parentPort.close();
      if (message === "who") parentPort.postMessage(threadId);
      if (typeof message === "number") parentPort.postMessage(message ** 2);
    });
  `)}`,
);
const lost = (found: string) => new Error(`test: threads must live, got ${found}`);
const poolOf = (count: number, onLost?: (error: Error) => void) =>
  new ThreadPool<unknown, number>(
    script,
    Array.from({ length: count }, () => ({ lost, ...(onLost && { onLost }) })),
  );

describe("ThreadPool", () => {
  it("gives each question its answer, and asks the thread with the fewest before it", async () => {
    const pool = poolOf(2);
    expect(await Promise.all([1, 2, 3, 4, 5].map((value) => pool.ask(value)))).toEqual([1, 4, 9, 16, 25]);
    const [first, second] = await Promise.all([pool.ask("who"), pool.ask("who")]);
    expect(first).not.toBe(second);
    expect((await pool.askAll("who")).toSorted()).toEqual([first, second].toSorted());
    await pool.close();
  });

  it("rejects what was asked, and what is asked then, with what a thread threw or how it ended", async () => {
    for (const [fault, expected] of [
      ["throw", new RangeError("square: not a number")],
      ["exit", new Error("test: threads must live, got exit code 3")],
    ] as const) {
      const told: Error[] = [];
      const pool = poolOf(1, (error) => told.push(error));
      const [answered, ...open] = await Promise.allSettled([pool.ask(3), pool.ask(fault), pool.ask(4)]);
      expect(answered).toEqual({ status: "fulfilled", value: 9 });
      expect(open).toEqual([1, 2].map(() => ({ status: "rejected", reason: expected })));
      await expect(pool.ask(5)).rejects.toThrow(expected);
      await pool.close();
      expect(told).toEqual([expected]);
    }
  });

  it("rejects what cannot be sent, and goes on", async () => {
    const pool = poolOf(1);
    await expect(pool.ask(() => {})).rejects.toThrow("could not be cloned");
    expect(await pool.ask(6)).toBe(36);
    await pool.close();
  });

  it("rejects what waits when it is closed, which is no loss", async () => {
    const told: Error[] = [];
    const pool = poolOf(1, (error) => told.push(error));
    const asked = expect(pool.ask("nothing")).rejects.toThrow(/^test: threads must live, got exit code \d$/);
    await pool.close();
    await asked;
    expect(told).toEqual([]);
  });
});

describe("Thread", () => {
  it("is lost if it ends by itself, unless it may", async () => {
    for (const mayEnd of [false, true]) {
      const told: string[] = [];
      const thread = new Thread<string, never>(script, { lost, onLost: ({ message }) => told.push(message) }, () => {});
      if (mayEnd) thread.letEnd();
      thread.send("end");
      expect(await thread.ended).toBe(0);
      expect(told).toEqual(mayEnd ? [] : ["test: threads must live, got exit code 0"]);
    }
  });

  it("tells of what it threw, also when it may end", async () => {
    const told: Error[] = [];
    const thread = new Thread<string, never>(script, { lost, onLost: (error) => told.push(error) }, () => {});
    thread.letEnd();
    thread.send("throw");
    expect(await thread.ended).toBe(1);
    expect(told).toEqual([new RangeError("square: not a number")]);
  });
});
