import type { TextBatch } from "#schemas";

/** The documents of a stream of text as strings, wherever the batches were cut. */
export function documentsOf(batches: readonly TextBatch[]): string[] {
  const bytes = Buffer.concat(batches.map((batch) => batch.bytes));
  let before = 0;
  const starts = batches.flatMap((batch) => {
    const moved = Array.from(batch.documentOffsets, (offset) => before + offset);
    before += batch.bytes.length;
    return moved;
  });
  return starts.map((start, i) => bytes.toString("utf8", start, starts[i + 1] ?? bytes.length));
}
