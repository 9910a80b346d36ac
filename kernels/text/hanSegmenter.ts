/**
 * Chinese segmentation by a dictionary: of all ways to cut a run of characters into dictionary words, the one with the largest
 * product of word probabilities,
 *
 *   score(i) = max over words w = c[i..j) of  ln frequency(w) - ln total + score(j),   score(end) = 0,
 *
 * found from the last character to the first. This is the algorithm of jieba (github.com/fxsjy/jieba, `calc`) without its
 * hidden Markov model: a character at which no word begins stands alone with frequency 1, and of equal scores the longer word
 * wins. jieba cuts texts that also hold letters and digits ("4S店" is a word to it); here a run holds nothing but Han characters.
 */
import { decodeAt, sequenceLength } from "./utf8.js";
import { childOf, type WordTrie } from "./wordTrie.js";

export interface HanSegmenter {
  /**
   * Cuts the run of Han characters bytes[start, end), UTF-8, into words. Writes the end of each word, an absolute offset into
   * `bytes`, to `cuts`, which holds at least (end - start) / 3 of them, and returns how many there are. The last is `end`.
   */
  segment(bytes: Uint8Array, start: number, end: number, cuts: Uint32Array): number;
  /** The words, if there is nothing but them that says where to cut. */
  readonly words?: WordTrie;
}

/** Memory besides the trie: 24 times the bytes of the longest run so far. */
export function unigramSegmenter(words: WordTrie): HanSegmenter {
  let scratch = makeScratch(1024);
  return {
    words,
    segment(bytes, start, end, cuts) {
      if (end - start > scratch.wordEnds.length) scratch = makeScratch(2 * (end - start));
      const length = decodeRun(bytes, start, end, scratch);
      findBestWords(words, length, scratch);
      const { offsets, wordEnds } = scratch;
      let count = 0;
      for (let at = 0; at < length; count++) {
        at = wordEnds[at]!;
        cuts[count] = offsets[at]!;
      }
      return count;
    },
  };
}

interface Scratch {
  readonly codePoints: Int32Array;
  /** Of each character, and of the run's end. */
  readonly offsets: Uint32Array;
  /** Of the best way to cut what begins at a character. */
  readonly scores: Float64Array;
  /** Where the first word of that way ends. */
  readonly wordEnds: Uint32Array;
}

function makeScratch(length: number): Scratch {
  return {
    codePoints: new Int32Array(length),
    offsets: new Uint32Array(length + 1),
    scores: new Float64Array(length + 1),
    wordEnds: new Uint32Array(length),
  };
}

/** Returns the number of characters. */
function decodeRun(bytes: Uint8Array, start: number, end: number, { codePoints, offsets }: Scratch): number {
  let length = 0;
  for (let at = start; at < end; length++) {
    const size = sequenceLength(bytes[at]!);
    codePoints[length] = decodeAt(bytes, at, size);
    offsets[length] = at;
    at += size;
  }
  offsets[length] = end;
  return length;
}

function findBestWords(words: WordTrie, length: number, { codePoints, scores, wordEnds }: Scratch): void {
  const { table, filter, firstNodes, logFrequencies, logTotal } = words;
  scores[length] = 0;
  for (let first = length - 1; first >= 0; first--) {
    let best = Number.NEGATIVE_INFINITY;
    let bestEnd = 0;
    let end = first + 1;
    let node = firstNodes[codePoints[first]!] ?? childOf(table, filter, 0, codePoints[first]!);
    while (node !== 0) {
      const score = logFrequencies[2 * node - 1]! - logTotal + scores[end]!; // NaN where no word ends
      if (score >= best) {
        best = score;
        bestEnd = end;
      }
      node = end < length ? childOf(table, filter, node, codePoints[end++]!) : 0;
    }
    scores[first] = bestEnd === 0 ? scores[first + 1]! - logTotal : best;
    wordEnds[first] = bestEnd === 0 ? first + 1 : bestEnd;
  }
}
