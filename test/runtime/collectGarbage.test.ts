import { setTimeout } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { expect, it } from "vitest";
import { collectGarbage } from "../../dist/runtime/collectGarbage.js";

it("frees what nothing refers to, and leaves no global behind", async () => {
  const held = new WeakRef(new Array(100_000).fill(0.5));
  await setTimeout(0); // until the task that made it has ended, a WeakRef keeps its target
  await collectGarbage();
  expect(held.deref()).toBeUndefined();
  expect("gc" in globalThis).toBe(false);
});

it("gives the room back that the young generation grew to", async () => {
  const room = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.space_size;
  const held = Array.from({ length: 100_000 }, (_, i) => ({ text: `survivor ${i}` }));
  const grown = room();
  const lost = new WeakRef(held.splice(0));
  await setTimeout(0);
  await collectGarbage();
  expect(lost.deref()).toBeUndefined();
  expect(room()).toBeLessThan(grown);
});
