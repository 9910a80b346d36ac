// What the tests of inWorkers run on other threads.
import { setTimeout } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { transferred } from "#kernels";

export default async function square({ value, wait = 0, fault }, add = 0) {
  if (wait > 0) await setTimeout(wait);
  if (fault === "throw") throw new RangeError(`square: value must not be ${value}`);
  if (fault === "function") throw () => {};
  if (fault === "exit") process.exit(3);
  if (fault === "thread") return threadId;
  if (fault === "uncopyable") return () => {};
  if (value instanceof Float64Array) {
    const squares = value.map((x) => x * x + add);
    return transferred(squares, [squares.buffer]);
  }
  return value * value + add;
}
