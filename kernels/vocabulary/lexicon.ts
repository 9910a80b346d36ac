/**
 * The distinct terms of a token stream, with their counts, as an open-addressing hash over typed arrays: no string is made until
 * a term is asked for.
 *
 * Bound: at most `maxTerms` terms, and 2 GiB of their text. When a new term would exceed that, a quarter of the places or more is
 * freed: every term is removed whose count is at most t, the smallest count for which that is so. The rule looks at nothing but the
 * tokens so far; what was removed is counted, and a term that comes back gets a new id. (word2vec.c does the same with t = 1, 2, 3, ...,
 * whether or not that frees anything: ReduceVocab.)
 *
 * Memory: 36 to 68 bytes a term and its text, up to twice that while it grows.
 */
import type { StageState } from "../../schemas/state.js";
import type { Lexicon } from "../../schemas/tokens.js";
import { TextMaker } from "../text/textMaker.js";

/** Bytes of so many terms of common length while the lexicon grows, as told above. */
export const lexiconBytes = (terms: number): number => 2 * (68 + 8) * terms;

export interface LexiconBounds {
  readonly maxTerms?: number;
  /** Of all terms together, with 16 bytes for each beside its text. */
  readonly maxBytes?: number;
}

/** A table of live terms beside the lexicon, which finds and counts them by itself. */
export interface TermCache {
  /** Counts one occurrence of a term and returns its id; undefined if the lexicon is to do so. */
  add(bytes: Uint8Array, start: number, end: number): number | undefined;
  /** Hands over what it has counted since it last did, by `addTimes`. */
  flush(): void;
  /** Ids are about to lose their terms: it knows none from now on. */
  clear(): void;
}

/**
 * Live terms by rank, which is the order of their ids; without pruning, rank and id are the same. What is known of a term lies
 * together, so that to count it costs few cache lines: a record of its id, count (low, high), length and text, in whole words
 * filled up with zeros.
 */
interface Terms {
  live: number;
  /** Where the record of a rank begins, in words (R,). */
  starts: Uint32Array;
  /** Words of `records` in use. */
  end: number;
  records: Int32Array;
  /** The same memory. */
  bytes: Uint8Array;
}

const ID = 0;
const COUNT_LOW = 1;
const COUNT_HIGH = 2;
const LENGTH = 3;
const TEXT = 4;

/** Words of text that every record has at least, so that most terms are compared without a loop. */
const LEAST_TEXT = 2;
/** Which bits of the two words at a term's start belong to a term of so many bytes (0..8). */
const firstMask = Int32Array.from({ length: 9 }, (_, length) => maskOf(length));
const secondMask = Int32Array.from({ length: 9 }, (_, length) => maskOf(length - 4));

const largestId = 2 ** 32 - 1;

/** Room for terms once they are many: what is not written to takes no memory, whereas to grow in small steps would write all of it again and again. */
const LEAST_GROWN = 2 ** 22;

export class GrowingLexicon implements Lexicon {
  readonly #maxTerms: number;
  readonly #maxWords: number;
  #terms = emptyTerms(1024, 8192);
  /** Pairs of a term's hash and the start of its record; 0, where none begins, stands for a free place. */
  #slots = new Int32Array(2 * 2048);
  /** Terms of the first ranks that have a place in the slots; the others get one when a term is looked for. */
  #indexed = 0;
  #size = 0;
  /** Of the term that was looked for last. */
  #hash = 0;
  #prunedOccurrences = 0;
  /** The bytes that terms came from last, in words. */
  #viewed: Uint8Array | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Where a term is copied that lies too near to the end of its bytes to be read in words. */
  #edge = new Uint8Array(64);
  #edgeView = new DataView(this.#edge.buffer);
  /** What stood here before each pruning since `forgetPruned`. */
  #pruned: Terms[] = [];
  #cache: TermCache | undefined;

  constructor({ maxTerms = 10_000_000, maxBytes = 2 ** 31 }: LexiconBounds = {}) {
    this.#maxTerms = maxTerms;
    this.#maxWords = maxBytes >>> 2;
  }

  get size(): number {
    return this.#size;
  }

  get prunedOccurrences(): number {
    return this.#prunedOccurrences;
  }

  /** Counts one occurrence of the term `bytes[start, end)`, and returns its id. */
  add(bytes: Uint8Array, start: number, end: number): number {
    return this.#cache?.add(bytes, start, end) ?? this.#add(bytes, start, end);
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    const place = this.#find(bytes, start, end);
    const at = this.#slots[place + 1]!;
    if (at === 0) return this.#admit(bytes, start, end, place);
    const { records } = this.#terms;
    countOnce(records, at);
    return records[at + ID]! >>> 0;
  }

  /** From now on a cache finds and counts terms, too; or none does. */
  countWith(cache: TermCache | undefined): void {
    this.#cache?.flush();
    this.#cache = cache;
  }

  /** The next id, and the one before which the lexicon is full, as far as the number of terms goes. */
  get nextIds(): { readonly from: number; readonly to: number } {
    const from = this.#size;
    return { from, to: Math.min(from + this.#maxTerms - this.#terms.live, largestId) };
  }

  /** Visits the live terms, as bytes[start, end), in the order of their ids. */
  forEachLive(visit: (id: number, bytes: Uint8Array, start: number, end: number) => void): void {
    const { live, starts, records, bytes } = this.#terms;
    for (let rank = 0; rank < live; rank++) {
      const at = starts[rank]!;
      const text = 4 * (at + TEXT);
      visit(records[at + ID]! >>> 0, bytes, text, text + records[at + LENGTH]!);
    }
  }

  /** Takes in terms that are known to be new: their records as they lie here, of no occurrence, with the ids from `nextIds` on, and where each begins. */
  appendAll(records: Int32Array, starts: Uint32Array): void {
    this.#reserve(records.length, starts.length);
    const terms = this.#terms;
    terms.records.set(records, terms.end);
    for (let i = 0; i < starts.length; i++) terms.starts[terms.live + i] = terms.end + starts[i]!;
    terms.end += records.length;
    terms.live += starts.length;
    this.#size += starts.length;
  }

  /** Counts so many more occurrences of a live term. */
  addTimes(id: number, times: number): void {
    const { records } = this.#terms;
    const at = recordOf(this.#terms, id);
    const low = (records[at + COUNT_LOW]! >>> 0) + times;
    records[at + COUNT_LOW] = low | 0;
    if (low >= 2 ** 32) records[at + COUNT_HIGH]!++;
  }

  /** Counts one more occurrence of a term by its id; false if it is not live. */
  addAgain(id: number): boolean {
    const at = recordOf(this.#terms, id);
    if (at !== 0) countOnce(this.#terms.records, at);
    return at !== 0;
  }

  /** The id of a term that is live. */
  idOf(term: string): number | undefined {
    const bytes = new TextEncoder().encode(term);
    const at = this.#slots[this.#find(bytes, 0, bytes.length) + 1]!;
    return at === 0 ? undefined : this.#terms.records[at + ID]! >>> 0;
  }

  term(id: number): string | undefined {
    let text = textOf(this.#terms, id);
    for (let i = 0; text === undefined && i < this.#pruned.length; i++) text = textOf(this.#pruned[i]!, id);
    return text;
  }

  terms(ids: ArrayLike<number>): string[] {
    const { records, bytes } = this.#terms;
    const maker = new TextMaker();
    for (let i = 0; i < ids.length; i++) {
      const at = recordOf(this.#terms, ids[i]!);
      const text = 4 * (at + TEXT);
      maker.add(bytes, text, text + records[at + LENGTH]!);
    }
    return maker.finish();
  }

  count(id: number): number {
    this.#cache?.flush();
    const at = recordOf(this.#terms, id);
    return at === 0 ? 0 : countAt(this.#terms, at);
  }

  /**
   * From now on `term` knows only live terms. Called once the tokens so far were passed on: whoever reads a batch when it comes
   * finds every term in it, wherever the batch ends.
   */
  forgetPruned(): void {
    if (this.#pruned.length > 0) this.#pruned = [];
  }

  /** All live terms and their counts. Arrays are views: to be written down before the next term comes. */
  save(): StageState {
    this.#cache?.flush();
    const { live, starts, end, records } = this.#terms;
    return {
      facts: { size: this.#size, prunedOccurrences: this.#prunedOccurrences },
      arrays: { starts: starts.subarray(0, live), records: records.subarray(0, end) },
    };
  }

  /** Goes on from a state; no term was added yet. */
  restore({ facts, arrays }: StageState): void {
    const [starts, records] = [arrays.starts as Uint32Array, arrays.records as Int32Array];
    this.#size = facts.size as number;
    this.#prunedOccurrences = facts.prunedOccurrences as number;
    const terms = emptyTerms(Math.max(1024, starts.length), Math.max(8192, records.length));
    terms.records.set(records);
    terms.starts.set(starts);
    this.#terms = { ...terms, live: starts.length, end: records.length };
  }

  /** Where the term, whose hash it keeps, stands in `slots`, or the free place where it would. */
  #find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#indexed < this.#terms.live) this.#index();
    const length = end - start;
    const view = this.#viewOf(bytes, start, end);
    const from = view === this.#edgeView ? 0 : start;
    const shown = Math.min(length, 8);
    const first = view.getInt32(from, true) & firstMask[shown]!;
    const second = view.getInt32(from + 4, true) & secondMask[shown]!;
    const hash = hashOf(view, from, length, first, second);
    this.#hash = hash;
    const slots = this.#slots;
    const { records } = this.#terms;
    const last = slots.length - 2;
    let place = hash & last;
    for (let at = slots[place + 1]!; at !== 0; at = slots[place + 1]!) {
      if (
        slots[place] === hash &&
        records[at + LENGTH] === length &&
        records[at + TEXT] === first &&
        records[at + TEXT + 1] === second &&
        (length <= 8 || hasRest(records, at + TEXT, view, from, length))
      )
        return place;
      place = (place + 2) & last;
    }
    return place;
  }

  /** Something that shows the term in whole words, from `start`, or from 0 if it lies too near to the end of its bytes. */
  #viewOf(bytes: Uint8Array, start: number, end: number): DataView {
    if (end + 8 > bytes.length) {
      if (end - start + 8 > this.#edge.length) {
        this.#edge = new Uint8Array(2 * (end - start + 8));
        this.#edgeView = new DataView(this.#edge.buffer);
      }
      this.#edge.set(bytes.subarray(start, end));
      return this.#edgeView;
    }
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }

  #admit(bytes: Uint8Array, start: number, end: number, place: number): number {
    const length = end - start;
    const words = recordWords(length);
    if (this.#size === largestId)
      throw new RangeError(`lexicon: ids must be below ${largestId}, and all were given out`);
    if (this.#isFull(words)) {
      while (this.#isFull(words)) this.#prune();
      place = this.#find(bytes, start, end);
    }
    this.#slots[place] = this.#hash;
    this.#slots[place + 1] = this.#write(bytes, start, end);
    this.#indexed++;
    if (4 * this.#indexed > this.#slots.length) this.#rehash(2 * this.#slots.length);
    return this.#size - 1;
  }

  /** Writes the record of a new term that occurs once behind the others; returns where. */
  #write(bytes: Uint8Array, start: number, end: number): number {
    const words = recordWords(end - start);
    this.#reserve(words, 1);
    const terms = this.#terms;
    const at = terms.end;
    terms.records[at + ID] = this.#size++;
    terms.records[at + COUNT_LOW] = 1;
    terms.records[at + LENGTH] = end - start;
    const shift = 4 * (at + TEXT) - start;
    for (let i = start; i < end; i++) terms.bytes[i + shift] = bytes[i]!;
    terms.end += words;
    terms.starts[terms.live++] = at;
    return at;
  }

  /** Enters the terms that were appended since the last call. */
  #index(): void {
    const { live, starts } = this.#terms;
    if (4 * live > this.#slots.length) {
      let length = this.#slots.length;
      while (4 * live > length) length *= 2;
      this.#rehash(length);
    }
    for (; this.#indexed < live; this.#indexed++) {
      const at = starts[this.#indexed]!;
      const hash = hashAt(this.#terms, at);
      const place = freePlace(this.#slots, hash);
      this.#slots[place] = hash;
      this.#slots[place + 1] = at;
    }
  }

  #isFull(words: number): boolean {
    const { live, end } = this.#terms;
    return live > 0 && (live >= this.#maxTerms || end + words > this.#maxWords);
  }

  /** Makes room for so many more words, of so many terms. */
  #reserve(words: number, more: number): void {
    const { live, starts, end, records } = this.#terms;
    if (live + more > starts.length) {
      this.#terms.starts = new Uint32Array(Math.max(live + more, 2 * starts.length, LEAST_GROWN));
      this.#terms.starts.set(starts);
    }
    if (end + words > records.length) {
      const room = Math.min(Math.max(2 * records.length, LEAST_GROWN), this.#maxWords);
      const grown = emptyTerms(0, Math.max(end + words, room));
      grown.records.set(records);
      this.#terms = { ...grown, live, starts: this.#terms.starts, end };
    }
  }

  #rehash(length: number): void {
    const old = this.#slots;
    const slots = new Int32Array(length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      const place = freePlace(slots, old[i]!);
      slots[place] = old[i]!;
      slots[place + 1] = old[i + 1]!;
    }
    this.#slots = slots;
  }

  #prune(): void {
    this.#cache?.flush();
    this.#cache?.clear();
    const old = this.#terms;
    const counts = Float64Array.from(old.starts.subarray(0, old.live), (at) => countAt(old, at));
    const threshold = counts.slice().sort()[Math.ceil(old.live / 4) - 1]!;
    const kept = emptyTerms(old.starts.length, old.records.length);
    this.#slots.fill(0);
    for (let rank = 0; rank < old.live; rank++) {
      if (counts[rank]! > threshold) this.#keep(old, old.starts[rank]!, kept);
      else this.#prunedOccurrences += counts[rank]!;
    }
    this.#pruned.push(old);
    this.#terms = kept;
    this.#indexed = kept.live;
  }

  #keep(old: Terms, at: number, kept: Terms): void {
    const end = at + recordWords(old.records[at + LENGTH]!);
    kept.records.set(old.records.subarray(at, end), kept.end);
    const hash = hashAt(old, at);
    const place = freePlace(this.#slots, hash);
    this.#slots[place] = hash;
    this.#slots[place + 1] = kept.end;
    kept.starts[kept.live++] = kept.end;
    kept.end += end - at;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function emptyTerms(terms: number, words: number): Terms {
  const records = new Int32Array(words);
  const bytes = new Uint8Array(records.buffer);
  return { live: 0, starts: new Uint32Array(terms), end: 1, records, bytes }; // no record begins at 0
}

const recordWords = (bytes: number): number => TEXT + Math.max(LEAST_TEXT, (bytes + 3) >>> 2);

/** The low bytes of a word that a term of so many bytes fills. */
function maskOf(bytes: number): number {
  return bytes >= 4 ? -1 : (1 << (8 * Math.max(0, bytes))) - 1;
}

/** Mixes the words of a term, the last filled up with zeros, into all bits (multiplications and shifts as in xxHash). */
function hashOf(view: DataView, from: number, length: number, first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) + second, 0x85ebca77);
  for (let i = 8; i < length; i += 4) {
    const word = view.getInt32(from + i, true) & maskOf(length - i);
    hash = Math.imul((hash ^ (hash >>> 15)) + word, 0x85ebca77);
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
  return hash ^ (hash >>> 16);
}

function hashAt({ records, bytes }: Terms, at: number): number {
  const view = new DataView(bytes.buffer);
  return hashOf(view, 4 * (at + TEXT), records[at + LENGTH]!, records[at + TEXT]!, records[at + TEXT + 1]!);
}

/** Whether a record's text goes on as the term does after 8 bytes. */
function hasRest(records: Int32Array, text: number, view: DataView, from: number, length: number): boolean {
  for (let i = 8; i < length; i += 4)
    if (records[text + (i >>> 2)] !== (view.getInt32(from + i, true) & maskOf(length - i))) return false;
  return true;
}

function textOf(terms: Terms, id: number): string | undefined {
  const at = recordOf(terms, id);
  if (at === 0) return undefined;
  const first = 4 * (at + TEXT);
  return decoder.decode(terms.bytes.subarray(first, first + terms.records[at + LENGTH]!));
}

function countOnce(records: Int32Array, at: number): void {
  const low = (records[at + COUNT_LOW]! + 1) | 0;
  records[at + COUNT_LOW] = low;
  if (low === 0) records[at + COUNT_HIGH]!++;
}

const countAt = ({ records }: Terms, at: number): number =>
  (records[at + COUNT_LOW]! >>> 0) + 2 ** 32 * records[at + COUNT_HIGH]!;

function freePlace(slots: Int32Array, hash: number): number {
  const last = slots.length - 2;
  let place = hash & last;
  while (slots[place + 1] !== 0) place = (place + 2) & last;
  return place;
}

/** Where the record of an id begins, or 0. Ids ascend with the rank, and never lag behind it. */
function recordOf({ live, starts, records }: Terms, id: number): number {
  let low = 0;
  let high = Math.min(id, live - 1);
  if (high >= 0 && records[starts[high]! + ID]! >>> 0 === id) return starts[high]!; // always, before any pruning
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = records[starts[middle]! + ID]! >>> 0;
    if (found === id) return starts[middle]!;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}
