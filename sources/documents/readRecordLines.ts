import type { TextBatch } from "../../schemas/text.js";
import type { InputReport } from "./inputReport.js";
import { JsonSplitter } from "./jsonSplitter.js";
import { LineSplitter, readRecords } from "./readLines.js";
import type { ReadSettings } from "./readSettings.js";
import { recordTaker } from "./recordTaker.js";
import type { TextWriter } from "./textWriter.js";

/** Lines that each hold a document and what is known of it: JSON values, which `json` has arranged in any way, or text with labels. */
export async function* readRecordLines(
  chunks: AsyncIterable<Uint8Array>,
  format: "json" | "jsonl" | "labelled",
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const splitter = format === "json" ? new JsonSplitter(settings, report) : new LineSplitter(settings, report);
  const take = recordTaker(settings, format === "labelled" ? format : "jsonl", report, writer);
  for await (const lines of readRecords(chunks, splitter)) {
    take(lines);
    if (writer.isFull) yield writer.take();
  }
}
