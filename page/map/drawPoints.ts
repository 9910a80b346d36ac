import type { Camera } from "./camera.js";

const GRID = 65_535;
/** Colours that are told apart on light and dark ground; by their names in the table. */
export const COLOURS: readonly (readonly [red: number, green: number, blue: number])[] = [
  [47, 116, 192],
  [214, 99, 29],
  [63, 143, 79],
  [150, 92, 200],
  [196, 66, 66],
  [138, 98, 72],
  [208, 96, 160],
  [120, 130, 40],
  [30, 150, 160],
  [120, 125, 135],
];

/** One number a point: red, green, blue and alpha as they lie in the memory of a picture. */
export type PointColours = Uint32Array;

const packed = (red: number, green: number, blue: number): number => (255 << 24) | (blue << 16) | (green << 8) | red;

export function coloursByGroup(groups: Uint8Array): PointColours {
  const colours = COLOURS.map(([red, green, blue]) => packed(red, green, blue));
  return Uint32Array.from(groups, (group) => colours[group % colours.length]!);
}

/** From the most frequent, warm, to the rarest, cold, by the logarithm of their places. */
export function coloursByRank(count: number): PointColours {
  const last = Math.log1p(Math.max(1, count - 1));
  return Uint32Array.from({ length: count }, (_, row) => {
    const rare = Math.log1p(row) / last;
    return packed(Math.round(225 - 185 * rare), Math.round(90 + 50 * rare), Math.round(30 + 160 * rare));
  });
}

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
