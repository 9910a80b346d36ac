import { PairTable } from "../documents/pairTable.js";
import type { MergeIds } from "./bytePairModel.js";
import { PairHeap } from "./pairHeap.js";

/** Words as symbols, laid end to end: word w is `symbols[starts[w], starts[w + 1])` and occurs `counts[w]` times. */
export interface SymbolWords {
  readonly symbols: Int32Array;
  /** One more than there are words. */
  readonly starts: Int32Array;
  readonly counts: Float64Array;
}

/** A symbol that no pair reaches over. */
export const BARRIER = -1;

export interface MergeLimits {
  /** Pieces at most, those at the beginning with them. */
  readonly size: number;
  /** Occurrences that a pair needs. */
  readonly minCount: number;
  /** What the second piece of a pair loses. */
  readonly continuingPrefix: string;
}

/**
 * Learns byte-pair merges (Sennrich et al. 2016, arXiv:1508.07909, algorithm 1; Gage 1994): the pair of neighbours that occurs most often
 * becomes a piece, over and over. Of pairs that occur equally often the one whose first piece has the smaller id comes first, then by the second:
 * pieces of the alphabet stand in the order of code points and the others in the order in which they were made, as in Hugging Face's BpeTrainer.
 *
 * Counts are kept up to date by an index from pairs to words and a heap in which counts that have changed since are put right when they come
 * up, so that a merge costs as much as the words that it changes. `words.symbols` is overwritten; `pieces` grows by what is made.
 * State: some 50 bytes a pair of neighbouring pieces, and 8 for each word that it was ever found in.
 */
export function learnMerges(words: SymbolWords, pieces: string[], limits: MergeLimits): MergeIds[] {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const work = new PairWork(words);
  const merges: MergeIds[] = [];
  const made = new Set<number>();
  while (pieces.length < limits.size) {
    const pair = work.takeMostFrequent(limits.minCount);
    if (pair === undefined) break;
    const [first, second] = [work.pairs.firsts[pair]!, work.pairs.seconds[pair]!];
    const text = pieces[first]! + withoutPrefix(pieces[second]!, limits.continuingPrefix);
    const merged = ids.get(text) ?? pieces.push(text) - 1;
    ids.set(text, merged);
    if (!made.has(pair)) merges.push([first, second, merged]);
    made.add(pair);
    work.merge(pair, merged);
  }
  return merges;
}

function withoutPrefix(piece: string, prefix: string): string {
  return piece.startsWith(prefix) ? piece.slice(prefix.length) : piece;
}

class PairWork {
  readonly pairs = new PairTable();
  readonly #words: SymbolWords;
  /** Where each word ends, as it gets shorter. */
  readonly #ends: Int32Array;
  /** Of each pair. */
  readonly #counts: number[] = [];
  readonly #wordsOf: number[][] = [];
  readonly #heap = new PairHeap(this.pairs);
  /** Pairs that occur more often than before. */
  readonly #grown = new Set<number>();

  constructor(words: SymbolWords) {
    this.#words = words;
    const { symbols, starts, counts } = words;
    this.#ends = starts.slice(1);
    for (let word = 0; word < counts.length; word++)
      for (let at = starts[word]! + 1; at < starts[word + 1]!; at++)
        this.#add(symbols[at - 1]!, symbols[at]!, counts[word]!, word);
    this.#propose();
  }

  /** The pair with the greatest count, if it is great enough. */
  takeMostFrequent(minCount: number): number | undefined {
    for (let top = this.#heap.pop(); top; top = this.#heap.pop()) {
      const count = this.#counts[top.pair]!;
      if (count === top.count) return count >= minCount ? top.pair : undefined;
      if (count > 0 && count < top.count) this.#heap.push(top.pair, count); // one that has grown since is there a second time
    }
    return undefined;
  }

  /** Replaces a pair in all words. */
  merge(pair: number, merged: number): void {
    const words = this.#wordsOf[pair]!;
    this.#wordsOf[pair] = [];
    for (const word of words) this.#mergeIn(word, pair, merged);
    this.#counts[pair] = 0;
    this.#propose();
  }

  #mergeIn(word: number, pair: number, merged: number): void {
    const { symbols, starts, counts } = this.#words;
    const [first, second, count] = [this.pairs.firsts[pair]!, this.pairs.seconds[pair]!, counts[word]!];
    const [start, end] = [starts[word]!, this.#ends[word]!];
    let to = start;
    for (let at = start; at < end; at++) {
      if (at + 1 === end || symbols[at] !== first || symbols[at + 1] !== second) {
        symbols[to++] = symbols[at]!;
        continue;
      }
      if (to > start) {
        this.#add(symbols[to - 1]!, first, -count, word);
        this.#add(symbols[to - 1]!, merged, count, word);
      }
      if (at + 2 < end) {
        this.#add(second, symbols[at + 2]!, -count, word);
        this.#add(merged, symbols[at + 2]!, count, word);
      }
      symbols[to++] = merged;
      at++;
    }
    this.#ends[word] = to;
  }

  #add(first: number, second: number, count: number, word: number): void {
    if (first === BARRIER || second === BARRIER) return;
    const pair = this.pairs.add(first, second);
    this.#counts[pair] = (this.#counts[pair] ?? 0) + count;
    if (count < 0) return;
    this.#wordsOf[pair] ??= [];
    const words = this.#wordsOf[pair]!;
    if (words.at(-1) !== word) words.push(word);
    this.#grown.add(pair);
  }

  #propose(): void {
    for (const pair of this.#grown) if (this.#counts[pair]! > 0) this.#heap.push(pair, this.#counts[pair]!);
    this.#grown.clear();
  }
}
