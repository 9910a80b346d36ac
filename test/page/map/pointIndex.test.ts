import { expect, it } from "vitest";
import { isInside, PointIndex } from "../../../page/map/pointIndex.js";

/** A grid of 10 x 10 points, 100 apart; row 10 * y + x. */
const grid = Uint16Array.from({ length: 200 }, (_, at) => 100 * (at % 2 === 0 ? (at >> 1) % 10 : Math.floor(at / 20)));
const index = new PointIndex(grid);

it("finds the nearest point within a distance, and none beyond", () => {
  expect(index.nearest(310, 190, 50)).toBe(23);
  expect(index.nearest(350, 150, 40)).toBeUndefined();
});

it("finds those in a rectangle, edges among them, the most frequent first", () => {
  expect(index.inside(100, 200, 300, 300)).toEqual([21, 22, 23, 31, 32, 33]);
});

it("chooses what lies inside a line drawn around it, however bent the line is", () => {
  // An L: the left column of three, and the lowest row of three.
  const bent = [
    { x: 50, y: 50 },
    { x: 150, y: 50 },
    { x: 150, y: 250 },
    { x: 350, y: 250 },
    { x: 350, y: 350 },
    { x: 50, y: 350 },
  ];
  expect(index.within(bent)).toEqual([11, 21, 31, 32, 33]);
  expect(index.within([...bent].reverse())).toEqual([11, 21, 31, 32, 33]);
});

it("chooses all that a test of every point finds", () => {
  const star = Array.from({ length: 9 }, (_, k) => ({
    x: 450 + (k % 2 === 0 ? 430 : 190) * Math.cos((k * 2 * Math.PI) / 9),
    y: 450 + (k % 2 === 0 ? 430 : 190) * Math.sin((k * 2 * Math.PI) / 9),
  }));
  const all = Array.from({ length: 100 }, (_, row) => row);
  const inside = all.filter((row) => isInside(grid[2 * row]!, grid[2 * row + 1]!, star));
  expect(index.within(star)).toEqual(inside);
  expect(inside.length).toBeGreaterThan(10);
});
