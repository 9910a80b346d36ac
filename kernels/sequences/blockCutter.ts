import { NO_TARGET } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import type { DocumentPiece } from "./documentPieces.js";
import { addBeginning, arraysOfDocuments, type Beginning, documentsOfArrays } from "./numberedDocument.js";
import type { SequenceRow } from "./sequenceRow.js";

/** Where ids went that are not a place of exactly one row. */
export interface CutCounts {
  /** Last ids of stretches: predicted, but nothing is predicted from them. */
  onlyTargets: number;
  /** Stretches of one id, in which there is nothing to predict. */
  alone: number;
  /** Places that repeat one of the row before, as context. */
  repeated: number;
}

export const noCounts = (): CutCounts => ({ onlyTargets: 0, alone: 0, repeated: 0 });

/**
 * Cuts a stretch of text w1 .. wn into rows of T inputs with the ids one ahead as targets: row k has the inputs w(kS + 1) .. w(kS + T), and
 * as targets w(kS + 2) .. w(kS + T + 1). Where the stride S is below T, the first T - S places of each row but the first are context alone,
 * since the row before has predicted the same; so every id but the first is predicted once.
 * State: T + 1 ids, and the documents that begin among them.
 */
export class BlockCutter {
  readonly #stride: number;
  readonly #ids: Uint32Array;
  #length = 0;
  /** Places at the beginning that the row before has predicted from. */
  #known = 0;
  #hasRows = false;
  /** The documents of the ids that are held; the first one may begin before them, at a place below 0. */
  #beginnings: Beginning[] = [];

  constructor(
    sequenceLength: number,
    stride: number,
    readonly counts: CutCounts,
  ) {
    this.#stride = stride;
    this.#ids = new Uint32Array(sequenceLength + 1);
  }

  /** Ids that are held. */
  get length(): number {
    return this.#length;
  }

  /** Takes in the stretch as it goes on, and gives the rows that are complete. */
  push({ ids, starts, document, entry }: DocumentPiece): SequenceRow[] {
    const rows: SequenceRow[] = [];
    if (starts || this.#beginnings.length === 0) addBeginning(this.#beginnings, { at: this.#length, document, entry });
    for (let from = 0; from < ids.length; ) {
      const to = Math.min(ids.length, from + this.#ids.length - this.#length);
      this.#ids.set(ids.subarray(from, to), this.#length);
      this.#length += to - from;
      from = to;
      if (this.#length < this.#ids.length) continue;
      rows.push(this.#cut());
      this.#move();
    }
    return rows;
  }

  /** The stretch is over: what is left of it as a row, if something is still to be predicted. */
  end(): SequenceRow[] {
    const inputs = this.#length - 1;
    const rows = inputs > this.#known ? [this.#cut()] : [];
    if (this.#hasRows) this.counts.onlyTargets++;
    else if (this.#length > 0) this.counts.alone++;
    this.#length = 0;
    this.#known = 0;
    this.#hasRows = false;
    this.#beginnings = [];
    return rows;
  }

  save(): StageState {
    return {
      facts: { known: this.#known, hasRows: this.#hasRows },
      arrays: {
        ids: this.#ids.slice(0, this.#length),
        at: Int32Array.from(this.#beginnings, ({ at }) => at),
        ...arraysOfDocuments(this.#beginnings),
      },
    };
  }

  restore({ facts, arrays }: StageState): void {
    this.#known = facts.known as number;
    this.#hasRows = facts.hasRows as boolean;
    this.#ids.set(arrays.ids!);
    this.#length = arrays.ids!.length;
    this.#beginnings = documentsOfArrays(arrays).map((document, k) => ({ ...document, at: arrays.at![k]! }));
  }

  /** A row of all that is held, the last id as its last target. */
  #cut(): SequenceRow {
    const inputs = this.#length - 1;
    const targets = new Int32Array(this.#ids.subarray(1, this.#length));
    targets.fill(NO_TARGET, 0, this.#known);
    this.counts.repeated += this.#known;
    const { document, entry } = this.#beginnings.findLast(({ at }) => at <= 0)!;
    const row = { ids: this.#ids.slice(0, inputs), targets, continues: this.#hasRows, document, entry };
    this.#hasRows = true;
    return row;
  }

  /** To the beginning of the next row. */
  #move(): void {
    const stride = this.#stride;
    this.#ids.copyWithin(0, stride, this.#length);
    this.#length -= stride;
    this.#known = this.#length - 1;
    const moved = this.#beginnings.map((beginning) => ({ ...beginning, at: beginning.at - stride }));
    this.#beginnings = moved.slice(moved.findLastIndex(({ at }) => at <= 0));
  }
}
