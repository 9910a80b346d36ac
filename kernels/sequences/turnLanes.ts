import type { StageState } from "../../schemas/state.js";
import { joinStates, splitState, stackStates, unstackStates } from "../numbers/joinStates.js";
import { BlockCutter, noCounts } from "./blockCutter.js";
import type { DocumentPiece } from "./documentPieces.js";
import { arraysOfDocuments, documentsOfArrays, type NumberedDocument } from "./numberedDocument.js";
import type { LayoutSettings, RowLayout } from "./rowLayout.js";
import { RowQueue } from "./rowQueue.js";
import { emptyRow, rowsOfState, type SequenceRow, stateOfRows, usedLanes } from "./sequenceRow.js";

/**
 * Parallel lanes, each of which takes the next whole document when it has the least text: row b of a batch goes on where row b of the
 * batch before ended. Where rows do not cross documents, that holds within a document, and the next one begins with a row of its own. Of
 * lanes with equally little text the first one takes the document.
 *
 * State: at most as many times the longest document as there are lanes, and T ids for each. Once the text is over, lanes that have ended
 * stay as rows without text, but behind the last lane with text they are left out.
 */
export class TurnLanes implements RowLayout {
  readonly counts = noCounts();
  readonly #settings: LayoutSettings;
  readonly #cutters: readonly BlockCutter[];
  /** The rows that wait for those of other lanes. */
  readonly #rows: readonly RowQueue[];
  /** The last document of each lane that has had one. */
  #documents: NumberedDocument[] = [];
  /** The lane that takes the document which has begun. */
  #lane = 0;

  constructor(settings: LayoutSettings) {
    const { length, batchSize } = settings;
    this.#settings = settings;
    this.#cutters = Array.from({ length: batchSize }, () => new BlockCutter(length, length, this.counts));
    this.#rows = this.#cutters.map(() => new RowQueue());
  }

  *push(piece: DocumentPiece): Generator<SequenceRow[]> {
    if (piece.starts) this.#turn();
    const { document, entry } = piece;
    this.#documents[this.#lane] = { document, entry };
    this.#rows[this.#lane]!.push(this.#cutters[this.#lane]!.push(piece));
    while (this.#rows.every((rows) => rows.length > 0)) yield this.#rows.map((rows) => rows.take()!);
  }

  *end(): Generator<SequenceRow[]> {
    this.#cutters.forEach((cutter, lane) => {
      this.#rows[lane]!.push(cutter.end());
    });
    while (this.#rows.some((rows) => rows.length > 0))
      yield usedLanes(this.#documents.map((document, lane) => this.#rows[lane]!.take() ?? emptyRow(document)));
  }

  save(): StageState {
    const cutters = stackStates(this.#cutters.map((cutter) => cutter.save()));
    const waiting = Uint32Array.from(this.#rows, (rows) => rows.length);
    const lanes = { facts: { lane: this.#lane }, arrays: { waiting, ...arraysOfDocuments(this.#documents) } };
    return joinStates({ cutters, rows: stateOfRows(this.#rows.flatMap(({ rows }) => rows)), lanes });
  }

  restore(state: StageState): void {
    const parts = splitState(state);
    const { facts, arrays } = parts.lanes!;
    const waiting = rowsOfState(parts.rows!);
    const cutters = unstackStates(parts.cutters!, this.#cutters.length);
    this.#lane = facts.lane as number;
    this.#cutters.forEach((cutter, lane) => {
      cutter.restore(cutters[lane]!);
      this.#rows[lane]!.push(waiting.splice(0, arrays.waiting![lane]));
    });
    this.#documents = documentsOfArrays(arrays);
  }

  #turn(): void {
    const { across, length } = this.#settings;
    if (across === "document") this.#rows[this.#lane]!.push(this.#cutters[this.#lane]!.end());
    const text = this.#cutters.map((cutter, lane) => this.#rows[lane]!.length * length + cutter.length);
    this.#lane = text.indexOf(Math.min(...text));
  }
}
