import type { SequenceBatch } from "../../schemas/sequences.js";
import { NO_TARGET } from "../../schemas/sequences.js";
import type { StageState } from "../../schemas/state.js";
import { arraysOfDocuments, columnOf, documentsOfArrays, type NumberedDocument } from "./numberedDocument.js";

/** A row of a batch before it is padded: as many targets as ids. It names the document in which it begins. */
export interface SequenceRow extends NumberedDocument {
  readonly ids: Uint32Array;
  readonly targets: Int32Array;
  /** It goes on where the row before it of the same stretch of text ended. */
  readonly continues: boolean;
}

/** A row without text, in the place of a lane that has ended. */
export function emptyRow({ document, entry }: NumberedDocument): SequenceRow {
  return { ids: new Uint32Array(0), targets: new Int32Array(0), continues: false, document, entry };
}

/** Up to the last lane that has text. */
export function usedLanes(rows: readonly SequenceRow[]): SequenceRow[] {
  return rows.slice(0, rows.findLastIndex(({ ids }) => ids.length > 0) + 1);
}

/** Rows side by side, padded to one length. */
export function padded(rows: readonly SequenceRow[], sequenceLength: number) {
  const ids = new Uint32Array(rows.length * sequenceLength);
  const targets = new Int32Array(ids.length).fill(NO_TARGET);
  rows.forEach((row, r) => {
    ids.set(row.ids, r * sequenceLength);
    targets.set(row.targets, r * sequenceLength);
  });
  const documents = columnOf(rows);
  return {
    ...{ sequenceLength, ids, targets, ...perRow(rows) },
    rowDocuments: Uint32Array.from(rows, ({ document }) => document),
    ...(documents ? { documents } : {}),
  } satisfies Partial<SequenceBatch>;
}

/** Rows as they are kept by a checkpoint, end to end. */
export function stateOfRows(rows: readonly SequenceRow[]): StageState {
  const size = rows.reduce((total, { ids }) => total + ids.length, 0);
  const [ids, targets] = [new Uint32Array(size), new Int32Array(size)];
  let at = 0;
  for (const row of rows) {
    ids.set(row.ids, at);
    targets.set(row.targets, at);
    at += row.ids.length;
  }
  return { facts: {}, arrays: { ids, targets, ...perRow(rows), ...arraysOfDocuments(rows) } };
}

export function rowsOfState({ arrays }: StageState): SequenceRow[] {
  const [ids, targets] = [arrays.ids as Uint32Array, arrays.targets as Int32Array];
  let at = 0;
  return documentsOfArrays(arrays).map((document, row) => {
    const from = at;
    at += arrays.lengths![row]!;
    return {
      ids: ids.slice(from, at),
      targets: targets.slice(from, at),
      continues: arrays.continues![row] === 1,
      ...document,
    };
  });
}

const perRow = (rows: readonly SequenceRow[]) => ({
  lengths: Uint32Array.from(rows, ({ ids }) => ids.length),
  continues: Uint8Array.from(rows, ({ continues }) => Number(continues)),
});
