import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import type { TextBatch } from "../schemas/text.js";
import { invalidByte } from "./cleanText.js";
import { columnOf } from "./columnOf.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import { peek } from "./peek.js";
import type { ReadSettings } from "./readDocuments.js";
import { tooLong } from "./readLines.js";
import { repairUtf8 } from "./repairUtf8.js";
import type { TextWriter } from "./textWriter.js";

const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

interface Row {
  readonly record: readonly Buffer[];
  readonly info: { readonly bytes: number; readonly lines: number };
}

/**
 * Columns separated by commas, quoted where they hold commas, quotes or line ends (RFC 4180); the document is one column.
 * State: one chunk, one record, and the records that the parser is ahead.
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  let column = settings.header ? undefined : columnOf(undefined, settings.field, report);
  const { head, all } = await peek(chunks, BYTE_ORDER_MARK.length);
  const skipped = BYTE_ORDER_MARK.equals(head) ? BYTE_ORDER_MARK.length : 0;
  for await (const { record, info } of rows(withoutFirst(all, skipped), settings, report)) {
    if (column === undefined) {
      column = columnOf(record.map(String), settings.field, report);
      continue;
    }
    const where = `line ${info.lines}`;
    const cell = record[column];
    if (!cell) throw report.fault(where, `must have ${column + 1} columns, got ${record.length}`);
    writer.begin();
    report.add("documents", 1);
    writer.append(unifyLineEnds(valid(cell, where, settings, report)));
    writer.reach(skipped + info.bytes);
    if (writer.isFull) yield writer.take();
  }
}

async function* withoutFirst(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

async function* rows(
  chunks: AsyncIterable<Uint8Array>,
  { maxRecordLength }: ReadSettings,
  report: InputReport,
): AsyncGenerator<Row> {
  const parser = parse({
    encoding: null, // cells stay bytes, to be checked and counted here
    info: true,
    max_record_size: maxRecordLength,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const fed = pipeline(Readable.from(chunks, { objectMode: false }), parser);
  fed.catch(() => {}); // the loop below meets the same error
  try {
    yield* parser as AsyncIterable<Row>;
    await fed;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const where = `line ${error.lines}`;
    if (error.code === "CSV_MAX_RECORD_SIZE") throw tooLong(where, maxRecordLength, report);
    throw report.fault(where, `must be CSV, got ${error.message.replace(/\.$/, "")}`);
  }
}

function valid(cell: Uint8Array, where: string, settings: ReadSettings, report: InputReport): Uint8Array {
  if (isUtf8(cell)) return cell;
  const { bytes, invalidBytes, firstInvalid } = repairUtf8(cell);
  if (settings.onInvalid === "reject") throw report.fault(where, invalidByte(cell[firstInvalid]!));
  report.add("invalidBytes", invalidBytes);
  return bytes;
}
