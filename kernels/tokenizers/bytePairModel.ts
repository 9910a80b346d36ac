import { MergeTable } from "./mergeTable.js";
import { NumberHeap } from "./numberHeap.js";
import type { PieceIds, PieceModel } from "./pieceModel.js";

/**
 * Byte-pair encoding: a word begins as its characters, and of all neighbours that a merge is known for, those of the earliest merge are put
 * together, the leftmost first, until there are none (Sennrich et al. 2016, arXiv:1508.07909, algorithm 1). As in Hugging Face's
 * tokenizers, a character that is no piece becomes the unknown piece, or nothing where there is none.
 */
export interface BytePairSettings {
  readonly ids: PieceIds;
  /** Pairs of ids and what they become, the earliest first. */
  readonly merges: readonly MergeIds[];
  readonly unknownId: number | undefined;
  /** Unknown characters in a row become one unknown piece. */
  readonly fuseUnknown: boolean;
  /** A word that is a piece is left whole, whether or not merges lead to it. */
  readonly ignoreMerges: boolean;
  /** What a piece begins with inside of a word, and ends with at the end of one. */
  readonly continuingPrefix: string;
  readonly endSuffix: string;
}

export type MergeIds = readonly [first: number, second: number, merged: number];

const NONE = -1;
/** NONE as it lies in unsigned numbers. */
const NO_RANK = 2 ** 32 - 1;
/** Characters of a word in which merges are looked for one by one. */
const SHORT = 100;
/** A heap's number is the rank of a merge, moved up by this, and the place in the word. */
const PLACES = 2 ** 32;

/** Ids of the pieces of a single character. */
interface CharacterIds {
  /** By code point, in the basic plane. */
  readonly basic: Int32Array;
  readonly others: ReadonlyMap<number, number>;
}

/** State: 16 to 40 bytes a merge, 256 KiB of characters, and 16 bytes a character of the longest word. */
export class BytePairModel implements PieceModel {
  readonly #settings: BytePairSettings;
  readonly #ranks: MergeTable;
  /** Of each rank, what is made. */
  readonly #merged: Int32Array;
  /** By whether the character is the first of its word, and whether it is the last. */
  readonly #characters: readonly CharacterIds[];
  readonly #heap = new NumberHeap();
  #symbols = new Int32Array(256);
  /** Ranks of the pairs of a short word, NO_RANK for one without a merge. */
  readonly #shortRanks = new Uint32Array(SHORT);
  /** Places of the neighbours on both sides. */
  #next = new Int32Array(256);
  #previous = new Int32Array(256);

  constructor(settings: BytePairSettings) {
    this.#settings = settings;
    const { merges, ids, continuingPrefix, endSuffix } = settings;
    this.#ranks = new MergeTable(merges.length);
    this.#merged = Int32Array.from(merges, ([, , merged]) => merged);
    merges.forEach(([first, second], rank) => {
      this.#ranks.set(first, second, rank); // of a merge that stands twice the last counts, as in tokenizers
    });
    const forms = new Map<string, CharacterIds>();
    this.#characters = [false, true].flatMap((isLast) =>
      [false, true].map((isFirst) => {
        const [prefix, suffix] = [isFirst ? "" : continuingPrefix, isLast ? endSuffix : ""];
        const form = JSON.stringify([prefix, suffix]);
        const known = forms.get(form) ?? characterIds(ids, prefix, suffix);
        forms.set(form, known);
        return known;
      }),
    );
  }

  encode(word: string, ids: number[]): void {
    const whole = this.#settings.ignoreMerges ? this.#settings.ids.get(word) : undefined;
    if (whole !== undefined) {
      ids.push(whole);
      return;
    }
    const length = this.#begin(word);
    if (length <= SHORT) this.#mergeShort(length, ids);
    else this.#mergeLong(length, ids);
  }

  /** The characters of a word as symbols; tells how many. */
  #begin(word: string): number {
    const { unknownId, fuseUnknown } = this.#settings;
    if (word.length > this.#symbols.length) this.#reserve(2 * word.length);
    const symbols = this.#symbols;
    let length = 0;
    let afterUnknown = false;
    for (let i = 0; i < word.length; ) {
      const codePoint = word.codePointAt(i)!;
      const end = i + (codePoint > 0xffff ? 2 : 1);
      const { basic, others } = this.#characters[(i === 0 ? 1 : 0) + (end === word.length ? 2 : 0)]!;
      const id = codePoint > 0xffff ? (others.get(codePoint) ?? NONE) : basic[codePoint]!;
      const isUnknown = id === NONE;
      if (!isUnknown) symbols[length++] = id;
      else if (unknownId !== undefined && !(fuseUnknown && afterUnknown)) symbols[length++] = unknownId;
      afterUnknown = isUnknown;
      i = end;
    }
    return length;
  }

  /** Looks for the earliest merge anew each time, which costs less than a heap in all but long words. */
  #mergeShort(length: number, ids: number[]): void {
    const [symbols, ranks, table] = [this.#symbols, this.#shortRanks, this.#ranks];
    for (let at = 0; at + 1 < length; at++) ranks[at] = table.rankOf(symbols[at]!, symbols[at + 1]!);
    let left = length;
    for (let first = smallest(ranks, left - 1); first !== NONE; first = smallest(ranks, left - 1)) {
      symbols[first] = this.#merged[ranks[first]!]!;
      left--;
      for (let at = first + 1; at < left; at++) {
        symbols[at] = symbols[at + 1]!;
        ranks[at] = ranks[at + 1]!;
      }
      if (first + 1 < left) ranks[first] = table.rankOf(symbols[first]!, symbols[first + 1]!);
      if (first > 0) ranks[first - 1] = table.rankOf(symbols[first - 1]!, symbols[first]!);
    }
    for (let at = 0; at < left; at++) ids.push(symbols[at]!);
  }

  /** Time grows with the length times its logarithm. */
  #mergeLong(length: number, ids: number[]): void {
    const [symbols, next, previous, heap] = [this.#symbols, this.#next, this.#previous, this.#heap];
    for (let at = 0; at < length; at++) {
      next[at] = at + 1 < length ? at + 1 : NONE;
      previous[at] = at - 1;
    }
    for (let at = 0; at + 1 < length; at++) this.#propose(at);
    while (heap.size > 0) {
      const proposal = heap.pop();
      const rank = Math.floor(proposal / PLACES);
      const at = proposal - rank * PLACES;
      const right = next[at]!;
      if (symbols[at] === NONE || right === NONE) continue;
      const found = this.#ranks.rankOf(symbols[at]!, symbols[right]!);
      if (found === NONE || this.#merged[found] !== this.#merged[rank]) continue; // a neighbour has changed since
      symbols[at] = this.#merged[found]!;
      symbols[right] = NONE;
      next[at] = next[right]!;
      if (next[at] !== NONE) {
        previous[next[at]!] = at;
        this.#propose(at);
      }
      if (previous[at] !== NONE) this.#propose(previous[at]!);
    }
    for (let at = 0; at !== NONE; at = next[at]!) ids.push(symbols[at]!);
  }

  /** The pair that begins at a place, if there is a merge of it. */
  #propose(at: number): void {
    const rank = this.#ranks.rankOf(this.#symbols[at]!, this.#symbols[this.#next[at]!]!);
    if (rank !== NONE) this.#heap.push(rank * PLACES + at);
  }

  #reserve(length: number): void {
    this.#symbols = new Int32Array(length);
    this.#next = new Int32Array(length);
    this.#previous = new Int32Array(length);
  }
}

/** Where the smallest of so many ranks stands first, or NONE where all are NO_RANK. */
function smallest(ranks: Uint32Array, length: number): number {
  let place = NONE;
  let least = NO_RANK;
  for (let at = 0; at < length; at++) {
    if (ranks[at]! >= least) continue;
    least = ranks[at]!;
    place = at;
  }
  return place;
}

function characterIds(ids: PieceIds, prefix: string, suffix: string): CharacterIds {
  const basic = new Int32Array(0x1_0000).fill(NONE);
  const others = new Map<number, number>();
  for (const [piece, id] of ids) {
    if (!piece.startsWith(prefix) || !piece.endsWith(suffix) || piece.length < prefix.length + suffix.length) continue;
    const inner = piece.slice(prefix.length, piece.length - suffix.length);
    const codePoint = inner.codePointAt(0);
    if (codePoint === undefined || inner.length > (codePoint > 0xffff ? 2 : 1)) continue;
    if (codePoint > 0xffff) others.set(codePoint, id);
    else basic[codePoint] = id;
  }
  return { basic, others };
}
