import type { Word, Words } from "./documentFeatures.js";

/** What the features of a text or of a word come to: `FEATURES` of them, of which `KNOWN` have a row, and from `FIRST` on what these add up to. */
export type TextSum = Float64Array;
export const FEATURES = 0;
export const KNOWN = 1;
export const FIRST = 2;

/** In the place of where a sum begins. */
const UNMADE = 0;

/** Numbers that are added at a time. */
const ABREAST = 4;

/**
 * What words add to texts: their sums lie end to end, so that those of a text are added by a list of where they begin.
 *
 * State: 4 bytes a word, and 8 bytes for each number of the sum of a word that has occurred, up to twice as many while there is room for more; the
 * room of words that were forgotten is used again.
 */
export class WordSums {
  readonly #stride: number;
  /** Of a word. */
  readonly #made: TextSum;
  readonly #fill: (word: Word, sum: TextSum) => void;
  #sums: Float64Array;
  #length: number;
  readonly #free: number[] = [];
  /** Where the sum of each word begins. */
  #places = new Uint32Array(1024);
  /** Where those of a text begin. */
  #listed = new Uint32Array(1024);

  /** @param fill writes what a word adds to a text over zeros */
  constructor(width: number, fill: (word: Word, sum: TextSum) => void) {
    this.#made = emptySum(width);
    this.#stride = this.#made.length;
    this.#fill = fill;
    this.#length = this.#stride; // 0 is no place
    this.#sums = new Float64Array(64 * this.#stride);
  }

  /** Adds words to `sum`, each number in the order of the words. */
  addTo(sum: TextSum, words: Words): void {
    this.#list(words);
    for (let k = 0; k < this.#stride; k += ABREAST) addFour(sum, k, this.#sums, this.#listed, words.length);
  }

  /** Words from a number up to another, which is left out, may come to be others. */
  forget(from: Word, to: Word): void {
    for (let word = from; word < Math.min(to, this.#places.length); word++) {
      if (this.#places[word] !== UNMADE) this.#free.push(this.#places[word]!);
      this.#places[word] = UNMADE;
    }
  }

  #list(words: Words): void {
    if (words.length > this.#listed.length) this.#listed = new Uint32Array(2 * words.length);
    const listed = this.#listed;
    let places = this.#places;
    for (let i = 0; i < words.length; i++) {
      let place = places[words[i]!];
      if (!place) {
        place = this.#make(words[i]!);
        places = this.#places;
      }
      listed[i] = place;
    }
  }

  #make(word: Word): number {
    if (word >= this.#places.length) this.#places = enlarged(this.#places, new Uint32Array(2 * word));
    const place = this.#free.pop() ?? this.#newPlace();
    this.#fill(word, this.#made.fill(0));
    this.#sums.set(this.#made, place);
    this.#places[word] = place;
    return place;
  }

  #newPlace(): number {
    const place = this.#length;
    this.#length += this.#stride;
    if (this.#length > this.#sums.length) this.#sums = enlarged(this.#sums, new Float64Array(2 * this.#length));
    return place;
  }
}

/** Of nothing, where features add so many numbers; zeros follow up to a multiple of four. */
export const emptySum = (width: number): TextSum => new Float64Array(Math.ceil((FIRST + width) / ABREAST) * ABREAST);

function enlarged<Numbers extends Uint32Array | Float64Array>(numbers: Numbers, room: Numbers): Numbers {
  room.set(numbers);
  return room;
}

/** Four numbers, which stay in registers over all words. */
function addFour(sum: Float64Array, k: number, sums: Float64Array, places: Uint32Array, count: number): void {
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
