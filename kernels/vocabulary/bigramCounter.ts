/**
 * Counts pairs of ids by open addressing over typed arrays.
 *
 * Bound: at most `maxPairs` pairs. When one more would come, every pair is removed whose count is at most t, the smallest count that
 * frees a quarter of the places or more; the rule looks at nothing but the pairs so far. State: 16 bytes a place, at most half of
 * them taken, so 32 to 64 bytes a pair.
 */
export class BigramCounter {
  readonly #maxPairs: number;
  #first = new Uint32Array(1 << 12);
  #second = new Uint32Array(1 << 12);
  /** 0 stands for a free place. */
  #counts = new Float64Array(1 << 12);
  #size = 0;
  #pruned = 0;

  constructor(maxPairs: number) {
    this.#maxPairs = maxPairs;
  }

  /** Occurrences whose pair was removed. */
  get prunedOccurrences(): number {
    return this.#pruned;
  }

  add(first: number, second: number): void {
    const place = this.#find(first, second);
    if (this.#counts[place]! > 0) {
      this.#counts[place]!++;
      return;
    }
    if (this.#size === this.#maxPairs) {
      this.#prune();
      this.add(first, second);
      return;
    }
    this.#put(place, first, second, 1);
    if (2 * this.#size > this.#counts.length) this.#rebuild(2 * this.#counts.length, 0);
  }

  forEach(visit: (first: number, second: number, count: number) => void): void {
    this.#counts.forEach((count, place) => {
      if (count > 0) visit(this.#first[place]!, this.#second[place]!, count);
    });
  }

  #find(first: number, second: number): number {
    const mask = this.#counts.length - 1;
    let place = hash(first, second) & mask;
    while (this.#counts[place]! > 0 && (this.#first[place] !== first || this.#second[place] !== second)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  #put(place: number, first: number, second: number, count: number): void {
    this.#first[place] = first;
    this.#second[place] = second;
    this.#counts[place] = count;
    this.#size++;
  }

  #prune(): void {
    const ranked = this.#counts.filter((count) => count > 0).sort();
    this.#rebuild(this.#counts.length, ranked[Math.floor((ranked.length - 1) / 4)]!);
  }

  /** Moves all pairs whose count is above `floor` to a table of `length` places. */
  #rebuild(length: number, floor: number): void {
    const [first, second, counts] = [this.#first, this.#second, this.#counts];
    this.#first = new Uint32Array(length);
    this.#second = new Uint32Array(length);
    this.#counts = new Float64Array(length);
    this.#size = 0;
    counts.forEach((count, place) => {
      if (count > floor) this.#put(this.#find(first[place]!, second[place]!), first[place]!, second[place]!, count);
      else this.#pruned += count;
    });
  }
}

function hash(first: number, second: number): number {
  let h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
