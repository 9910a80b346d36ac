import { expect, it } from "vitest";
import { fitted, readCamera, writtenCamera, zoomed } from "../../../page/map/camera.js";

const size = { width: 800, height: 600 };

it("shows the whole map in the middle, 24 pixels from the nearer edges", () => {
  // The height is what there is least of: 600 - 2 * 24 = 552, and 800 - 552 = 248 are left beside it.
  expect(fitted(size, 1, 1)).toEqual({ scale: 552, x: 124, y: 24 });
  // Half as high: the width decides, 752.
  expect(fitted(size, 1, 0.5)).toEqual({ scale: 752, x: 24, y: 112 });
});

it("keeps the point under the pointer where it was, in and out", () => {
  const whole = fitted(size, 1, 1);
  for (const factor of [0.7, 1.5, 40]) {
    const near = zoomed(whole, 300, 200, factor, whole.scale);
    const placeAt = ({ scale, x, y }: typeof whole) => [(300 - x) / scale, (200 - y) / scale];
    placeAt(near).forEach((value, axis) => void expect(value).toBeCloseTo(placeAt(whole)[axis]!, 12));
  }
});

it("zooms no further out than to half, and no further in than to 200 times the whole", () => {
  const whole = fitted(size, 1, 1);
  expect(zoomed(whole, 0, 0, 1e-6, whole.scale).scale).toBe(whole.scale / 2);
  expect(zoomed(whole, 0, 0, 1e6, whole.scale).scale).toBe(whole.scale * 200);
});

it("finds the same middle again in a window of another size", () => {
  const whole = fitted(size, 1, 1);
  const near = zoomed(whole, 300, 200, 8, whole.scale);
  const { x, y, z } = writtenCamera(near, size, whole.scale);
  const other = { width: 390, height: 500 };
  const read = readCamera(Number(x), Number(y), Number(z), other, fitted(other, 1, 1).scale);
  expect((other.width / 2 - read.x) / read.scale).toBeCloseTo(Number(x), 9);
  expect((other.height / 2 - read.y) / read.scale).toBeCloseTo(Number(y), 9);
  const back = readCamera(Number(x), Number(y), Number(z), size, whole.scale);
  expect(Math.abs(back.x - near.x)).toBeLessThan(0.1); // five digits of the map's width, less than a pixel
});
