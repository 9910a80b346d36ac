import KDBush from "kdbush";

export interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Finds points by place. Made when it is first needed: a second for a million points. */
export class PointIndex {
  readonly #points: Uint16Array;
  #tree: KDBush | undefined;

  constructor(points: Uint16Array) {
    this.#points = points;
  }

  /** The nearest point within a distance, of all in units of the points. */
  nearest(x: number, y: number, within: number): number | undefined {
    const distance = (row: number) => Math.hypot(this.#points[2 * row]! - x, this.#points[2 * row + 1]! - y);
    const found = this.#index().within(x, y, within);
    return found.length === 0 ? undefined : found.reduce((best, row) => (distance(row) < distance(best) ? row : best));
  }

  /** Those in a rectangle, the most frequent first. */
  inside(left: number, top: number, right: number, bottom: number): number[] {
    return this.#index()
      .range(left, top, right, bottom)
      .sort((a, b) => a - b);
  }

  /** Those inside a closed line, the most frequent first. */
  within(line: readonly Corner[]): number[] {
    const [xs, ys] = [line.map(({ x }) => x), line.map(({ y }) => y)];
    const box = this.inside(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    return box.filter((row) => isInside(this.#points[2 * row]!, this.#points[2 * row + 1]!, line));
  }

  #index(): KDBush {
    if (this.#tree) return this.#tree;
    const tree = new KDBush(this.#points.length / 2, 64, Uint16Array);
    for (let at = 0; at < this.#points.length; at += 2) tree.add(this.#points[at]!, this.#points[at + 1]!);
    this.#tree = tree.finish();
    return tree;
  }
}

/** Whether a ray from the point crosses the line an odd number of times. */
export function isInside(x: number, y: number, line: readonly Corner[]): boolean {
  let isIn = false;
  line.forEach((corner, k) => {
    const before = line.at(k - 1)!;
    const crosses = corner.y > y !== before.y > y;
    if (crosses && x < ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x) isIn = !isIn;
  });
  return isIn;
}
