import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import type { TextBatch } from "../schemas/text.js";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import { readColumn } from "./parquetColumn.js";
import type { ReadSettings } from "./readDocuments.js";
import { repairUtf8 } from "./repairUtf8.js";
import type { TextWriter } from "./textWriter.js";

const NOTHING = new Uint8Array(0);

/**
 * One column of a Parquet file, a document a row; a row without a value is an empty document, counted in `nulls`. The source
 * position counts the bytes of the texts.
 */
export async function* readParquet(
  file: FileHandle,
  { field, onInvalid, maxDocumentLength, maxExpansion }: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  writer.open(report.name);
  let row = 0;
  let bytes = 0;
  for await (const cells of readColumn(file, field, report, maxExpansion)) {
    report.add(
      "bytes",
      cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0),
    );
    for (const cell of cells) {
      row++;
      const start = bytes;
      bytes += cell?.length ?? 0;
      if (report.next()) {
        const text = report.attempt({ offset: start }, () => {
          const clean = cell ? unifyLineEnds(valid(cell, row, onInvalid, report)) : NOTHING;
          return report.checkLength(`row ${row}`, clean, maxDocumentLength);
        });
        if (text) {
          writer.begin();
          report.add("documents", 1);
          if (!cell) report.add("nulls", 1);
          writer.append(text);
        }
      }
      writer.reach(bytes);
      if (writer.isFull) yield writer.take();
    }
  }
}

function valid(cell: Uint8Array, row: number, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  if (isUtf8(cell)) return cell;
  const { bytes, invalidBytes, firstInvalid } = repairUtf8(cell);
  if (onInvalid === "reject") throw report.fault(`row ${row}`, invalidByte(cell[firstInvalid]!));
  report.add("invalidBytes", invalidBytes);
  return bytes;
}
