import type { OperatorFunction } from "rxjs";
import { sequences } from "../kinds/sequences.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { type SequenceBatch, sequencesSchema } from "../schemas/sequences.js";
import { defineUnit } from "../schemas/units.js";
import { fixedMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeSequencesSchema = defineUnit({
  name: "writeSequences",
  kind: "sink",
  reads: "sequences",
  makes: "sequences",
  summary: "Writes sequences of ids of one length to a file, one row a sequence",
  fields: tableFields,
  create: (_, options): OperatorFunction<SequenceBatch, SequenceBatch> => writeSequences(options),
});

export type WriteSequencesOptions = OptionsOf<typeof writeSequencesSchema>;

/**
 * Writes sequences as rows of document, length and ids, and passes each batch on once its rows were taken.
 *
 * In, out: SequenceBatch, B rows of T ids in the vocabulary. State: one block, at most 65,536 (Arrow) or 131,072 rows (Parquet).
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, if rows have another length
 * @example
 *   sequences$.pipe(writeSequences({ path: "sequences.parquet" }))
 */
export function writeSequences(options: WriteSequencesOptions): OperatorFunction<SequenceBatch, SequenceBatch> {
  const { path, format } = parseOptions(writeSequencesSchema, options);
  return writeRows<SequenceBatch>("writeSequences", path, tableFormatOf("writeSequences", path, format), () => {
    let expected = 1;
    return {
      schema: (first) => {
        expected = first?.sequenceLength ?? expected;
        return { ...sequencesSchema(expected), metadata: fixedMetadata("writeSequences", first) };
      },
      rows: ({ ids, lengths, rowDocuments, sequenceLength }) => {
        if (sequenceLength !== expected)
          throw new RangeError(
            `writeSequences: ${path} must hold rows of ${expected} ids as its first one, got one of ${sequenceLength}`,
          );
        return { columns: [rowDocuments, lengths, ids], rows: lengths.length };
      },
      amount: sequences.amounts!.tokens!,
    };
  });
}
