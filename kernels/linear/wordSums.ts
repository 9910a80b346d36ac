import type { Word, Words } from "./documentFeatures.js";

/** In the place of where a sum begins: the word has not come before, or adds nothing. */
const UNMADE = 0;
const NOTHING = 1;
const FIRST = 2;

/**
 * What words add to texts: their sums lie end to end, so that those of a text are added by a list of where they begin.
 *
 * State: 4 bytes a word, and `width` numbers of 8 bytes each word that has occurred, up to twice as many while there is room for more; the room
 * of words that were forgotten is used again.
 */
export class WordSums {
  readonly #width: number;
  readonly #sumOf: (word: Word) => Float64Array | undefined;
  #sums: Float64Array;
  #length = FIRST;
  readonly #free: number[] = [];
  /** Where the sum of each word begins. */
  #places = new Uint32Array(1024);
  /** Where those of a text begin. */
  #listed = new Uint32Array(1024);

  /** @param sumOf what a word adds to a text (width,); undefined where that is nothing, as nothing of it is known */
  constructor(width: number, sumOf: (word: Word) => Float64Array | undefined) {
    this.#width = width;
    this.#sumOf = sumOf;
    this.#sums = new Float64Array(FIRST + 64 * width);
  }

  /** Adds words to `sum` (width,), each number in the order of the words, and tells whether one of them is known. */
  addTo(sum: Float64Array, words: Words): boolean {
    const count = this.#list(words);
    const [sums, places, width] = [this.#sums, this.#listed, this.#width];
    let k = 0;
    for (; k + 4 <= width; k += 4) addFour(sum, k, sums, places, count);
    for (; k < width; k++) for (let i = 0; i < count; i++) sum[k]! += sums[places[i]! + k]!;
    return count > 0;
  }

  /** Words from a number up to another, which is left out, may come to be others. */
  forget(from: Word, to: Word): void {
    for (let word = from; word < Math.min(to, this.#places.length); word++) {
      if (this.#places[word]! >= FIRST) this.#free.push(this.#places[word]!);
      this.#places[word] = UNMADE;
    }
  }

  /** Lists where the sums of the words begin that add something, and tells how many these are. */
  #list(words: Words): number {
    if (words.length > this.#listed.length) this.#listed = new Uint32Array(2 * words.length);
    const listed = this.#listed;
    let count = 0;
    for (let i = 0; i < words.length; i++) {
      const place = this.#places[words[i]!] || this.#make(words[i]!);
      if (place !== NOTHING) listed[count++] = place;
    }
    return count;
  }

  #make(word: Word): number {
    if (word >= this.#places.length) this.#places = enlarged(this.#places, new Uint32Array(2 * word));
    const sum = this.#sumOf(word);
    const place = sum ? this.#keep(sum) : NOTHING;
    this.#places[word] = place;
    return place;
  }

  /** Keeps a sum and tells where. */
  #keep(sum: Float64Array): number {
    const place = this.#free.pop() ?? this.#length;
    const end = place + sum.length;
    if (end > this.#sums.length) this.#sums = enlarged(this.#sums, new Float64Array(2 * end));
    this.#sums.set(sum, place);
    this.#length = Math.max(this.#length, end);
    return place;
  }
}

function enlarged<Numbers extends Uint32Array | Float64Array>(numbers: Numbers, room: Numbers): Numbers {
  room.set(numbers);
  return room;
}

/** Four numbers at a time, which stay in registers over all words. */
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
