import type { Lexicon } from "../../schemas/tokens.js";

/** A term of a lexicon, as it is kept. */
export interface LexiconRow {
  readonly id: number;
  readonly term: string;
  readonly count: number;
}

/** The terms of a lexicon that are live, in the order of their ids. */
export function* lexiconRows(lexicon: Lexicon): Generator<LexiconRow> {
  for (let id = 0; id < lexicon.size; id++) {
    const term = lexicon.term(id);
    if (term !== undefined) yield { id, term, count: lexicon.count(id) };
  }
}

/**
 * A lexicon that grows no more, made again from its rows. State: 16 bytes a term and its text, up to twice that while it is made.
 */
export class FrozenLexicon implements Lexicon {
  #live = 0;
  /** Ascending (R,). */
  #ids = new Uint32Array(1024);
  #counts = new Float64Array(1024);
  /** Where the text of each begins, and the end of the last (R + 1,). */
  #starts = new Float64Array(1025);
  #text = new Uint8Array(8192);

  constructor(
    readonly size: number,
    readonly prunedOccurrences: number,
  ) {}

  /** Takes in the next row; their ids ascend. */
  add({ id, term, count }: LexiconRow): void {
    const rank = this.#live++;
    const bytes = new TextEncoder().encode(term);
    const start = this.#starts[rank]!;
    if (rank === this.#ids.length) {
      this.#ids = grown(this.#ids, 2 * rank);
      this.#counts = grown(this.#counts, 2 * rank);
      this.#starts = grown(this.#starts, 2 * rank + 1);
    }
    if (start + bytes.length > this.#text.length) this.#text = grown(this.#text, 2 * (start + bytes.length));
    this.#ids[rank] = id;
    this.#counts[rank] = count;
    this.#text.set(bytes, start);
    this.#starts[rank + 1] = start + bytes.length;
  }

  term(id: number): string | undefined {
    const rank = this.#rankOf(id);
    if (rank === undefined) return undefined;
    return decoder.decode(this.#text.subarray(this.#starts[rank], this.#starts[rank + 1]));
  }

  count(id: number): number {
    const rank = this.#rankOf(id);
    return rank === undefined ? 0 : this.#counts[rank]!;
  }

  /** Ids ascend with the rank, and never lag behind it. */
  #rankOf(id: number): number | undefined {
    let low = 0;
    let high = Math.min(id, this.#live - 1);
    if (high >= 0 && this.#ids[high] === id) return high;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (this.#ids[middle] === id) return middle;
      if (this.#ids[middle]! < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function grown<A extends Uint8Array | Uint32Array | Float64Array>(values: A, length: number): A {
  const larger = new (values.constructor as new (length: number) => A)(length);
  larger.set(values);
  return larger;
}
