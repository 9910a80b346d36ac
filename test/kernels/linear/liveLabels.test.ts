import { expect, it } from "vitest";
import { BagRecords, LiveLabels } from "#kernels";
import { copyState } from "../../support/copyState.js";

const settings = { loss: "negativeSampling", negative: 1, classWeights: "none", seed: 1 } as const;
const make = () => new LiveLabels({ ...settings, maxLabels: 9, minLabelCount: 1 });

/** The noise label of each of 400 documents about row 0. */
function noiseOf(labels: LiveLabels, first: number): number[] {
  return Array.from({ length: 400 }, (_, n) => {
    const records = new BagRecords();
    records.begin(1);
    labels.write(records, [0], 1, 0, first + n);
    return records.save()[7]!; // rate, lists, rows, outputs, [row 0, target, weight], [noise
  });
}

it("draws noise from the labels so far, in proportion to the roots of their counts", () => {
  const labels = make();
  for (const name of ["a", "b", "c"]) labels.rowsOf([name]);
  const even = noiseOf(labels, 0);
  expect(Math.abs(even.filter((row) => row === 1).length - 200)).toBeLessThan(50); // five standard deviations
  for (let n = 0; n < 80; n++) labels.rowsOf(["b"]);
  // The roots of 81 and 1 are as 9 to 1; the counts that noise is drawn by lag at most a sixteenth behind.
  expect(Math.abs(noiseOf(labels, 1000).filter((row) => row === 1).length - 360)).toBeLessThan(35);
  labels.rowsOf(["d"]);
  expect(noiseOf(labels, 2000)).toContain(3);
});

it("goes on from where it was saved, with the noise that it had", () => {
  const labels = make();
  for (let n = 0; n < 50; n++) labels.rowsOf([n % 4 === 0 ? "苹果" : "a"]);
  const next = make();
  next.restore(copyState(labels.save()));
  expect(noiseOf(next, 0)).toEqual(noiseOf(labels, 0));
  for (const each of [labels, next]) for (let n = 0; n < 9; n++) each.rowsOf(["苹果"]);
  expect(next.save()).toEqual(labels.save());
});
