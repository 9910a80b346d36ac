/**
 * The distinct terms of a token stream, with their counts, as an open-addressing hash over typed arrays: no string is made until
 * a term is asked for.
 *
 * Bound: at most `maxTerms` terms, and 2 GiB of their text. When a new term would exceed that, a quarter of the places or more is
 * freed: every term is removed whose count is at most t, the smallest count for which that is so. The rule looks at nothing but the
 * tokens so far; what was removed is counted, and a term that comes back gets a new id. (word2vec.c does the same with t = 1, 2, 3, ...,
 * whether or not that frees anything: ReduceVocab.)
 *
 * Memory: 16 to 32 bytes a term and its text, up to twice that while it grows.
 */
import type { Lexicon } from "../schemas/tokens.js";

/** Running hash of a term's bytes: start from `hashStart`, take in one byte after the other. FNV-1a. */
export const hashStart = 0x811c9dc5 | 0;
export const hashPrime = 0x01000193;

export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = hashStart;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, hashPrime);
  return hash;
}

export interface LexiconBounds {
  readonly maxTerms?: number;
  /** Bytes of UTF-8 of all terms together. */
  readonly maxBytes?: number;
}

/** Live terms by rank, which is the order of their ids; without pruning, rank and id are the same. */
interface Terms {
  live: number;
  ids: Uint32Array;
  counts: Float64Array;
  /** Where the term of a rank ends in `text`; it begins where the one before ends (R + 1, from 0). */
  ends: Uint32Array;
  text: Uint8Array;
}

const largestId = 2 ** 32 - 1;

export class GrowingLexicon implements Lexicon {
  readonly #maxTerms: number;
  readonly #maxBytes: number;
  #terms = emptyTerms(1024, 8192);
  /** Pairs of a term's hash and its rank + 1; 0 stands for a free place. */
  #slots = new Int32Array(2 * 2048);
  #size = 0;
  #prunedOccurrences = 0;
  /** What stood here before each pruning since `forgetPruned`. */
  #pruned: Terms[] = [];

  constructor({ maxTerms = 10_000_000, maxBytes = 2 ** 31 }: LexiconBounds = {}) {
    this.#maxTerms = maxTerms;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#size;
  }

  get prunedOccurrences(): number {
    return this.#prunedOccurrences;
  }

  /** Counts one occurrence of the term `bytes[start, end)`, whose running hash is given, and returns its id. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const place = this.#find(bytes, start, end, hash);
    const rank = this.#slots[place + 1]! - 1;
    if (rank < 0) return this.#admit(bytes, start, end, hash, place);
    this.#terms.counts[rank]!++;
    return this.#terms.ids[rank]!;
  }

  /** The id of a term that is live. */
  idOf(term: string): number | undefined {
    const bytes = new TextEncoder().encode(term);
    const place = this.#find(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
    const rank = this.#slots[place + 1]! - 1;
    return rank < 0 ? undefined : this.#terms.ids[rank];
  }

  term(id: number): string | undefined {
    for (const terms of [this.#terms, ...this.#pruned]) {
      const rank = rankOf(terms, id);
      if (rank >= 0) return decoder.decode(terms.text.subarray(terms.ends[rank], terms.ends[rank + 1]));
    }
    return undefined;
  }

  count(id: number): number {
    const rank = rankOf(this.#terms, id);
    return rank < 0 ? 0 : this.#terms.counts[rank]!;
  }

  /**
   * From now on `term` knows only live terms. Called once the tokens so far were passed on: whoever reads a batch when it comes
   * finds every term in it, wherever the batch ends.
   */
  forgetPruned(): void {
    if (this.#pruned.length > 0) this.#pruned = [];
  }

  /** Where the term stands in `slots`, or the free place where it would. */
  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const { ends, text } = this.#terms;
    const last = slots.length - 2;
    const length = end - start;
    let place = placeOf(hash, last);
    for (let rank = slots[place + 1]! - 1; rank >= 0; rank = slots[place + 1]! - 1) {
      if (slots[place] === hash) {
        const first = ends[rank]!;
        if (ends[rank + 1]! - first === length) {
          let i = 0;
          while (i < length && text[first + i] === bytes[start + i]) i++;
          if (i === length) return place;
        }
      }
      place = (place + 2) & last;
    }
    return place;
  }

  #admit(bytes: Uint8Array, start: number, end: number, hash: number, place: number): number {
    const length = end - start;
    if (this.#size === largestId) throw new RangeError(`lexicon: must give out at most ${largestId} ids`);
    if (this.#isFull(length)) {
      while (this.#isFull(length)) this.#prune();
      place = this.#find(bytes, start, end, hash);
    }
    this.#reserve(length);
    const terms = this.#terms;
    const rank = terms.live++;
    const first = terms.ends[rank]!;
    terms.text.set(bytes.subarray(start, end), first);
    terms.ends[rank + 1] = first + length;
    terms.ids[rank] = this.#size;
    terms.counts[rank] = 1;
    this.#slots[place] = hash;
    this.#slots[place + 1] = rank + 1;
    if (4 * terms.live > this.#slots.length) this.#rehash(2 * this.#slots.length);
    return this.#size++;
  }

  #isFull(length: number): boolean {
    const { live, ends } = this.#terms;
    return live > 0 && (live >= this.#maxTerms || ends[live]! + length > this.#maxBytes);
  }

  /** Makes room for one more term of that many bytes. */
  #reserve(length: number): void {
    const { live, ends, ids, text } = this.#terms;
    const bytes = ends[live]! + length;
    if (live < ids.length && bytes <= text.length) return;
    const moreTerms = live < ids.length ? ids.length : 2 * ids.length;
    const moreBytes = bytes <= text.length ? text.length : Math.max(bytes, Math.min(2 * text.length, this.#maxBytes));
    const grown = emptyTerms(moreTerms, moreBytes);
    grown.live = live;
    grown.ids.set(ids);
    grown.counts.set(this.#terms.counts);
    grown.ends.set(ends);
    grown.text.set(text);
    this.#terms = grown;
  }

  #rehash(length: number): void {
    const old = this.#slots;
    const slots = new Int32Array(length);
    const last = length - 2;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let place = placeOf(old[i]!, last);
      while (slots[place + 1] !== 0) place = (place + 2) & last;
      slots[place] = old[i]!;
      slots[place + 1] = old[i + 1]!;
    }
    this.#slots = slots;
  }

  #prune(): void {
    const old = this.#terms;
    const threshold = old.counts.slice(0, old.live).sort()[Math.ceil(old.live / 4) - 1]!;
    const kept = emptyTerms(old.ids.length, old.text.length);
    const ranks = new Int32Array(old.live); // new rank + 1; 0 for a term that goes
    let end = 0;
    for (let rank = 0; rank < old.live; rank++) {
      const count = old.counts[rank]!;
      if (count <= threshold) {
        this.#prunedOccurrences += count;
        continue;
      }
      const term = old.text.subarray(old.ends[rank], old.ends[rank + 1]);
      kept.text.set(term, end);
      end += term.length;
      kept.ids[kept.live] = old.ids[rank]!;
      kept.counts[kept.live] = count;
      kept.ends[++kept.live] = end;
      ranks[rank] = kept.live;
    }
    this.#pruned.push(old);
    this.#terms = kept;
    const slots = this.#slots;
    for (let i = 1; i < slots.length; i += 2) if (slots[i] !== 0) slots[i] = ranks[slots[i]! - 1]!;
    this.#rehash(slots.length); // closes the gaps
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function emptyTerms(terms: number, bytes: number): Terms {
  return {
    live: 0,
    ids: new Uint32Array(terms),
    counts: new Float64Array(terms),
    ends: new Uint32Array(terms + 1),
    text: new Uint8Array(bytes),
  };
}

/** FNV-1a leaves its low bits uneven: a multiplication and a shift mix all of them in. Even, as a place is a pair. */
function placeOf(hash: number, last: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) & last;
}

/** Where an id stands, or -1. Ids ascend with the rank, and never lag behind it. */
function rankOf({ live, ids }: Terms, id: number): number {
  let low = 0;
  let high = Math.min(id, live - 1);
  if (ids[high] === id) return high; // always so without pruning
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (ids[middle] === id) return middle;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
