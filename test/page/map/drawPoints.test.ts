import { expect, it } from "vitest";
import { coloursByGroup, coloursByRank } from "../../../page/map/colours.js";
import { drawPoints } from "../../../page/map/drawPoints.js";

const camera = { scale: 9, x: 0, y: 0 };
const [width, height] = [10, 10];
const draw = (points: number[], colours: Uint32Array, size = 1, step = 1) => {
  const pixels = new Uint32Array(width * height);
  drawPoints(pixels, width, height, Uint16Array.from(points), colours, camera, size, step);
  return pixels;
};

it("draws each point where it lies, and nothing of what lies outside", () => {
  // 65,535 is the far edge of the map: 9 pixels; half a pixel to the left and up is the corner of a point of one pixel.
  const pixels = draw([21_845, 0, 65_535, 65_535, 7_282, 14_564], Uint32Array.of(1, 2, 3));
  const found = [...pixels.entries()].filter(([, colour]) => colour > 0);
  expect(found).toEqual([
    [2, 1], // 21,845 / 65,535 * 9 = 3, less half
    [10, 3], // 1 and 2, less half
    [88, 2],
  ]);
});

it("draws frequent terms over rare ones", () => {
  expect(draw([30_000, 30_000, 30_000, 30_000], Uint32Array.of(7, 8)).filter((colour) => colour > 0)).toEqual(
    Uint32Array.of(7),
  );
});

it("draws each third point alone, the most frequent among them", () => {
  const points = Array.from({ length: 7 }, (_, k) => [9000 * (k + 1), 30_000]).flat();
  const drawn = draw(
    points,
    Uint32Array.from({ length: 7 }, (_, k) => k + 1),
    1,
    3,
  );
  expect([...drawn.filter((colour) => colour > 0)].sort()).toEqual([1, 4, 7]);
});

it("gives each point a colour that hides what lies behind it", () => {
  const opaque = (colour: number) => colour >>> 24;
  expect([...coloursByGroup(Uint8Array.of(0, 1, 25))].map(opaque)).toEqual([255, 255, 255]);
  expect([...coloursByRank(4)].map(opaque)).toEqual([255, 255, 255, 255]);
  expect(coloursByGroup(Uint8Array.of(3, 13))[0]).toBe(coloursByGroup(Uint8Array.of(3, 13))[1]); // ten colours, again from the first
});
