import type { TextBatch } from "../../schemas/text.js";
import { TextCleaner } from "./cleanText.js";
import { EntryMaker, type EntrySettings } from "./documentEntry.js";
import { documentStarts, type TextFormat } from "./documentStarts.js";
import type { InputReport } from "./inputReport.js";
import type { TextWriter } from "./textWriter.js";

/** Plain text, of any line length: what is in flight is one chunk and one batch. */
export async function* readText(
  chunks: AsyncIterable<Uint8Array>,
  format: TextFormat,
  settings: EntrySettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const cleaner = new TextCleaner(report, settings.onInvalid);
  const entries = new EntryMaker(settings, format, report);
  const findStarts = documentStarts(format);
  const nextEntry = () => {
    report.next();
    return entries.make("")!;
  };
  const write = (text: Uint8Array) => {
    const starts = findStarts(text);
    report.add("documents", starts.length);
    writer.beginAll(starts, entries.parts.length > 0 ? starts.map(nextEntry) : []);
    writer.give(text);
    writer.reach(cleaner.consumed);
  };
  for await (const chunk of chunks) {
    write(cleaner.push(chunk));
    if (writer.isFull) yield writer.take();
  }
  write(cleaner.end());
}
