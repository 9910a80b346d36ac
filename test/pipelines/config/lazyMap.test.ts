import { expect, it } from "vitest";
import { LazyMap } from "../../../dist/pipelines/config/lazyMap.js";
import { builtIn } from "../../../dist/pipelines/config/registry.js";

/** A map of three, and the names of those that were made, in that order. */
function counted() {
  const made: string[] = [];
  const make = (name: string) => () => {
    made.push(name);
    return name.toUpperCase();
  };
  return { made, map: new LazyMap({ b: make("b"), a: make("a"), c: make("c") }) };
}

it("makes a value when it is asked for, and once", () => {
  const { made, map } = counted();
  expect([...map.keys()]).toEqual(["b", "a", "c"]);
  expect([map.size, map.has("c"), map.has("d"), map.get("d")]).toEqual([3, true, false, undefined]);
  expect(made).toEqual([]);
  expect([map.get("a"), map.get("a")]).toEqual(["A", "A"]);
  expect(made).toEqual(["a"]);
});

it("makes what is missing where all are gone through, and keeps their order", () => {
  const { made, map } = counted();
  map.get("c");
  const visited: [string, string][] = [];
  map.forEach((value, name) => {
    visited.push([name, value]);
  });
  const all = [
    ["b", "B"],
    ["a", "A"],
    ["c", "C"],
  ];
  expect(visited).toEqual(all);
  expect([...map]).toEqual(all);
  expect([...map.values()]).toEqual(["B", "A", "C"]);
  expect(made).toEqual(["c", "b", "a"]);
});

it("holds each unit and each kind of data under the name that it gives itself", () => {
  for (const [name, unit] of builtIn.units) expect(unit.name).toBe(name);
  for (const [name, kind] of builtIn.kinds) expect(kind.name).toBe(name);
});
