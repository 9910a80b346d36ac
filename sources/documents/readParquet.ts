import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import type { TextBatch } from "../../schemas/text.js";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import { EntryMaker } from "./documentEntry.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import { readColumns } from "./parquetColumn.js";
import type { ReadSettings } from "./readSettings.js";
import { repairUtf8 } from "./repairUtf8.js";
import { type ReadDocument, takeDocument } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

const NOTHING = new Uint8Array(0);

/**
 * One column of a Parquet file, a document a row, and those that hold what is known of it; a row without a text is an empty document,
 * counted in `nulls`. The source position counts the bytes of the texts.
 */
export async function* readParquet(
  file: FileHandle,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const { field, onInvalid, maxDocumentLength, maxExpansion } = settings;
  writer.open(report.name);
  const entries = new EntryMaker(settings, "parquet", report);
  const read = (cell: Uint8Array | undefined, values: readonly unknown[], where: string): ReadDocument => {
    const clean = cell ? unifyLineEnds(valid(cell, where, onInvalid, report)) : NOTHING;
    const text = report.checkLength(where, clean, maxDocumentLength);
    const plain = values.map((value) => plainValue(value, (bytes) => valid(bytes, where, onInvalid, report)));
    const entry = entries.make(where, plain);
    if (!cell) report.add("nulls", 1);
    return { text, entry };
  };
  let row = 0;
  let bytes = 0;
  for await (const { texts, others } of readColumns(file, field, entries.columns, report, maxExpansion)) {
    report.add(
      "bytes",
      texts.reduce((sum, cell) => sum + (cell?.length ?? 0), 0),
    );
    for (const [k, cell] of texts.entries()) {
      row++;
      const values = others.map((column) => column[k]);
      takeDocument({ offset: bytes }, report, writer, () => read(cell, values, `row ${row}`));
      bytes += cell?.length ?? 0;
      writer.reach(bytes);
      if (writer.isFull) yield writer.take();
    }
  }
}

/** A value as JSON has it, texts being decoded; a row without one has null. */
function plainValue(value: unknown, valid: (bytes: Uint8Array) => Uint8Array): unknown {
  if (value instanceof Uint8Array) return Buffer.from(valid(value)).toString();
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map((item) => plainValue(item, valid)) : (value ?? null);
}

function valid(cell: Uint8Array, where: string, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  if (isUtf8(cell)) return cell;
  const { bytes, invalidBytes, firstInvalid } = repairUtf8(cell);
  if (onInvalid === "reject") throw report.fault(where, invalidByte(cell[firstInvalid]!));
  report.add("invalidBytes", invalidBytes);
  return bytes;
}
