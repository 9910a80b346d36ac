import type { OperatorFunction } from "rxjs";
import { sequences } from "../kinds/sequences.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { type SequenceBatch, type SequenceParts, sequencesSchema } from "../schemas/sequences.js";
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
 * Writes sequences as rows of document, continues, length, ids and targets, with segments and label where the first batch has them, and
 * passes each batch on once its rows were taken.
 *
 * In, out: SequenceBatch, B rows of T ids in the vocabulary. State: one block, at most 65,536 (Arrow) or 131,072 rows (Parquet).
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, if rows have another length or other parts
 * @example
 *   sequences$.pipe(writeSequences({ path: "sequences.parquet" }))
 */
export function writeSequences(options: WriteSequencesOptions): OperatorFunction<SequenceBatch, SequenceBatch> {
  const { path, format } = parseOptions(writeSequencesSchema, options);
  return writeRows<SequenceBatch>("writeSequences", path, tableFormatOf("writeSequences", path, format), () => {
    let expected: Form = { sequenceLength: 1 };
    return {
      schema: (first) => {
        expected = first ?? expected;
        const { columns } = sequencesSchema(expected.sequenceLength, expected);
        return { columns, metadata: fixedMetadata("writeSequences", first) };
      },
      rows: (batch) => {
        requireForm(path, expected, batch);
        const { rowDocuments, continues, lengths, ids, targets, segments, labels } = batch;
        const parts = [segments, labels].filter((part) => part !== undefined).map((part) => Int32Array.from(part));
        return {
          columns: [rowDocuments, Int8Array.from(continues), lengths, ids, targets, ...parts],
          rows: lengths.length,
        };
      },
      amount: sequences.amounts!.tokens!,
    };
  });
}

type Form = Pick<SequenceBatch, "sequenceLength"> & SequenceParts;

function requireForm(path: string, expected: Form, batch: SequenceBatch): void {
  const { sequenceLength } = expected;
  if (batch.sequenceLength !== sequenceLength)
    throw new RangeError(
      `writeSequences: ${path} must hold rows of ${sequenceLength} ids as its first one, got one of ${batch.sequenceLength}`,
    );
  for (const part of ["segments", "labels"] as const)
    if (!batch[part] !== !expected[part])
      throw new RangeError(
        `writeSequences: ${path} must hold rows ${expected[part] ? "with" : "without"} ${part} as its first one, got one ${batch[part] ? "with" : "without"}`,
      );
}
