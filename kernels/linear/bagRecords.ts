/**
 * Training examples of a linear model over bags of features: rows of input whose mean is scored against rows of output. A record is, in
 * words of 4 bytes,
 *
 *     rate (float), lists L, rows R, outputs N, L numbers of lists, R rows, N times [row, target (float), weight (float)]
 *
 * where a list stands for rows that are known beforehand, as those of a word's subwords. Where means are kept (`KeptMeans`), R = L, and the rows
 * are the places of the lists in the text. Records name no addresses, and so can be kept.
 */
export interface RecordChunk {
  readonly words: Uint32Array;
  /** Where each record begins in `words`, and at last where they end (records + 1,). */
  readonly starts: Uint32Array;
}

/** Records, one behind the other. */
export class BagRecords {
  #words = new Uint32Array(1 << 16);
  #floats = new Float32Array(this.#words.buffer);
  #length = 0;
  #starts: number[] = [];
  readonly #rooms: Uint32Array[] = [];

  /** Whole records. */
  get count(): number {
    return this.#starts.length;
  }

  /** Begins a record, of which lists come first, then rows, then outputs. */
  begin(rate: number): void {
    this.#starts.push(this.#length);
    this.#reserve(4);
    this.#floats[this.#length] = rate;
    this.#words.fill(0, this.#length + 1, this.#length + 4);
    this.#length += 4;
  }

  list(list: number): void {
    this.#count(1);
    this.#reserve(1);
    this.#words[this.#length++] = list;
  }

  row(row: number): void {
    this.#count(2);
    this.#reserve(1);
    this.#words[this.#length++] = row;
  }

  /** Many rows at once. */
  rows(rows: Uint32Array): void {
    this.#reserve(rows.length);
    this.#words[this.#starts.at(-1)! + 2]! += rows.length;
    this.#words.set(rows, this.#length);
    this.#length += rows.length;
  }

  output(row: number, target: number, weight: number): void {
    this.#count(3);
    this.#reserve(3);
    this.#words[this.#length] = row;
    this.#floats[this.#length + 1] = target;
    this.#floats[this.#length + 2] = weight;
    this.#length += 3;
  }

  /** Takes back the record that was begun last. */
  dropLast(): void {
    this.#length = this.#starts.pop()!;
  }

  /** Takes out the records that fill whole groups, or all, in memory of their own. */
  take(groupSize: number, all: boolean): RecordChunk {
    const records = all ? this.count : this.count - (this.count % groupSize);
    const end = this.#starts[records] ?? this.#length;
    const words = this.#room(end);
    words.set(this.#words.subarray(0, end));
    const starts = new Uint32Array(records + 1);
    for (let i = 0; i < records; i++) starts[i] = this.#starts[i]!;
    starts[records] = end;
    this.#words.copyWithin(0, end, this.#length);
    this.#starts = this.#starts.slice(records).map((start) => start - end);
    this.#length -= end;
    return { words, starts };
  }

  /** Lets a chunk's memory be used again, for one that is taken out later. */
  giveBack({ words }: RecordChunk): void {
    this.#rooms.push(new Uint32Array(words.buffer));
  }

  #room(words: number): Uint32Array {
    const known = this.#rooms.pop();
    if (known && known.length >= words) return known.subarray(0, words);
    return new Uint32Array(words + (words >>> 3)).subarray(0, words); // some more: the next one will not be of the same length
  }

  /** The words of all records, to be kept. */
  save(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }

  /** Goes on from words that were kept. */
  restore(words: Uint32Array): void {
    this.#length = 0;
    this.#starts = [];
    this.#reserve(words.length);
    this.#words.set(words);
    while (this.#length < words.length) {
      this.#starts.push(this.#length);
      this.#length += recordLength(words, this.#length);
    }
  }

  #count(place: number): void {
    this.#words[this.#starts.at(-1)! + place]!++;
  }

  #reserve(words: number): void {
    if (this.#length + words <= this.#words.length) return;
    const grown = new Uint32Array(2 * (this.#length + words));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
    this.#floats = new Float32Array(grown.buffer);
  }
}

/** Words of the record that begins at `at`. */
export const recordLength = (words: Uint32Array, at: number): number =>
  4 + words[at + 1]! + words[at + 2]! + 3 * words[at + 3]!;
