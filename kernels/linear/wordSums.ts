import type { Word } from "./documentFeatures.js";

/**
 * What words add to texts. The sums of the words that a classifier knows lie end to end, so that those of a text are added without an object
 * for each of them; those of other words, whose number has no bound, last as long as the words.
 *
 * State: `width` numbers of 8 bytes each word that has occurred, up to twice as many while there is room for more.
 */
export class WordSums {
  readonly #width: number;
  readonly #sumOf: (rows: readonly number[]) => Float64Array;
  #sums: Float64Array;
  #length = 0;
  readonly #others = new WeakMap<Word, Float64Array>();
  /** Where those of a text begin. */
  #places = new Int32Array(1024);

  /** @param sumOf what rows add to a text (width,) */
  constructor(width: number, sumOf: (rows: readonly number[]) => Float64Array) {
    this.#width = width;
    this.#sumOf = sumOf;
    this.#sums = new Float64Array(64 * width);
  }

  /** Adds words to `sum` (width,), each number in the order of the words, and tells whether one of them is known. */
  addTo(sum: Float64Array, words: readonly Word[]): boolean {
    const count = this.#findPlaces(words);
    const [sums, places, width] = [this.#sums, this.#places, this.#width];
    let k = 0;
    for (; k + 4 <= width; k += 4) addFour(sum, k, sums, places, count);
    for (; k < width; k++) for (let i = 0; i < count; i++) sum[k]! += sums[places[i]! + k]!;
    return count > 0;
  }

  /** Finds where the sums of the words begin that have a row other than zeros, and tells how many these are. */
  #findPlaces(words: readonly Word[]): number {
    if (words.length > this.#places.length) this.#places = new Int32Array(2 * words.length);
    const places = this.#places;
    const others: { readonly word: Word; readonly at: number }[] = [];
    let count = 0;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word.place >= 0) places[count++] = word.place;
      else if (word.isKnown && word.id === undefined) others.push({ word, at: count++ });
      else if (word.isKnown) places[count++] = this.#keep(word);
    }
    let end = this.#length; // of others for this text alone, behind those that are kept
    for (const { word, at } of others) {
      places[at] = end;
      end = this.#write(this.#sumOfOther(word), end);
    }
    return count;
  }

  #keep(word: Word): number {
    word.place = this.#length;
    this.#length = this.#write(this.#sumOf(word.rows), word.place);
    return word.place;
  }

  #sumOfOther(word: Word): Float64Array {
    const known = this.#others.get(word);
    if (known) return known;
    const sum = this.#sumOf(word.rows);
    this.#others.set(word, sum);
    return sum;
  }

  /** Writes a sum and tells where it ends. */
  #write(sum: Float64Array, place: number): number {
    const end = place + sum.length;
    if (end > this.#sums.length) {
      const grown = new Float64Array(2 * end);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    this.#sums.set(sum, place);
    return end;
  }
}

/** Four numbers at a time, which stay in registers over all words. */
function addFour(sum: Float64Array, k: number, sums: Float64Array, places: Int32Array, count: number): void {
  let [s0, s1, s2, s3] = [sum[k]!, sum[k + 1]!, sum[k + 2]!, sum[k + 3]!];
  for (let i = 0; i < count; i++) {
    const at = places[i]! + k;
    s0 += sums[at]!;
    s1 += sums[at + 1]!;
    s2 += sums[at + 2]!;
    s3 += sums[at + 3]!;
  }
  sum[k] = s0;
  sum[k + 1] = s1;
  sum[k + 2] = s2;
  sum[k + 3] = s3;
}
