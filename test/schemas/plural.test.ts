import { expect, it } from "vitest";
import { plural } from "#schemas";

it("counts one thing and many", () => {
  expect([0, 1, 2].map((count) => plural(count, "file"))).toEqual(["0 files", "1 file", "2 files"]);
  expect(plural(1, "entry", "entries")).toBe("1 entry");
  expect(plural(3, "entry", "entries")).toBe("3 entries");
});
