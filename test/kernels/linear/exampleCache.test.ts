import { expect, it } from "vitest";
import { ExampleCache } from "#kernels";

const exampleOf = (document: number, rows: number) => ({
  document,
  rows: Uint32Array.from({ length: rows }, (_, i) => document * 10 + i),
  labels: document % 2 === 0 ? [document] : [document, 7],
  weight: 0.5 * document,
});

it("gives back examples by their places, also those of a cache that was saved", () => {
  const cache = new ExampleCache();
  for (let i = 0; i < 3000; i++) cache.keep(exampleOf(i + 4, i % 40));
  const restored = new ExampleCache();
  restored.restore(cache.save());
  for (const each of [cache, restored]) {
    expect(each.count).toBe(3000);
    for (const place of [2999, 0, 41]) expect(each.at(place)).toEqual(exampleOf(place + 4, place % 40));
  }
  restored.keep(exampleOf(5, 2));
  expect(restored.at(3000)).toEqual(exampleOf(5, 2));
});

it("keeps the first examples, and none behind one for which there was no room", () => {
  const cache = new ExampleCache();
  cache.keep(exampleOf(1, 2));
  const huge = { ...exampleOf(2, 0), rows: new Uint32Array(1 << 25) };
  cache.keep(huge);
  cache.keep(exampleOf(3, 1));
  expect(cache.count).toBe(1);
  const restored = new ExampleCache();
  restored.restore(cache.save());
  restored.keep(exampleOf(3, 1));
  expect(restored.count).toBe(1);
});
