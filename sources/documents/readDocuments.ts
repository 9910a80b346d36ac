import type { TextBatch } from "../../schemas/text.js";
import { decompress } from "../../storage/files/decompress.js";
import { splitChunks } from "../../storage/files/readChunks.js";
import type { TextFormat } from "./documentStarts.js";
import type { InputReport } from "./inputReport.js";
import { readRecordLines } from "./readRecordLines.js";
import type { ReadSettings } from "./readSettings.js";
import { readTable } from "./readTable.js";
import { readText } from "./readText.js";
import { readWholeText } from "./readWholeText.js";
import type { StreamFormat } from "./streamFormats.js";
import type { TextWriter } from "./textWriter.js";

/** Arranges the unpacked bytes of a stream, all of them and in their order, in other chunks. */
export type Regroup = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** The documents of one stream of bytes, packed or not, in batches; what does not fill a batch stays in the writer. */
export async function* readDocuments(
  packed: AsyncIterable<Uint8Array>,
  format: StreamFormat,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
  regroup: Regroup = (chunks) => chunks,
): AsyncGenerator<TextBatch> {
  writer.open(report.name, report.start.offset);
  const text = splitChunks(decompress(packed, report, settings.maxExpansion), settings.chunkSize);
  const chunks = counted(regroup(text), report);
  if (isText(format)) {
    const read = needsWholeDocuments(settings, report) ? readWholeText : readText;
    yield* read(chunks, format, settings, report, writer);
  } else if (format === "csv" || format === "tsv") yield* readTable(chunks, format, settings, report, writer);
  else yield* readRecordLines(chunks, format, settings, report, writer);
}

/** Whether unpacked chunks of a stream are given to the writer as they come, and nothing of them is kept elsewhere. */
export function passesTextOn(format: StreamFormat, settings: ReadSettings, report: InputReport): boolean {
  return isText(format) && !needsWholeDocuments(settings, report);
}

function isText(format: StreamFormat): format is TextFormat {
  return format === "lines" || format === "file" || format === "paragraphs";
}

/** Whether it is known of a document of plain text only at its end that it is to be read. */
function needsWholeDocuments({ onInvalid, maxDocumentLength, only }: ReadSettings, report: InputReport): boolean {
  const mayReject = onInvalid === "reject" && !report.isStrict;
  return mayReject || maxDocumentLength !== undefined || only !== undefined;
}

async function* counted(chunks: AsyncIterable<Uint8Array>, report: InputReport): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    report.add("bytes", chunk.length);
    yield chunk;
  }
}
