import { setImmediate } from "node:timers/promises";
import type { VectorTable } from "../../schemas/vectors.js";
import type { DurableFile } from "../files/durableFile.js";
import { floatTextBytes, writeFloat32 } from "./floatText.js";

const newline = 10;

/** Rows after which other work, such as an interruption, gets its turn. */
const rowsAtOnce = 4096;

/** One line a term: the term, where wanted, and its numbers, each after a separator. Tells how many were written. State: one line. */
export async function writeVectorLines(
  file: DurableFile,
  table: VectorTable,
  { separator, withTerms }: { separator: " " | "\t"; withTerms: boolean },
  signal: AbortSignal,
): Promise<number> {
  const { terms, values, vectorSize } = table;
  const between = separator.charCodeAt(0);
  let line = Buffer.alloc(0);
  let lines = 0;
  for (const [row, term] of terms.entries()) {
    if (row % rowsAtOnce === 0) await setImmediate(undefined, { signal });
    const room = 3 * term.length + vectorSize * floatTextBytes + 1;
    if (line.length < room) line = Buffer.alloc(2 * room);
    let end = withTerms ? line.write(term, "utf8") : 0;
    for (let k = 0; k < vectorSize; k++) {
      if (withTerms || k > 0) line[end++] = between;
      end = writeFloat32(values[row * vectorSize + k]!, line, end);
    }
    line[end++] = newline;
    file.write(line.subarray(0, end));
    lines++;
  }
  return lines;
}

/** word2vec binary: `V D`, then for each term its text, a space, D little-endian float32, a line end. Tells how many terms were written. */
export async function writeVectorRecords(file: DurableFile, table: VectorTable, signal: AbortSignal): Promise<number> {
  const { terms, values, vectorSize } = table;
  const record = new Uint8Array(4 * vectorSize + 1);
  record[4 * vectorSize] = newline;
  const numbers = new Float32Array(record.buffer, 0, vectorSize); // little-endian on every machine that Node runs on
  let records = 0;
  for (const [row, term] of terms.entries()) {
    if (row % rowsAtOnce === 0) await setImmediate(undefined, { signal });
    numbers.set(values.subarray(row * vectorSize, (row + 1) * vectorSize));
    file.write(Buffer.from(`${term} `, "utf8"));
    file.write(record);
    records++;
  }
  return records;
}
