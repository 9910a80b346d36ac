/**
 * The phrases of a document among which keywords are chosen. A run is a stretch of words that follow each other, unbroken by stop words and
 * punctuation. Candidates are, of W words at most,
 *
 *   runs:  each run, of a longer one its last W words (a noun phrase has its head at the end);
 *   parts: each word, and each stretch of words within a run that occurs twice, but for those that only ever occur within one longer
 *          candidate and would say the same again.
 *
 * Chinese has no spaces and few stop words within noun phrases, so that its runs are whole clauses: there, parts are the candidates.
 */
import { PairTable } from "./pairTable.js";
import type { DocumentWords } from "./wordFinder.js";

export type CandidateRule = "runs" | "parts";

export interface Candidates {
  /** C of the P sequences. */
  readonly candidates: readonly number[];
  /** How often each occurs: as the end of a run, or within any (C,). */
  readonly counts: readonly number[];
}

const ROOT = 0;
/** Occurrences that make a stretch of several words a phrase. */
const LEAST_REPEATS = 2;

/** State: the sequences of one document, 24 to 36 bytes each. */
export class PhraseCandidates {
  /** Each sequence as the pair of the one before its last word, moved up by one, and that word. */
  readonly #sequences = new PairTable();
  readonly #maxWords: number;
  readonly #rule: CandidateRule;

  constructor(rule: CandidateRule, maxWords: number) {
    this.#rule = rule;
    this.#maxWords = maxWords;
  }

  /** The candidates of a document, as numbers that hold until the next document, in the order in which they are found. */
  collect(found: DocumentWords): Candidates {
    this.#sequences.clear();
    return this.#rule === "runs" ? this.#collectRuns(found) : this.#collectParts(found);
  }

  /** The sum of the weights of the words of each sequence, candidates among them (P,). */
  sums(weights: Float64Array): Float64Array {
    const { firsts, seconds, size } = this.#sequences;
    const sums = new Float64Array(size);
    for (let pair = 0; pair < size; pair++) {
      const before = firsts[pair]!;
      sums[pair] = (before === ROOT ? 0 : sums[before - 1]!) + weights[seconds[pair]!]!;
    }
    return sums;
  }

  wordsOf(candidate: number): number[] {
    const words: number[] = [];
    for (let at = candidate + 1; at !== ROOT; at = this.#sequences.firsts[at - 1]!)
      words.push(this.#sequences.seconds[at - 1]!);
    return words.reverse();
  }

  #collectRuns({ words, follows }: DocumentWords): Candidates {
    const counts = new Map<number, number>();
    for (let from = 0, to = 0; from < words.length; from = to) {
      for (to = from + 1; follows[to] === 1; ) to++;
      let sequence = ROOT;
      for (let place = Math.max(from, to - this.#maxWords); place < to; place++)
        sequence = this.#sequences.add(sequence, words[place]!) + 1;
      counts.set(sequence - 1, (counts.get(sequence - 1) ?? 0) + 1);
    }
    return { candidates: [...counts.keys()], counts: [...counts.values()] };
  }

  #collectParts({ words, follows, terms }: DocumentWords): Candidates {
    const sequences = this.#sequences;
    const times = new Uint32Array(terms.length);
    for (let place = 0; place < words.length; place++) times[words[place]!]!++;
    const repeats = (place: number) => times[words[place]!]! >= LEAST_REPEATS; // else nothing with the word in it does
    for (let from = 0; from < words.length; from++) {
      let sequence = sequences.add(ROOT, words[from]!) + 1;
      if (!repeats(from)) continue;
      const end = from + this.#maxWords;
      for (let place = from + 1; place < end && follows[place] === 1 && repeats(place); place++)
        sequence = sequences.add(sequence, words[place]!) + 1;
    }
    const isWithin = this.#withinLonger();
    const { firsts, counts, size } = sequences;
    const candidates: number[] = [];
    for (let pair = 0; pair < size; pair++) {
      const isPhrase = firsts[pair] === ROOT || counts[pair]! >= LEAST_REPEATS;
      if (isPhrase && isWithin[pair] === 0) candidates.push(pair);
    }
    return { candidates, counts: candidates.map((pair) => counts[pair]!) };
  }

  /** 1 for a sequence that occurs as often as one that is a word longer, at its start or its end (P,). */
  #withinLonger(): Uint8Array {
    const { firsts, counts, size } = this.#sequences;
    const isWithin = new Uint8Array(size);
    for (let pair = 0; pair < size; pair++) {
      const start = firsts[pair]! - 1;
      if (start < 0 || counts[pair]! < LEAST_REPEATS) continue;
      for (const part of [start, this.#withoutFirst(pair)]) if (counts[part] === counts[pair]) isWithin[part] = 1;
    }
    return isWithin;
  }

  #withoutFirst(pair: number): number {
    let sequence = ROOT;
    for (const word of this.wordsOf(pair).slice(1)) sequence = this.#sequences.find(sequence, word) + 1;
    return sequence - 1;
  }
}
