import { sequences } from "../../kinds/sequences.js";
import type { SequenceBatch } from "../../schemas/sequences.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { requireVocabulary } from "../cooccurrence/vocabularyHash.js";
import { openTable, requireColumns } from "../tables/tableFile.js";

/**
 * Reads sequences from an Arrow or Parquet file of `writeSequences`, a batch a record batch or row group.
 *
 * Out: SequenceBatch. State: one batch.
 * @throws SyntaxError, RangeError with the row: a file cut short, ids outside the vocabulary, documents out of order, another
 *   vocabulary than the table was made with
 * @example
 *   const sequences$ = fromPull(() => readSequences("sequences.arrow", vocabulary));
 */
export async function* readSequences(path: string, vocabulary: Vocabulary): AsyncGenerator<SequenceBatch> {
  const file = await openTable(path);
  const names = sequences.columns!;
  requireColumns(path, file, names);
  requireVocabulary(path, vocabulary, file.metadata);
  let before = 0;
  let done = 0;
  for await (const { rows, columns } of file.blocks(names)) {
    if (rows === 0) continue;
    const [documents, lengths, lists] = columns as [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>[]];
    const sequenceLength = lists[0]!.length;
    const ids = new Uint32Array(rows * sequenceLength);
    for (let row = 0; row < rows; row++) {
      const fault = rowFault(
        documents[row]!,
        before,
        lengths[row]!,
        lists[row]!,
        sequenceLength,
        vocabulary.terms.length,
      );
      if (fault) throw new RangeError(`${path}: ${fault} in row ${done + row}`);
      before = documents[row]!;
      ids.set(lists[row]!, row * sequenceLength);
    }
    done += rows;
    yield {
      vocabulary,
      sequenceLength,
      ids,
      lengths: Uint32Array.from(lengths),
      rowDocuments: Uint32Array.from(documents),
      epoch: 0,
    };
  }
}

function rowFault(
  document: number,
  before: number,
  length: number,
  ids: ArrayLike<number>,
  sequenceLength: number,
  terms: number,
): string | undefined {
  if (!(document >= before)) return `documents must be ascending from ${before} on, got ${document}`;
  if (ids.length !== sequenceLength) return `a row must hold ${sequenceLength} ids, got ${ids.length}`;
  if (!(length >= 0 && length <= sequenceLength)) return `a length must be from 0 to ${sequenceLength}, got ${length}`;
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k]!;
    if (k < length && !(id >= 0 && id < terms)) return `ids must be from 0 to ${terms - 1}, got ${id}`;
    if (k >= length && id !== 0) return `ids behind the end of a row must be 0, got ${id}`;
  }
  return undefined;
}
