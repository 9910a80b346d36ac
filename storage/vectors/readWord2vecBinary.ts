import { plural } from "../../schemas/plural.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { fileBytes } from "../files/fileBytes.js";
import { headerError, parseHeader, promisedRows } from "./vectorHeader.js";
import type { ReadSettings, VectorRows } from "./vectorRows.js";

const space = 32;
const newline = 10;
const maxTermBytes = 1 << 16;

/**
 * After a line `V D`: each term, a space, D little-endian float32; word2vec.c ends each with a line end, gensim does not.
 * State: a chunk and the record that goes across its edge.
 */
export async function readWord2vecBinary(path: string, settings: ReadSettings): Promise<VectorTable> {
  let rest = Buffer.alloc(0);
  let rows: VectorRows | undefined;
  let promised = 0;
  let records = 0;
  let offset = 0; // of rest[0] in the file
  let lineEnds = 0;
  for await (const chunk of fileBytes(path)) {
    const bytes = Buffer.concat([rest, chunk]);
    let at = 0;
    if (!rows) {
      const end = bytes.indexOf(newline);
      const found = parseHeader(bytes.toString("latin1", 0, Math.max(0, end)));
      if (!found) throw headerError(path, bytes.toString("latin1", 0, end < 0 ? 40 : end));
      promised = found.terms;
      rows = promisedRows(path, found, 4, settings);
      at = end + 1;
    }
    const numberBytes = 4 * rows.vectorSize;
    while (records < promised || at < bytes.length) {
      if (bytes[at] === newline && records > lineEnds) {
        lineEnds++;
        at++;
        continue;
      }
      if (records === promised)
        throw new RangeError(
          `${path}: must end after the ${plural(promised, "term")} of its header, got more at byte ${offset + at}`,
        );
      const end = bytes.indexOf(space, at);
      if (end < 0 && bytes.length - at > maxTermBytes)
        throw new SyntaxError(
          `${path}: byte ${offset + at} must begin a term, got ${maxTermBytes} bytes without a space`,
        );
      if (end < 0 || bytes.length < end + 1 + numberBytes) break;
      const begin = at;
      const where = () => `the record at byte ${offset + begin}`;
      readFloats(rows, bytes, end + 1, where);
      rows.add(rows.decode(bytes, at, end, where), where);
      records++;
      at = end + 1 + numberBytes;
    }
    rest = bytes.subarray(at);
    offset += at;
  }
  if (!rows) throw headerError(path, "");
  if (records < promised || (lineEnds > 0 && lineEnds < records))
    throw new RangeError(
      `${path}: must hold the ${plural(promised, "term")} of its header, got ${records} and ${plural(rest.length, "byte")} more: it is cut short`,
    );
  return rows.table();
}

function readFloats(rows: VectorRows, bytes: Buffer, start: number, where: () => string): void {
  const numbers = rows.next();
  for (let k = 0; k < numbers.length; k++) {
    const value = bytes.readFloatLE(start + 4 * k);
    if (!Number.isFinite(value))
      throw new RangeError(`${rows.path}: numbers must be finite, got ${value} in ${where()}`);
    numbers[k] = value;
  }
}
