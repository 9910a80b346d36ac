import { expect, it } from "vitest";
import { GrowingLabels, keepLabels } from "#kernels";
import { copyState } from "../../support/copyState.js";

it("gives labels rows as they come, and leaves out those beyond the most", () => {
  const labels = new GrowingLabels({ maxLabels: 2, minLabelCount: 1 });
  expect(labels.count(["水果", "ship"])).toEqual([0, 1]);
  expect(labels.count(["king", "ship"])).toEqual([1]);
  expect(labels.names).toEqual(["水果", "ship"]);
  expect(labels.counts).toEqual([1, 2]);
  expect(labels.documents).toBe(3);
  expect(labels.byCount()).toEqual([1, 0]);
  expect(labels.leftOut).toEqual({ belowMinLabelCount: 0, beyondMaxLabels: 1 });
});

it("waits until a label is frequent enough, and counts it from its first document on", () => {
  const labels = new GrowingLabels({ maxLabels: 5, minLabelCount: 3 });
  expect([["a"], ["b"], ["a"], ["a"], ["b"]].map((each) => labels.count(each))).toEqual([[], [], [], [0], []]);
  expect([labels.counts, labels.documents]).toEqual([[3], 3]);
  expect(labels.leftOut).toEqual({ belowMinLabelCount: 4, beyondMaxLabels: 0 });
});

it("keeps its memory bounded where labels never repeat, and still finds one that does", () => {
  const labels = new GrowingLabels({ maxLabels: 2, minLabelCount: 3 }); // 8 candidates
  for (let n = 0; n < 1000; n++) labels.count([`once ${n}`, ...(n % 4 === 0 ? ["often"] : [])]);
  expect(labels.names).toEqual(["often"]);
  expect(labels.save().arrays["candidates.counts"]).toHaveLength(8);
});

it("goes on from where it was saved", () => {
  const stream = Array.from({ length: 60 }, (_, n) => [`label ${(n * n) % 7}`, `标签 ${n % 3}`]);
  const make = () => new GrowingLabels({ maxLabels: 4, minLabelCount: 4 });
  const whole = make();
  for (const each of stream) whole.count(each);
  for (const at of [0, 5, 31]) {
    const first = make();
    for (const each of stream.slice(0, at)) first.count(each);
    const second = make();
    second.restore(copyState(first.save()));
    for (const each of stream.slice(at)) second.count(each);
    expect(second.save()).toEqual(whole.save());
  }
});

it("keeps the most frequent labels of a set that has been counted", () => {
  const set = { names: ["a", "b", "c", "d"], counts: Float64Array.of(9, 5, 5, 2) };
  const all = keepLabels(set, { minLabelCount: 1 });
  expect([all.kept.names, all.dropped.size]).toEqual([set.names, 0]);
  const { kept, dropped, leftOut } = keepLabels(set, { minLabelCount: 3, maxLabels: 2 });
  expect(kept).toEqual({ names: ["a", "b"], counts: Float64Array.of(9, 5) });
  expect([...dropped]).toEqual(["c", "d"]);
  expect(leftOut).toEqual({ belowMinLabelCount: 2, beyondMaxLabels: 5 });
});
