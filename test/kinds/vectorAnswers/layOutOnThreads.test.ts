import { expect, it } from "vitest";
import { layOutOnThreads } from "../../../dist/kinds/vectorAnswers/layOutOnThreads.js";

it("lays out more terms than one layout begins with, from that of those in front on a thread of its own", async () => {
  const [count, corners] = [8_001, 4];
  // each row near one of (+-1, +-1, 0)
  const values = Float32Array.from({ length: count * 3 }, (_, at) => {
    const corner = Math.floor(at / 3) % corners;
    const noise = ((at * 7919) % 1013) / 1013 - 0.5;
    return [corner & 1 ? 1 : -1, corner & 2 ? 1 : -1, 0][at % 3]! + noise / 2;
  });
  const { points } = await layOutOnThreads(values, 3, { method: "neighbors", seed: 1 });
  expect(points.every(Number.isFinite)).toBe(true);
  const nearestTo = (row: number) => {
    const apart = (id: number) =>
      id === row
        ? Infinity
        : Math.hypot(points[2 * id]! - points[2 * row]!, points[2 * id + 1]! - points[2 * row + 1]!);
    return [...Array(count).keys()].reduce((best, id) => (apart(id) < apart(best) ? id : best));
  };
  const sample = Array.from({ length: 60 }, (_, k) => 131 * k);
  expect(sample.filter((row) => nearestTo(row) % corners === row % corners).length).toBeGreaterThan(57);
});
