import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { murmurHash3 } from "../text/murmurHash3.js";
import { TermCodes } from "../vocabulary/termCodes.js";
import { tokensAt } from "../vocabulary/tokensAt.js";

const encoder = new TextEncoder();

/**
 * The hashing trick (Weinberger et al. 2009, arXiv:0902.2206), with the columns and signs of scikit-learn's HashingVectorizer: a term's
 * column is |h| modulo their number, and its sign that of h, its MurmurHash3.
 * A token's code is twice its column, and one more where its sign is negative.
 * State: 4 bytes per id given out by the lexicon.
 */
export class TermHasher {
  readonly #columns: number;
  readonly #seed: number;
  readonly #signed: boolean;
  /** Codes moved up by 1. */
  readonly #codes = new TermCodes();

  constructor({
    columns,
    hashSeed,
    signed,
  }: { readonly columns: number; readonly hashSeed: number; readonly signed: boolean }) {
    [this.#columns, this.#seed, this.#signed] = [columns, hashSeed, signed];
  }

  /** The batch with codes in the place of ids, without tokens whose term the lexicon no longer knows. */
  encode(batch: TokenBatch): TokenBatch {
    const { lexicon, ids } = batch;
    const codes = this.#codes.of(lexicon);
    const coded = new Uint32Array(ids.length);
    const kept = new Uint32Array(ids.length);
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      codes[id] ||= this.#codeOf(lexicon.term(id));
      if (codes[id] === 0) continue;
      coded[i] = codes[id]! - 1;
      kept[length++] = i;
    }
    return tokensAt({ ...batch, ids: coded }, kept.subarray(0, length));
  }

  #codeOf(term: string | undefined): number {
    if (term === undefined) return 0;
    const hash = murmurHash3(encoder.encode(term), this.#seed);
    return 2 * (Math.abs(hash) % this.#columns) + (this.#signed && hash < 0 ? 1 : 0) + 1;
  }
}

/** Rows of columns from rows of codes: what occurs with a negative sign is taken away, and columns that come to 0 are left out. */
export function foldSigns(batch: DocumentTermBatch, vocabulary: Vocabulary): DocumentTermBatch {
  const offsets = new Uint32Array(batch.offsets.length);
  const terms = new Uint32Array(batch.terms.length);
  const values = new Float64Array(batch.terms.length);
  let cells = 0;
  for (let row = 0; row < batch.lengths.length; row++) {
    const end = batch.offsets[row + 1]!;
    for (let cell = batch.offsets[row]!; cell < end; ) {
      const column = batch.terms[cell]! >>> 1;
      let value = 0;
      for (; cell < end && batch.terms[cell]! >>> 1 === column; cell++)
        value += batch.terms[cell]! & 1 ? -batch.values[cell]! : batch.values[cell]!;
      if (value === 0) continue;
      terms[cells] = column;
      values[cells++] = value;
    }
    offsets[row + 1] = cells;
  }
  return { ...batch, vocabulary, offsets, terms: terms.subarray(0, cells), values: values.subarray(0, cells) };
}
