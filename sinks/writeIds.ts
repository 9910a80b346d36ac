import type { OperatorFunction } from "rxjs";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { type IdBatch, idsSchema } from "../schemas/tokens.js";
import { defineUnit } from "../schemas/units.js";
import { fixedMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeIdsSchema = defineUnit({
  name: "writeIds",
  kind: "sink",
  reads: "ids",
  makes: "ids",
  summary: "Writes token ids to a file, one row a token",
  fields: tableFields,
  create: (_, options): OperatorFunction<IdBatch, IdBatch> => writeIds(options),
});

export type WriteIdsOptions = OptionsOf<typeof writeIdsSchema>;

/**
 * Writes token ids as rows of document, sentence and id, and passes each batch on once its rows were taken.
 *
 * Flat rows and not a list per sentence: SQL and data frames count, join and group them without unnesting, a sentence that goes
 * on in the next batch needs no memory, and `list(id) ... group by sentence` makes the lists. Numbers without rows are documents
 * or sentences without a term of the vocabulary.
 *
 * In, out: IdBatch. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet), and where the last document and sentence began.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   tokens$.pipe(encode(vocabulary), writeIds({ path: "ids.parquet" }))
 */
export function writeIds(options: WriteIdsOptions): OperatorFunction<IdBatch, IdBatch> {
  const { path, format } = parseOptions(writeIdsSchema, options);
  return writeRows("writeIds", path, tableFormatOf("writeIds", path, format), () => {
    let documents = 0;
    let sentences = 0;
    return {
      schema: (first) => ({ ...idsSchema, metadata: fixedMetadata("writeIds", first) }),
      rows: ({ ids, documentOffsets, sentenceOffsets }) => {
        const document = ordinals(documentOffsets, ids.length, documents);
        const sentence = ordinals(sentenceOffsets, ids.length, sentences);
        documents += documentOffsets.length;
        sentences += sentenceOffsets.length;
        return { columns: [document, sentence, ids], rows: ids.length };
      },
    };
  });
}

/** For each position the number, from 0, of the last start at or before it; `before` starts came in earlier batches. */
function ordinals(starts: Uint32Array, length: number, before: number): Int32Array {
  const numbers = new Int32Array(length);
  for (let k = 0; k <= starts.length; k++)
    numbers.fill(Math.max(0, before + k - 1), starts[k - 1] ?? 0, starts[k] ?? length);
  return numbers;
}
