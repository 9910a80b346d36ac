/**
 * Joins the sentences of a document by how alike they are, for TextRank and LexRank, by way of the words that they share: an inverted index
 * tells for each sentence which others share a word with it, so that no table of all pairs is ever made. Only the most similar neighbours
 * of a sentence are kept; two sentences are joined if either is among those of the other.
 *
 *   overlap:  |words of both| / (ln |words of a| + ln |words of b|), distinct words            (Mihalcea and Tarau 2004, section 4.1)
 *   cosine:   of tf idf with idf(w) = ln(S / sentences with w); an edge of weight 1 above 0.1     (Erkan and Radev 2004, sections 3.2, 3.3)
 *
 * Two sentences of one word each have no overlap, whose divisor is 0. LexRank counts the edge of a sentence to itself as well, which is left
 * out here, and takes idf from other documents. A word in more than 2,000 sentences joins none, so that time grows with the length of the
 * text and not with its square.
 */
import { ln } from "../numbers/logarithm.js";
import { type Edges, graphOf, type WeightedGraph } from "./rankVertices.js";

/** The distinct words of S sentences, ascending in each, and how often they stand there. V words. */
export interface SentenceWords {
  /** Where those of each sentence begin, and at last where they end (S + 1,). */
  readonly offsets: Uint32Array;
  readonly words: Uint32Array;
  readonly counts: Uint32Array;
  /** V */
  readonly size: number;
}

export interface SentenceMeasure {
  /** What a word that both share adds, by its counts in each. */
  readonly share: (word: number, a: number, b: number) => number;
  /** How alike they are by the sum of that; 0 if they are not joined. */
  readonly similarity: (sum: number, a: number, b: number) => number;
}

const KEPT_NEIGHBORS = 50;
const MOST_SENTENCES = 2000;
const LEAST_COSINE = 0.1;

export function overlapMeasure({ offsets }: SentenceWords): SentenceMeasure {
  const logs = Float64Array.from(offsets.subarray(1), (end, sentence) => ln(Math.max(1, end - offsets[sentence]!)));
  return {
    share: () => 1,
    similarity: (sum, a, b) => (logs[a]! + logs[b]! > 0 ? sum / (logs[a]! + logs[b]!) : 0),
  };
}

export function cosineMeasure(found: SentenceWords): SentenceMeasure {
  const { offsets, words, counts } = found;
  const idf = new Float64Array(found.size);
  for (const word of words) idf[word]!++;
  for (let word = 0; word < idf.length; word++) idf[word] = ln((offsets.length - 1) / Math.max(1, idf[word]!));
  const share = (word: number, a: number, b: number) => a * idf[word]! * (b * idf[word]!);
  const norms = new Float64Array(offsets.length - 1);
  for (let sentence = 0; sentence < norms.length; sentence++) {
    let sum = 0;
    for (let at = offsets[sentence]!; at < offsets[sentence + 1]!; at++)
      sum += share(words[at]!, counts[at]!, counts[at]!);
    norms[sentence] = Math.sqrt(sum);
  }
  return { share, similarity: (sum, a, b) => (sum > LEAST_COSINE * norms[a]! * norms[b]! ? 1 : 0) };
}

/** The graph by way of an inverted index. Memory: 12 bytes a word of a sentence, 600 bytes a sentence, 24 bytes an edge. */
export function sentenceGraph(found: SentenceWords, measure: SentenceMeasure): WeightedGraph {
  const { offsets, words, counts } = found;
  const sentences = offsets.length - 1;
  const index = invert(found);
  const nearest = new Nearest(sentences);
  const sums = new Float64Array(sentences);
  const touched = new Uint32Array(sentences);
  for (let a = 0; a < sentences; a++) {
    let length = 0;
    for (let at = offsets[a]!; at < offsets[a + 1]!; at++) {
      const word = words[at]!;
      const [from, to] = [index.offsets[word]!, index.offsets[word + 1]!];
      if (to - from > MOST_SENTENCES) continue;
      for (let k = from; k < to; k++) {
        const b = index.sentences[k]!;
        const share = measure.share(word, counts[at]!, index.counts[k]!);
        if (share === 0) break; // a word of all sentences tells nothing
        if (sums[b] === 0) touched[length++] = b;
        sums[b]! += share;
      }
    }
    for (let k = 0; k < length; k++) {
      const b = touched[k]!;
      if (b !== a) nearest.offer(a, b, measure.similarity(sums[b]!, a, b));
      sums[b] = 0;
    }
  }
  return graphOf(sentences, nearest.edges());
}

/** The same from all pairs, which takes their number in time: what the other is tested against. */
export function sentenceGraphOfPairs(found: SentenceWords, measure: SentenceMeasure): WeightedGraph {
  const { offsets, words, counts } = found;
  const sentences = offsets.length - 1;
  const nearest = new Nearest(sentences);
  const sumOf = (a: number, b: number) => {
    let sum = 0;
    for (let i = offsets[a]!; i < offsets[a + 1]!; i++)
      for (let k = offsets[b]!; k < offsets[b + 1]!; k++)
        if (words[i] === words[k]) sum += measure.share(words[i]!, counts[i]!, counts[k]!);
    return sum;
  };
  for (let a = 0; a < sentences; a++)
    for (let b = 0; b < sentences; b++) if (a !== b) nearest.offer(a, b, measure.similarity(sumOf(a, b), a, b));
  return graphOf(sentences, nearest.edges());
}

/** The sentences of each word, ascending. */
function invert({ offsets, words, counts, size }: SentenceWords) {
  const starts = new Uint32Array(size + 1);
  for (const word of words) starts[word + 1]!++;
  for (let word = 0; word < size; word++) starts[word + 1]! += starts[word]!;
  const next = starts.slice();
  const sentences = new Uint32Array(words.length);
  const times = new Uint32Array(words.length);
  for (let sentence = 0; sentence + 1 < offsets.length; sentence++)
    for (let at = offsets[sentence]!; at < offsets[sentence + 1]!; at++) {
      const place = next[words[at]!]!++;
      sentences[place] = sentence;
      times[place] = counts[at]!;
    }
  return { offsets: starts, sentences, counts: times };
}

/** The most similar neighbours of each sentence; of equally similar ones the earlier. */
class Nearest {
  readonly #neighbors: Uint32Array;
  readonly #similarities: Float64Array;
  readonly #lengths: Uint32Array;

  constructor(sentences: number) {
    this.#neighbors = new Uint32Array(KEPT_NEIGHBORS * sentences);
    this.#similarities = new Float64Array(KEPT_NEIGHBORS * sentences);
    this.#lengths = new Uint32Array(sentences);
  }

  offer(a: number, b: number, similarity: number): void {
    if (similarity === 0) return;
    const first = KEPT_NEIGHBORS * a;
    const length = this.#lengths[a]!;
    const isFull = length === KEPT_NEIGHBORS;
    let at = first + length;
    if (isFull && !this.#isBefore(similarity, b, --at)) return;
    for (; at > first && this.#isBefore(similarity, b, at - 1); at--) {
      this.#neighbors[at] = this.#neighbors[at - 1]!;
      this.#similarities[at] = this.#similarities[at - 1]!;
    }
    this.#neighbors[at] = b;
    this.#similarities[at] = similarity;
    if (!isFull) this.#lengths[a]!++;
  }

  /** Those of which either is a neighbour of the other. */
  edges(): Edges {
    const [firsts, seconds, weights]: [number[], number[], number[]] = [[], [], []];
    for (let a = 0; a < this.#lengths.length; a++)
      for (let at = KEPT_NEIGHBORS * a; at < KEPT_NEIGHBORS * a + this.#lengths[a]!; at++) {
        const b = this.#neighbors[at]!;
        if (b < a && this.#has(b, a)) continue; // was told by the other
        firsts.push(a);
        seconds.push(b);
        weights.push(this.#similarities[at]!);
      }
    return { firsts, seconds, weights, size: firsts.length };
  }

  #isBefore(similarity: number, b: number, at: number): boolean {
    const other = this.#similarities[at]!;
    return similarity > other || (similarity === other && b < this.#neighbors[at]!);
  }

  #has(a: number, b: number): boolean {
    const first = KEPT_NEIGHBORS * a;
    return this.#neighbors.subarray(first, first + this.#lengths[a]!).includes(b);
  }
}
