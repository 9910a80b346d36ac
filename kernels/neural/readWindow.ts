import type { KeptRows } from "./layers/keptAttention.js";

/**
 * The part of a text that a network reads which looks back over at most `longest` terms: the last ones, and what is kept of them.
 * State: the ids, and two vectors for each in each layer.
 */
export interface ReadWindow {
  /** Terms read in all, those before the window too. */
  readonly count: number;
  readonly ids: Uint32Array;
  /** Of each layer: rows of the first ids, of all once they are read. */
  readonly kept: readonly GrowingRows[];
}

export const NO_WINDOW: ReadWindow = { count: 0, ids: new Uint32Array(0), kept: [] };

/** By how many places windows begin one behind the other: half of the longest row. */
export function windowStride(longest: number): number {
  return Math.ceil(longest / 2);
}

/**
 * Where the window begins that the term behind `count` others is predicted by: at 0 as long as all fit, else at the first multiple of the stride
 * from which they do. So it depends on the number of terms alone, and the last half of the longest row, at least, is always seen.
 */
export function windowStart(count: number, longest: number): number {
  const stride = windowStride(longest);
  return stride * Math.max(0, Math.ceil((count - longest) / stride));
}

/**
 * The window behind further terms, and those of its ids that are to be read: the new ones, or, where the window moves, all of them, since
 * every term gets another place.
 */
export function movedWindow(
  { count, ids, kept }: ReadWindow,
  further: Uint32Array,
  longest: number,
): { readonly window: ReadWindow; readonly unread: Uint32Array } {
  const now = count + further.length;
  const start = windowStart(now, longest);
  const all = new Uint32Array(ids.length + further.length);
  all.set(ids);
  all.set(further, ids.length);
  const held = all.subarray(all.length - (now - start));
  const stays = start === windowStart(count, longest);
  return { window: { count: now, ids: held, kept: stays ? kept : [] }, unread: stays ? further : held };
}

/** Rows kept of further places behind some. The buffer doubles, and is written on where nobody else has. */
export class GrowingRows implements KeptRows {
  readonly count: number;
  readonly #buffer: RowBuffer;
  readonly #width: number;

  private constructor(buffer: RowBuffer, count: number, width: number) {
    [this.#buffer, this.count, this.#width] = [buffer, count, width];
  }

  static none(width: number): GrowingRows {
    return new GrowingRows({ values: new Float32Array(0), filled: 0 }, 0, width);
  }

  get values(): Float32Array {
    return this.#buffer.values.subarray(0, this.count * this.#width);
  }

  /** Leaves this one as it is. */
  with(rows: Float32Array): GrowingRows {
    const used = this.count * this.#width;
    const end = used + rows.length;
    const isLast = this.#buffer.filled === used && this.#buffer.values.length >= end;
    const buffer = isLast ? this.#buffer : { values: new Float32Array(2 * end), filled: used };
    if (!isLast) buffer.values.set(this.values);
    buffer.values.set(rows, used);
    buffer.filled = end;
    return new GrowingRows(buffer, end / this.#width, this.#width);
  }
}

interface RowBuffer {
  readonly values: Float32Array;
  filled: number;
}
