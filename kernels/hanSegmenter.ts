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
}

/** Memory besides the trie: 24 times the bytes of the longest run so far. */
export function unigramSegmenter(words: WordTrie): HanSegmenter {
  let capacity = 0;
  let codePoints = new Int32Array(0);
  let offsets = new Uint32Array(1);
  let scores = new Float64Array(1);
  let wordEnds = new Uint32Array(0);

  const reserve = (characters: number) => {
    if (characters <= capacity) return;
    capacity = Math.max(characters, 2 * capacity);
    codePoints = new Int32Array(capacity);
    offsets = new Uint32Array(capacity + 1);
    scores = new Float64Array(capacity + 1);
    wordEnds = new Uint32Array(capacity);
  };

  const decodeRun = (bytes: Uint8Array, start: number, end: number): number => {
    let length = 0;
    for (let at = start; at < end; length++) {
      const size = sequenceLength(bytes[at]!);
      codePoints[length] = decodeAt(bytes, at, size);
      offsets[length] = at;
      at += size;
    }
    offsets[length] = end;
    return length;
  };

  const findBestWords = (length: number) => {
    const { table, logFrequencies } = words.search;
    const logTotal = Math.log(words.total);
    scores[length] = 0;
    for (let first = length - 1; first >= 0; first--) {
      let best = Number.NEGATIVE_INFINITY;
      let bestEnd = 0;
      let node = 0;
      for (let last = first; last < length; last++) {
        node = childOf(table, node, codePoints[last]!);
        if (node === 0) break;
        const score = logFrequencies[2 * node - 1]! - logTotal + scores[last + 1]!; // NaN where no word ends
        if (score >= best) {
          best = score;
          bestEnd = last + 1;
        }
      }
      scores[first] = bestEnd === 0 ? scores[first + 1]! - logTotal : best;
      wordEnds[first] = bestEnd === 0 ? first + 1 : bestEnd;
    }
  };

  return {
    segment(bytes, start, end, cuts) {
      reserve(end - start);
      const length = decodeRun(bytes, start, end);
      findBestWords(length);
      let count = 0;
      for (let at = 0; at < length; count++) {
        at = wordEnds[at]!;
        cuts[count] = offsets[at]!;
      }
      return count;
    },
  };
}
