import { noCounts } from "./blockCutter.js";
import type { DocumentPiece } from "./documentPieces.js";
import { addBeginning, type Beginning, type NumberedDocument } from "./numberedDocument.js";
import type { LayoutSettings, RowLayout } from "./rowLayout.js";
import { emptyRow, type SequenceRow, usedLanes } from "./sequenceRow.js";

const PIECE = 2 ** 16;

/**
 * The corpus of N tokens in B contiguous parts of floor(N / B), one a lane, as Zaremba et al. 2014 (arXiv:1409.2329) and the reader of
 * TensorFlow's PTB tutorial have it. Row b of a batch goes on where row b of the batch before ended.
 *
 * Those leave out the N mod B last tokens, the steps that do not fill a row, and the step from one part to the next. Here each part reads
 * one id into the next one for its last target, rows may be shorter at the end, and the last part has what is left, so that each
 * token but the first is predicted once.
 *
 * State: 4 bytes a token, since the last part begins near the end of the text, and all documents' entries. Nothing is given before the end.
 */
export class PartLanes implements RowLayout {
  readonly counts = noCounts();
  readonly #settings: LayoutSettings;
  readonly #pieces: Uint32Array[] = [];
  #length = 0;
  readonly #beginnings: Beginning[] = [];

  constructor(settings: LayoutSettings) {
    this.#settings = settings;
  }

  get tokens(): number {
    return Math.max(0, this.#length - 1);
  }

  push({ ids, starts, document, entry }: DocumentPiece): SequenceRow[][] {
    if (starts) addBeginning(this.#beginnings, { at: this.#length, document, entry });
    for (let from = 0; from < ids.length; ) {
      const at = this.#length % PIECE;
      if (at === 0) this.#pieces.push(new Uint32Array(PIECE));
      const to = Math.min(ids.length, from + PIECE - at);
      this.#pieces.at(-1)!.set(ids.subarray(from, to), at);
      this.#length += to - from;
      from = to;
    }
    return [];
  }

  /** @throws RangeError if a lane would have nothing to predict from */
  *end(): Generator<SequenceRow[]> {
    const { batchSize: lanes, length } = this.#settings;
    if (this.#length === 0) return;
    if (lanes >= this.#length)
      throw new RangeError(
        `packSequences: lanes must be fewer than the tokens of the corpus, got ${lanes} lanes and ${this.#length} tokens`,
      );
    this.counts.onlyTargets++;
    const part = Math.floor(this.#length / lanes);
    const starts = Array.from({ length: lanes }, (_, lane) => lane * part);
    const ends = starts.map((start, lane) => (lane === lanes - 1 ? this.tokens : start + part));
    const longest = Math.max(...ends.map((end, lane) => end - starts[lane]!));
    for (let step = 0; step < longest; step += length)
      yield usedLanes(
        starts.map((start, lane) => this.#row(start + step, Math.min(start + step + length, ends[lane]!), step > 0)),
      );
  }

  #row(from: number, to: number, continues: boolean): SequenceRow {
    const source = this.#documentAt(Math.min(from, this.#length - 1));
    if (from >= to) return emptyRow(source);
    const { document, entry } = source;
    const ids = this.#read(from, to);
    return { ids, targets: new Int32Array(this.#read(from + 1, to + 1)), continues, document, entry };
  }

  #read(from: number, to: number): Uint32Array {
    const ids = new Uint32Array(to - from);
    for (let at = from; at < to; ) {
      const place = at % PIECE;
      const piece = this.#pieces[(at - place) / PIECE]!.subarray(place, place + to - at);
      ids.set(piece, at - from);
      at += piece.length;
    }
    return ids;
  }

  /** The last document that begins at a place or before it, by halving. */
  #documentAt(place: number): NumberedDocument {
    let [low, high] = [0, this.#beginnings.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#beginnings[middle]!.at <= place) low = middle;
      else high = middle - 1;
    }
    return this.#beginnings[low]!;
  }
}
