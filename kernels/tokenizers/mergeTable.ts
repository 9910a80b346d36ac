/** Numbers of an entry: both ids, the rank moved up by one (0 in a free place), and one that fills it up to 16 bytes. */
const ENTRY = 4;

/**
 * The ranks of merges by their pairs of ids, as an open-addressing hash in which all that is known of a pair lies together: looking pairs up is
 * most of the work of byte-pair encoding. State: 32 to 64 bytes a merge.
 */
export class MergeTable {
  readonly #entries: Int32Array;
  readonly #last: number;

  /** @param most how many pairs there will be */
  constructor(most: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * most + 2));
    this.#entries = new Int32Array(ENTRY * places);
    this.#last = ENTRY * (places - 1);
  }

  /** Gives a pair a rank; it forgets one that it had. */
  set(first: number, second: number, rank: number): void {
    this.#entries.set([first, second, rank + 1], this.#placeOf(first, second));
  }

  /** The rank of a pair, or -1. */
  rankOf(first: number, second: number): number {
    return this.#entries[this.#placeOf(first, second) + 2]! - 1;
  }

  /** Where a pair stands, or the free place where it would. */
  #placeOf(first: number, second: number): number {
    const entries = this.#entries;
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
    let place = ((hash ^ (hash >>> 13)) << 2) & this.#last; // times ENTRY
    while (entries[place + 2] !== 0 && (entries[place] !== first || entries[place + 1] !== second))
      place = (place + ENTRY) & this.#last;
    return place;
  }
}
