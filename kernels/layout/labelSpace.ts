/**
 * Places on a picture that labels have taken, so that none covers another: who asks first has the place, so labels are asked for by weight.
 * A bit map with one place for each CELL x CELL pixels; a label costs as many looks as it covers.
 */
const CELL = 4;

export class LabelSpace {
  readonly #columns: number;
  readonly #rows: number;
  readonly #taken: Uint8Array;

  constructor(width: number, height: number) {
    this.#columns = Math.ceil(width / CELL);
    this.#rows = Math.ceil(height / CELL);
    this.#taken = new Uint8Array(this.#columns * this.#rows);
  }

  /** Takes a rectangle of pixels; false, and nothing is taken, if a part of it is taken already or lies outside. */
  take(left: number, top: number, width: number, height: number): boolean {
    const [first, last] = [Math.floor(left / CELL), Math.floor((left + width) / CELL)];
    const [above, below] = [Math.floor(top / CELL), Math.floor((top + height) / CELL)];
    if (!(first >= 0 && above >= 0 && last < this.#columns && below < this.#rows)) return false;
    for (let row = above; row <= below; row++)
      for (let at = row * this.#columns + first; at <= row * this.#columns + last; at++)
        if (this.#taken[at]) return false;
    for (let row = above; row <= below; row++)
      this.#taken.fill(1, row * this.#columns + first, row * this.#columns + last + 1);
    return true;
  }
}

/** Font size of a label in pixels: the first of N terms has `largest`, the last `least`, others by the logarithm of their place. */
export function labelSize(place: number, count: number, largest = 18, least = 11): number {
  return Math.round(largest - ((largest - least) * Math.log1p(place)) / Math.log1p(Math.max(count - 1, 1)));
}
