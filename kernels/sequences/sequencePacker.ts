import type { SequenceBatch } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { type CutCounts, noCounts } from "./blockCutter.js";
import { DocumentPieces } from "./documentPieces.js";
import type { RowLayout } from "./rowLayout.js";
import { padded, type SequenceRow } from "./sequenceRow.js";

/**
 * Lays one pass over a corpus in batches of rows, which know how much was before them. Where the vocabulary changes, all that is held goes
 * out in the one before. State: that of the layout.
 */
export class SequencePacker {
  readonly #sequenceLength: number;
  readonly #layout: RowLayout;
  readonly #epoch: number;
  readonly #expectedTokens: number;
  readonly #documents = new DocumentPieces();
  #vocabulary: IdBatch["vocabulary"];
  #position = 0;
  #tokensBefore = 0;

  /** @param repeats how many times as many places the rows have as the text has tokens */
  constructor(sequenceLength: number, layout: RowLayout, { epoch, vocabulary }: IdBatch, repeats: number) {
    this.#sequenceLength = sequenceLength;
    this.#layout = layout;
    this.#epoch = epoch;
    this.#vocabulary = vocabulary;
    this.#expectedTokens = "generation" in vocabulary ? 0 : Math.round(vocabulary.tokens * repeats);
  }

  get epoch(): number {
    return this.#epoch;
  }

  *push(batch: IdBatch): Generator<SequenceBatch> {
    if (batch.vocabulary !== this.#vocabulary) yield* this.end();
    this.#vocabulary = batch.vocabulary;
    for (const piece of this.#documents.of(batch))
      for (const rows of this.#layout.push(piece)) yield this.#batchOf(rows);
  }

  *end(): Generator<SequenceBatch> {
    for (const rows of this.#layout.end()) yield this.#batchOf(rows);
  }

  /** What was counted since this was last asked. */
  takeCounts(): CutCounts {
    const { counts } = this.#layout;
    const taken = { ...counts };
    Object.assign(counts, noCounts());
    return taken;
  }

  save(): StageState {
    const packer = { facts: { position: this.#position, tokensBefore: this.#tokensBefore }, arrays: {} };
    return joinStates({ packer, documents: this.#documents.save(), layout: this.#layout.save!() });
  }

  restore(state: StageState): void {
    const { packer, documents, layout } = splitState(state);
    this.#position = packer!.facts.position as number;
    this.#tokensBefore = packer!.facts.tokensBefore as number;
    this.#documents.restore(documents!);
    this.#layout.restore!(layout!);
  }

  #batchOf(rows: readonly SequenceRow[]): SequenceBatch {
    const batch: SequenceBatch = {
      vocabulary: this.#vocabulary,
      ...padded(rows, this.#sequenceLength),
      epoch: this.#epoch,
      position: this.#position,
      tokensBefore: this.#tokensBefore,
      expectedTokens: this.#layout.tokens ?? this.#expectedTokens,
    };
    this.#position += rows.length;
    this.#tokensBefore += rows.reduce((total, { ids }) => total + ids.length, 0);
    return batch;
  }
}
