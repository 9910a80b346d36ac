import type { SequenceBatch } from "../../schemas/sequences.js";
import { NO_TARGET } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { requireSpecial } from "../vocabulary/specialIds.js";
import { DocumentPieces } from "./documentPieces.js";
import { arraysOfDocuments, documentsOfArrays, type NumberedDocument } from "./numberedDocument.js";
import {
  noPairCounts,
  PAIR_SPECIALS,
  type PairCounts,
  type PairSettings,
  SentencePairer,
  type TextPair,
} from "./sentencePairer.js";
import { sentencePieces } from "./sentencePieces.js";
import { padded, rowsOfState, type SequenceRow, stateOfRows } from "./sequenceRow.js";

export interface PairRowSettings extends PairSettings {
  readonly batchSize: number;
}

/** A row [CLS] A [SEP] B [SEP] before it is padded. */
interface PairRow extends SequenceRow {
  /** Where B begins. */
  readonly second: number;
  readonly label: number;
}

/** Lays one pass over a corpus in batches of rows of two texts each. State: that of the pairer, and the rows of a batch. */
export class PairPacker {
  readonly #settings: PairRowSettings;
  readonly #vocabulary: Vocabulary;
  readonly #epoch: number;
  readonly #pairer: SentencePairer;
  readonly #documents = new DocumentPieces();
  readonly #specials: { readonly cls: number; readonly sep: number };
  readonly #expectedTokens: number;
  /** The document of the sentences that are being collected. */
  #document: NumberedDocument | undefined;
  #rows: PairRow[] = [];
  #position = 0;
  #tokensBefore = 0;

  /** @throws RangeError if the vocabulary has no [CLS] or no [SEP] */
  constructor(who: string, settings: PairRowSettings, { vocabulary, epoch }: IdBatch) {
    this.#settings = settings;
    this.#vocabulary = vocabulary;
    this.#epoch = epoch;
    this.#pairer = new SentencePairer(settings, epoch);
    this.#specials = {
      cls: requireSpecial(who, vocabulary, "[CLS]"),
      sep: requireSpecial(who, vocabulary, "[SEP]"),
    };
    const { length, randomShare } = settings;
    // text of other documents fills about half of each random row
    const places = length / (length - PAIR_SPECIALS) / (1 - randomShare / 2);
    this.#expectedTokens = Math.round(vocabulary.tokens * places);
  }

  get epoch(): number {
    return this.#epoch;
  }

  push(batch: IdBatch): SequenceBatch[] {
    for (const piece of sentencePieces(this.#documents, batch)) {
      if (piece.starts) this.#endDocument();
      else if (piece.startsSentence) this.#pairer.endSentence();
      this.#document = { document: piece.document, entry: piece.entry };
      this.#pairer.push(piece.ids);
      this.#takeRows();
    }
    return this.#batches(this.#settings.batchSize);
  }

  end(): SequenceBatch[] {
    this.#endDocument();
    return [...this.#batches(this.#settings.batchSize), ...this.#batches(1)];
  }

  /** What was counted since this was last asked. */
  takeCounts(): PairCounts {
    const { counts } = this.#pairer;
    this.#pairer.counts = noPairCounts();
    return counts;
  }

  save(): StageState {
    const rows = this.#rows;
    const packer: StageState = {
      facts: { position: this.#position, tokensBefore: this.#tokensBefore },
      arrays: {
        ...arraysOfDocuments(this.#document ? [this.#document] : []),
        second: Uint32Array.from(rows, ({ second }) => second),
        label: Uint32Array.from(rows, ({ label }) => label),
      },
    };
    return joinStates({ packer, rows: stateOfRows(rows), pieces: this.#documents.save(), pairer: this.#pairer.save() });
  }

  restore(state: StageState): void {
    const { packer, rows, pieces, pairer } = splitState(state);
    const { second, label } = packer!.arrays as Readonly<Record<string, Uint32Array>>;
    this.#position = packer!.facts.position as number;
    this.#tokensBefore = packer!.facts.tokensBefore as number;
    this.#document = documentsOfArrays(packer!.arrays)[0];
    this.#rows = rowsOfState(rows!).map((row, k) => ({ ...row, second: second![k]!, label: label![k]! }));
    this.#documents.restore(pieces!);
    this.#pairer.restore(pairer!);
  }

  #endDocument(): void {
    this.#pairer.endDocument();
    this.#takeRows();
  }

  #takeRows(): void {
    const pairs = this.#pairer.takePairs();
    if (pairs.length > 0) this.#rows.push(...pairs.map((pair) => this.#rowOf(pair, this.#document!)));
  }

  #rowOf({ first, second, isRandom }: TextPair, { document, entry }: NumberedDocument): PairRow {
    const { cls, sep } = this.#specials;
    const ids = Uint32Array.of(cls, ...first, sep, ...second, sep);
    const targets = new Int32Array(ids.length).fill(NO_TARGET);
    const label = isRandom ? 1 : 0;
    return { ids, targets, continues: false, document, entry, second: first.length + 2, label };
  }

  /** Of all rows that are held, as long as there are `least` of them. */
  #batches(least: number): SequenceBatch[] {
    const batches: SequenceBatch[] = [];
    while (this.#rows.length >= least) batches.push(this.#batchOf(this.#rows.splice(0, this.#settings.batchSize)));
    return batches;
  }

  #batchOf(rows: readonly PairRow[]): SequenceBatch {
    const { length } = this.#settings;
    const segments = new Uint8Array(rows.length * length);
    rows.forEach(({ ids, second }, row) => {
      segments.fill(1, row * length + second, row * length + ids.length);
    });
    const batch: SequenceBatch = {
      ...padded(rows, length),
      ...{ vocabulary: this.#vocabulary, segments, labels: Uint32Array.from(rows, ({ label }) => label) },
      ...{ epoch: this.#epoch, position: this.#position, tokensBefore: this.#tokensBefore },
      expectedTokens: this.#expectedTokens,
    };
    this.#position += rows.length;
    this.#tokensBefore += rows.reduce((total, { ids }) => total + ids.length, 0);
    return batch;
  }
}
