import { sequences } from "../../kinds/sequences.js";
import { NO_TARGET, type SequenceBatch } from "../../schemas/sequences.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { requireVocabulary } from "../cooccurrence/vocabularyHash.js";
import { openTable, requireColumns } from "../tables/tableFile.js";

/**
 * Reads sequences from an Arrow or Parquet file of `writeSequences`, a batch a record batch or row group.
 *
 * Out: SequenceBatch. State: one batch.
 * @throws SyntaxError, RangeError with the row: a file cut short, ids or targets outside the vocabulary, another vocabulary than the table
 *   was made with; TypeError if a column is missing
 * @example
 *   const sequences$ = fromPull(() => readSequences("sequences.arrow", vocabulary));
 */
export async function* readSequences(path: string, vocabulary: Vocabulary): AsyncGenerator<SequenceBatch> {
  const file = await openTable(path);
  const names = sequences.columns!;
  requireColumns(path, file, names);
  requireVocabulary(path, vocabulary, file.metadata);
  const parts = ["segments", "label"].filter((name) => file.columns.some((column) => column.name === name));
  let [position, tokensBefore] = [0, 0];
  for await (const { rows, columns } of file.blocks([...names, ...parts])) {
    if (rows === 0) continue;
    const numbers = Object.fromEntries([...names, ...parts].map((name, k) => [name, columns[k]]));
    const { document, continues, length, label } = numbers as Readonly<Record<string, ArrayLike<number>>>;
    const { ids, targets, segments } = numbers as Readonly<Record<string, ArrayLike<number>[]>>;
    const sequenceLength = ids![0]!.length;
    for (let row = 0; row < rows; row++) {
      const fault = rowFault(length![row]!, ids![row]!, targets![row]!, sequenceLength, vocabulary.terms.length);
      if (fault) throw new RangeError(`${path}: ${fault} in row ${position + row}`);
    }
    const lengths = Uint32Array.from(length!);
    const size = rows * sequenceLength;
    yield {
      vocabulary,
      sequenceLength,
      ids: joined(ids!, new Uint32Array(size)),
      targets: joined(targets!, new Int32Array(size)),
      lengths,
      continues: Uint8Array.from(continues!),
      rowDocuments: Uint32Array.from(document!),
      ...(segments ? { segments: joined(segments, new Uint8Array(size)) } : {}),
      ...(label ? { labels: Uint32Array.from(label) } : {}),
      epoch: 0,
      position,
      tokensBefore,
      expectedTokens: 0,
    };
    position += rows;
    tokensBefore += sequences.amounts!.tokens!({ lengths } as SequenceBatch);
  }
}

/** Lists of one length, end to end. */
function joined<A extends Uint8Array | Uint32Array | Int32Array>(lists: readonly ArrayLike<number>[], into: A): A {
  lists.forEach((list, row) => {
    into.set(list, row * list.length);
  });
  return into;
}

function rowFault(
  length: number,
  ids: ArrayLike<number>,
  targets: ArrayLike<number>,
  sequenceLength: number,
  terms: number,
): string | undefined {
  for (const [name, list] of Object.entries({ ids, targets }))
    if (list.length !== sequenceLength) return `a row must hold ${sequenceLength} ${name}, got ${list.length}`;
  if (!(length >= 0 && length <= sequenceLength)) return `a length must be from 0 to ${sequenceLength}, got ${length}`;
  for (let k = 0; k < length; k++) {
    const [id, target] = [ids[k]!, targets[k]!];
    if (!(id >= 0 && id < terms)) return `ids must be from 0 to ${terms - 1}, got ${id}`;
    if (!(target >= NO_TARGET && target < terms))
      return `targets must be from ${NO_TARGET} to ${terms - 1}, got ${target}`;
  }
  for (let k = length; k < ids.length; k++) {
    if (ids[k] !== 0) return `ids behind the end of a row must be 0, got ${ids[k]}`;
    if (targets[k] !== NO_TARGET) return `targets behind the end of a row must be ${NO_TARGET}, got ${targets[k]}`;
  }
  return undefined;
}
