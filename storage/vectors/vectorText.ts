import { setImmediate } from "node:timers/promises";
import type { VectorTable } from "../../schemas/vectors.js";
import type { DurableFile } from "../files/durableFile.js";
import { floatTextBytes, writeFloat32 } from "./floatText.js";

const newline = 10;
const space = 32;

/** Rows are written in blocks: to write each by itself leaves as much garbage as there are rows. */
const blockBytes = 2 ** 15;

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
  const numbers = Buffer.from(values.buffer, values.byteOffset, values.byteLength); // little-endian on every machine that Node runs on
  const rowBytes = 4 * vectorSize;
  let block = Buffer.allocUnsafe(blockBytes);
  let end = 0;
  let records = 0;
  for (let row = 0; row < terms.length; row++) {
    if (row % rowsAtOnce === 0) await setImmediate(undefined, { signal });
    const term = terms[row]!;
    const room = 3 * term.length + rowBytes + 2;
    if (end + room > block.length) {
      file.write(block.subarray(0, end));
      if (room > block.length) block = Buffer.allocUnsafe(room);
      end = 0;
    }
    end += block.write(term, end, "utf8");
    block[end++] = space;
    end += numbers.copy(block, end, row * rowBytes, (row + 1) * rowBytes);
    block[end++] = newline;
    records++;
  }
  file.write(block.subarray(0, end));
  return records;
}
