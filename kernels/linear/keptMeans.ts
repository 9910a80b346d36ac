import { type BagLists, listOf } from "./bagLists.js";

interface KeptMean {
  readonly place: number;
  readonly list: number;
  readonly count: number;
  readonly first: Float64Array;
  readonly values: Float64Array;
}

/** Rows of input, `vectorSize` numbers every `stride`. */
interface InputRows {
  readonly input: Float32Array;
  readonly stride: number;
  readonly vectorSize: number;
}

/**
 * The means of the rows of lists, each at a place in the text, kept as long as windows hold the place: neighbouring windows share nearly all of
 * their words, and so need not read and write the rows of each again. What a window changes, it changes in the means; the rows of a list move by
 * what its mean has changed by once its place is left. Until then they, and rows that they share with lists at other places, are as they were
 * when the place was come to: a place takes the slot of the one that is `slots` before it.
 * State: two vectors a slot.
 */
export class KeptMeans {
  readonly #slots: (KeptMean | undefined)[];

  constructor(
    slots: number,
    readonly lists: BagLists,
    readonly rows: InputRows,
  ) {
    this.#slots = new Array(slots).fill(undefined);
  }

  /** The mean at a place, as it has become, and of how many rows it is; changes to it come through. */
  at(place: number, list: number): { readonly values: Float64Array; readonly count: number } {
    const slot = place % this.#slots.length;
    const known = this.#slots[slot];
    if (known?.place === place) return known;
    this.#leave(slot);
    const rows = listOf(this.lists, list);
    const first = this.#meanOf(rows);
    const kept = { place, list, count: rows.length, first, values: first.slice() };
    this.#slots[slot] = kept;
    return kept;
  }

  /** Leaves all places. */
  leaveAll(): void {
    for (let slot = 0; slot < this.#slots.length; slot++) this.#leave(slot);
  }

  #leave(slot: number): void {
    const kept = this.#slots[slot];
    if (!kept) return;
    this.#slots[slot] = undefined;
    const { input, stride } = this.rows;
    for (const row of listOf(this.lists, kept.list))
      kept.values.forEach((value, d) => {
        input[row * stride + d]! += value - kept.first[d]!;
      });
  }

  #meanOf(listed: Uint32Array): Float64Array {
    const { input, stride, vectorSize } = this.rows;
    const mean = new Float64Array(vectorSize);
    for (const row of listed) for (let d = 0; d < vectorSize; d++) mean[d]! += input[row * stride + d]! / listed.length;
    return mean;
  }
}
