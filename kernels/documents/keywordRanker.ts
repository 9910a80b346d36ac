/**
 * Ranks the phrases of a document. With n(p) the occurrences of a phrase p, tf(w) those of a word, and l(x) = 1 + ln x,
 *
 *   of runs:   score(p) = l(n(p)) * sum over its words w of weight(w)     weight: TextRank's S(w), or l(tf(w)) idf(w)
 *   of parts:  score(p) = n(p) * sum over its words w of weight(w)        weight: TextRank's S(w), or idf(w)
 *
 * The logarithms keep the frequent words of a long text from the top, where runs of many words would have them.
 *
 * TextRank's graph joins the words of which one is at most N - 1 words after the other once stop words are left out, with their number as
 * the weight. Mihalcea and Tarau 2004 (W04-3252) keep a share of the best words and join neighbours among them into phrases; here the phrases
 * are there before, which is worth more than the way in which words are weighed (docs/benchmarks.md).
 *
 * Of equal scores the phrase that is found first wins. State: one document's phrases.
 */
import { ln } from "../numbers/logarithm.js";
import { PairTable } from "./pairTable.js";
import { type CandidateRule, PhraseCandidates } from "./phraseCandidates.js";
import { graphOf, rankVertices } from "./rankVertices.js";
import type { DocumentWords } from "./wordFinder.js";

export interface KeywordRankerOptions {
  readonly candidates: CandidateRule;
  /** Longest phrase. */
  readonly maxWords: number;
  /** Phrases wanted. */
  readonly topN: number;
  /** TextRank's N, at least 2; without it, words are weighed by idf. */
  readonly windowSize?: number | undefined;
}

export interface RankedPhrase {
  /** As numbers within the document. */
  readonly words: readonly number[];
  readonly score: number;
}

export class KeywordRanker {
  readonly #options: KeywordRankerOptions;
  readonly #candidates: PhraseCandidates;
  readonly #edges = new PairTable();

  constructor(options: KeywordRankerOptions) {
    this.#options = options;
    this.#candidates = new PhraseCandidates(options.candidates, options.maxWords);
  }

  /** The best phrases of a document, the best first; `idf` tells how rare a term is. */
  rank(found: DocumentWords, idf: (term: number) => number): RankedPhrase[] {
    const weights = this.#weigh(found, idf);
    const { candidates, counts } = this.#candidates.collect(found);
    const sums = this.#candidates.sums(weights);
    const timesOf = this.#options.candidates === "parts" ? (count: number) => count : damped;
    const scores = candidates.map((candidate, k) => timesOf(counts[k]!) * sums[candidate]!);
    return largest(scores, this.#options.topN).map((k) => ({
      words: this.#candidates.wordsOf(candidates[k]!),
      score: scores[k]!,
    }));
  }

  /** The weight of each word (V,). */
  #weigh({ words, terms }: DocumentWords, idf: (term: number) => number): Float64Array {
    const { windowSize, candidates } = this.#options;
    if (windowSize !== undefined) return rankVertices(this.#graph(words, terms.length, windowSize));
    const weights = new Float64Array(terms.length);
    if (candidates === "runs") for (let place = 0; place < words.length; place++) weights[words[place]!]!++;
    for (let word = 0; word < weights.length; word++) {
      const frequency = candidates === "runs" ? damped(weights[word]!) : 1;
      weights[word] = frequency * idf(terms[word]!);
    }
    return weights;
  }

  #graph(words: Uint32Array, vertices: number, windowSize: number) {
    this.#edges.clear();
    for (let place = 0; place < words.length; place++) {
      const last = Math.min(words.length, place + windowSize);
      for (let other = place + 1; other < last; other++) {
        const [a, b] = [words[place]!, words[other]!];
        if (a !== b) this.#edges.add(Math.min(a, b), Math.max(a, b));
      }
    }
    const { firsts, seconds, counts, size } = this.#edges;
    return graphOf(vertices, { firsts, seconds, weights: counts, size });
  }
}

const damped = (count: number): number => 1 + ln(count);

/** The places of the largest scores, the largest first, of equal ones the first. */
function largest(scores: readonly number[], topN: number): number[] {
  const best: number[] = [];
  for (const [k, score] of scores.entries()) {
    if (best.length === topN && score <= scores[best[topN - 1]!]!) continue;
    let at = Math.min(best.length, topN - 1);
    for (; at > 0 && scores[best[at - 1]!]! < score; at--) best[at] = best[at - 1]!;
    best[at] = k;
  }
  return best;
}
