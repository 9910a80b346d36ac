import { expect, it } from "vitest";
import { principalAxes, projected } from "#kernels";
import reference from "../../reference/principalAxes.json" with { type: "json" };

const close = (values: Iterable<number>) => [...values].map((value) => expect.closeTo(value, 6));

it("are those of numpy: see test/reference/principalAxes.py", () => {
  const rows = Float32Array.from(reference.rows.flat());
  const found = principalAxes(rows, 4, 9, 2);
  expect([...found.mean]).toEqual(close(reference.mean));
  expect(found.variances).toEqual(close(reference.variances));
  expect(found.axes.map((axis) => [...axis])).toEqual(reference.axes.map(close));
  expect([...projected(rows, 4, 9, found)]).toEqual(close(reference.points.flat()));
});

it("are of length 1 and at right angles, and as many as there are dimensions", () => {
  const rows = Float32Array.of(1, 2, 3, 5, 8, 1);
  const [first, second, ...others] = principalAxes(rows, 2, 3, 3).axes;
  expect(others).toEqual([]);
  expect(Math.hypot(...first!)).toBeCloseTo(1, 12);
  expect(first![0]! * second![0]! + first![1]! * second![1]!).toBeCloseTo(0, 12);
});

it("of rows that are all the same have no variance, and put all at one place", () => {
  const rows = Float32Array.of(1, 2, 1, 2, 1, 2);
  const found = principalAxes(rows, 2, 3, 2);
  expect(found.variances).toEqual([0, 0]);
  expect([...projected(rows, 2, 3, found)]).toEqual([0, 0, 0, 0, 0, 0].map((value) => expect.closeTo(value, 12)));
});
