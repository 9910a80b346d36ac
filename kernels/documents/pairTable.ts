/**
 * Distinct pairs of numbers, numbered from 0 in the order in which they first come, with how often they came. A pair whose first number is
 * that of another pair goes on from it, so that sequences of any length lie in a table of pairs, as in a trie.
 *
 * State: 24 to 36 bytes a pair.
 */
export class PairTable {
  #firsts = new Uint32Array(LEAST);
  #seconds = new Uint32Array(LEAST);
  #counts = new Uint32Array(LEAST);
  /** Numbers of pairs, from 1; 0 stands for a free place. */
  #slots = new Uint32Array(4 * LEAST);
  #size = 0;

  /** How many pairs there are, P. */
  get size(): number {
    return this.#size;
  }

  /** By number (P,). */
  get firsts(): Uint32Array {
    return this.#firsts;
  }

  get seconds(): Uint32Array {
    return this.#seconds;
  }

  get counts(): Uint32Array {
    return this.#counts;
  }

  /** Takes all pairs out. */
  clear(): void {
    if (this.#slots.length > 4 * LEAST && 16 * this.#size < this.#slots.length)
      this.#slots = new Uint32Array(4 * LEAST);
    else this.#slots.fill(0);
    this.#size = 0;
  }

  /** Counts a pair once, and returns its number. */
  add(first: number, second: number): number {
    const place = this.#placeOf(first, second);
    const known = this.#slots[place]!;
    if (known > 0) {
      this.#counts[known - 1]!++;
      return known - 1;
    }
    const pair = this.#size++;
    if (pair === this.#firsts.length) this.#grow();
    this.#firsts[pair] = first;
    this.#seconds[pair] = second;
    this.#counts[pair] = 1;
    this.#slots[place] = this.#size;
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return pair;
  }

  /** The number of a pair; -1 if it never came. */
  find(first: number, second: number): number {
    return this.#slots[this.#placeOf(first, second)]! - 1;
  }

  #placeOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let place = hash(first, second) & mask;
    for (let known = this.#slots[place]!; known > 0; known = this.#slots[place]!) {
      if (this.#firsts[known - 1] === first && this.#seconds[known - 1] === second) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #grow(): void {
    const grown = (values: Uint32Array) => {
      const larger = new Uint32Array(2 * values.length);
      larger.set(values);
      return larger;
    };
    [this.#firsts, this.#seconds, this.#counts] = [grown(this.#firsts), grown(this.#seconds), grown(this.#counts)];
  }

  #rehash(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let pair = 0; pair < this.#size; pair++)
      this.#slots[this.#placeOf(this.#firsts[pair]!, this.#seconds[pair]!)] = pair + 1;
  }
}

const LEAST = 1024;

function hash(first: number, second: number): number {
  let h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
