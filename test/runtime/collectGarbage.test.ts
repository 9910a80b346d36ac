import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { collectGarbage } from "../../dist/runtime/collectGarbage.js";

it("frees what nothing refers to, and leaves no global behind", async () => {
  const held = new WeakRef(new Array(100_000).fill(0.5));
  await setTimeout(0); // until the task that made it has ended, a WeakRef keeps its target
  await collectGarbage();
  expect(held.deref()).toBeUndefined();
  expect("gc" in globalThis).toBe(false);
});
