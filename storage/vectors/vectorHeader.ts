import { statSync } from "node:fs";
import { plural } from "../../schemas/plural.js";
import { packingOf } from "../files/fileBytes.js";
import { type ReadSettings, VectorRows } from "./vectorRows.js";

const header = /^(\d+) (\d+)[ \t]*$/;

interface Header {
  readonly terms: number;
  readonly vectorSize: number;
}

/** The numbers `V D` of a header line, or undefined. */
export function parseHeader(line: string): Header | undefined {
  const match = header.exec(line);
  return match ? { terms: Number(match[1]), vectorSize: Number(match[2]) } : undefined;
}

/** @throws RangeError if no table has vectors of this size */
function checkSize(path: string, vectorSize: number): number {
  if (vectorSize >= 1 && vectorSize <= 1 << 20) return vectorSize;
  throw new RangeError(`${path}: the header's vector size must be from 1 to ${1 << 20}, got ${vectorSize}`);
}

/** Numbers to make room for in a packed file, whose size says little of what it holds; the table grows while it is read. */
const packedRoom = 1 << 20;

/** Rows to make room for where no header promises any: as many as a file of this size can hold at two bytes a number. */
export function mostRows(path: string, vectorSize: number): number {
  if (packingOf(path)) return Math.max(1, Math.floor(packedRoom / vectorSize));
  return Math.ceil(statSync(path).size / (2 * vectorSize));
}

/** Rows to make room for: what the header promises, if a file of this size can hold it at two bytes a number. */
function roomFor(path: string, promised: number, vectorSize: number): number {
  const { size } = statSync(path);
  if (packingOf(path)) return Math.min(promised, mostRows(path, vectorSize));
  if (promised * (2 * vectorSize + 1) > size)
    throw new RangeError(
      `${path}: must hold the ${plural(promised, "term")} of its header, got only ${plural(size, "byte")}: it is cut short`,
    );
  return promised;
}

/** Room for the rows that a header promises, of numbers that take so many bytes at least. @throws RangeError if they cannot be there */
export function promisedRows(
  path: string,
  { terms, vectorSize }: Header,
  numberBytes: number,
  settings: ReadSettings,
): VectorRows {
  const size = checkSize(path, vectorSize);
  return new VectorRows(path, size, settings, roomFor(path, terms, (numberBytes / 2) * size));
}

export function headerError(path: string, found: string): Error {
  return new SyntaxError(
    `${path}: line 1 must be two numbers, terms and vector size, got ${JSON.stringify(found.slice(0, 40))}`,
  );
}
