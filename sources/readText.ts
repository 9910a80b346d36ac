import type { TextBatch } from "../schemas/text.js";
import { type OnInvalid, TextCleaner } from "./cleanText.js";
import { documentStarts, type TextFormat } from "./documentStarts.js";
import type { InputReport } from "./inputReport.js";
import type { TextWriter } from "./textWriter.js";

/** Plain text, of any line length: what is in flight is one chunk and one batch. */
export async function* readText(
  chunks: AsyncIterable<Uint8Array>,
  format: TextFormat,
  onInvalid: OnInvalid,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const cleaner = new TextCleaner(report, onInvalid);
  const findStarts = documentStarts(format);
  const write = (text: Uint8Array) => {
    const starts = findStarts(text);
    report.add("documents", starts.length);
    writer.appendDocuments(text, starts);
    writer.reach(cleaner.consumed);
  };
  for await (const chunk of chunks) {
    write(cleaner.push(chunk));
    if (writer.isFull) yield writer.take();
  }
  write(cleaner.end());
}
