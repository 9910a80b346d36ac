import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { BlockCutter, noCounts } from "./blockCutter.js";
import type { DocumentPiece } from "./documentPieces.js";
import type { LayoutSettings, RowLayout } from "./rowLayout.js";
import { RowShuffler } from "./rowShuffler.js";
import { rowsOfState, type SequenceRow, stateOfRows } from "./sequenceRow.js";

/** Row after row as the text comes, or shuffled; no row goes on where another one ended. State: B + `shuffle` rows. */
export class BlockLayout implements RowLayout {
  readonly counts = noCounts();
  readonly #settings: LayoutSettings;
  readonly #cutter: BlockCutter;
  readonly #shuffler: RowShuffler;
  /** Of the batch that is not complete. */
  #rows: SequenceRow[] = [];

  constructor(settings: LayoutSettings, epoch: number) {
    this.#settings = settings;
    this.#cutter = new BlockCutter(settings.length, settings.stride, this.counts);
    this.#shuffler = new RowShuffler(settings.shuffle, settings.seed, epoch);
  }

  *push(piece: DocumentPiece): Generator<SequenceRow[]> {
    if (piece.starts && this.#settings.across === "document") yield* this.#take(this.#cutter.end());
    yield* this.#take(this.#cutter.push(piece));
  }

  *end(): Generator<SequenceRow[]> {
    yield* this.#take(this.#cutter.end());
    yield* this.#group(this.#shuffler.end());
    if (this.#rows.length > 0) yield this.#rows;
    this.#rows = [];
  }

  save(): StageState {
    const [cutter, shuffler, rows] = [this.#cutter.save(), this.#shuffler.save(), stateOfRows(this.#rows)];
    return joinStates({ cutter, shuffler, rows });
  }

  restore(state: StageState): void {
    const { cutter, shuffler, rows } = splitState(state);
    this.#cutter.restore(cutter!);
    this.#shuffler.restore(shuffler!);
    this.#rows = rowsOfState(rows!);
  }

  *#take(rows: readonly SequenceRow[]): Generator<SequenceRow[]> {
    const isShuffled = this.#settings.shuffle > 0;
    for (const row of rows) {
      const alone = { ...row, continues: false };
      yield* this.#group(isShuffled ? this.#shuffler.push(alone) : [alone]);
    }
  }

  *#group(rows: readonly SequenceRow[]): Generator<SequenceRow[]> {
    for (const row of rows) {
      this.#rows.push(row);
      if (this.#rows.length < this.#settings.batchSize) continue;
      yield this.#rows;
      this.#rows = [];
    }
  }
}
