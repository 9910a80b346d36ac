/** Words of features kept at most: 128 MiB. */
const MOST_WORDS = 1 << 25;
export const FEATURE_CACHE_BYTES = 4 * MOST_WORDS;

/**
 * The rows of documents' features, found in the first pass and used in those that follow. Documents beyond the bound are not kept.
 * State: 4 bytes a feature, at most 128 MiB, and 16 bytes a document.
 */
export class FeatureCache {
  #words = new Uint32Array(1 << 16);
  #length = 0;
  /** Where the rows of a document begin and end. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** Keeps the rows of a document, if there is room. */
  keep(document: number, rows: Uint32Array): void {
    const end = this.#length + rows.length;
    if (end > MOST_WORDS) return;
    if (end > this.#words.length) {
      const grown = new Uint32Array(Math.min(MOST_WORDS, 2 * end));
      grown.set(this.#words.subarray(0, this.#length));
      this.#words = grown;
    }
    this.#words.set(rows, this.#length);
    this.#from[document] = this.#length;
    this.#to[document] = end;
    this.#length = end;
  }

  /** A view of the rows of a document; undefined if they are not kept. */
  of(document: number): Uint32Array | undefined {
    const from = this.#from[document];
    return from === undefined ? undefined : this.#words.subarray(from, this.#to[document]);
  }
}
