import type { StageState } from "../../schemas/state.js";
import type { CutCounts } from "./blockCutter.js";
import type { DocumentPiece } from "./documentPieces.js";
import type { SequenceRow } from "./sequenceRow.js";

/** Lays text in rows, and rows in batches. */
export interface RowLayout {
  readonly counts: CutCounts;
  /** Tokens in the rows of an epoch, where that is known. */
  readonly tokens?: number | undefined;
  /** Takes in text, and gives the rows of each batch that is complete. */
  push(piece: DocumentPiece): Iterable<readonly SequenceRow[]>;
  /** The text is over: the rows of all batches that are left. */
  end(): Iterable<readonly SequenceRow[]>;
  /** In the middle of a pass over text that does not come again. */
  save?(): StageState;
  restore?(state: StageState): void;
}

export interface LayoutSettings {
  /** T. */
  readonly length: number;
  /** B; with lanes, as many as there are lanes. */
  readonly batchSize: number;
  readonly across: "document" | "corpus";
  readonly stride: number;
  /** Rows among which the order is shuffled; 0 for the order of the text. */
  readonly shuffle: number;
  readonly seed: number;
}
