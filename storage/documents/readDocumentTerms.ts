import { batchOfRows, documentTerms } from "../../kinds/documentTerms.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { requireVocabulary } from "../cooccurrence/vocabularyHash.js";
import { openTable, requireColumns } from "../tables/tableFile.js";

/**
 * Reads the terms of documents from an Arrow or Parquet file of `writeDocumentTerms`, a batch a record batch or row group.
 *
 * Out: DocumentTermBatch. State: one batch.
 * @throws SyntaxError, RangeError with the row: a file cut short, ids outside the vocabulary or not ascending, values that are not
 *   finite, documents out of order, another vocabulary than the table was made with
 * @example
 *   const documentTerms$ = fromPull(() => readDocumentTerms("terms.arrow", vocabulary));
 */
export async function* readDocumentTerms(path: string, vocabulary: Vocabulary): AsyncGenerator<DocumentTermBatch> {
  const file = await openTable(path);
  const names = documentTerms.columns!;
  requireColumns(path, file, names);
  requireVocabulary(path, vocabulary, file.metadata);
  let before = -1;
  let done = 0;
  for await (const { rows, columns } of file.blocks(names)) {
    if (rows === 0) continue;
    const [documents, lengths, terms, values] = columns as [
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>[],
      ArrayLike<number>[],
    ];
    for (let row = 0; row < rows; row++) {
      const fault =
        documentFault(documents[row]!, before, lengths[row]!) ??
        termsFault(terms[row]!, values[row]!, vocabulary.terms.length);
      if (fault) throw new RangeError(`${path}: ${fault} in row ${done + row}`);
      before = documents[row]!;
    }
    done += rows;
    yield batchOfRows(vocabulary, { rowDocuments: documents, lengths, terms, values });
  }
}

function documentFault(document: number, before: number, length: number): string | undefined {
  if (!(document > before)) return `documents must be ascending from ${before + 1} on, got ${document}`;
  return length >= 0 ? undefined : `a length must be >= 0, got ${length}`;
}

function termsFault(terms: ArrayLike<number>, values: ArrayLike<number>, size: number): string | undefined {
  if (terms.length !== values.length) return `each term must have a value, got ${values.length} for ${terms.length}`;
  for (let k = 0; k < terms.length; k++) {
    const from = k === 0 ? 0 : terms[k - 1]! + 1;
    if (!(terms[k]! >= from && terms[k]! < size))
      return `terms must be ascending ids from 0 to ${size - 1}, got ${terms[k]}`;
    if (!Number.isFinite(values[k])) return `values must be finite, got ${values[k]}`;
  }
  return undefined;
}
