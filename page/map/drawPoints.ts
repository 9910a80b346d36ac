import type { Camera } from "./camera.js";
import type { PointColours } from "./colours.js";

const GRID = 65_535;

/** More points than this are thinned while the map moves. */
export const MOST_MOVING = 250_000;

/**
 * Writes points into the pixels of a picture, the rarest first, so that frequent terms lie on top. By the processor,
 * so that it is the same on a machine without a graphics card.
 * @param pixels (height, width)
 * @param step draws each `step`-th point alone
 */
export function drawPoints(
  pixels: Uint32Array,
  width: number,
  height: number,
  points: Uint16Array,
  colours: PointColours,
  camera: Camera,
  pointSize: number,
  step = 1,
): void {
  const scale = camera.scale / GRID;
  const [right, bottom] = [width - pointSize, height - pointSize];
  const half = pointSize / 2;
  const last = colours.length - 1;
  for (let row = last - (last % step); row >= 0; row -= step) {
    const x = (points[2 * row]! * scale + camera.x - half) | 0;
    const y = (points[2 * row + 1]! * scale + camera.y - half) | 0;
    if (x < 0 || y < 0 || x > right || y > bottom) continue;
    const colour = colours[row]!;
    for (let at = y * width + x, end = at + pointSize * width; at < end; at += width)
      for (let k = 0; k < pointSize; k++) pixels[at + k] = colour;
  }
}
