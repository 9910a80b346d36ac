import { statSync } from "node:fs";
import { plural } from "../../schemas/plural.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { readLines } from "../files/fileBytes.js";
import { parseFloatText } from "./floatText.js";
import { oddSeparation } from "./oddVectorText.js";
import { projectorMetadataPath } from "./vectorFormats.js";
import { headerError, mostRows, parseHeader, promisedRows } from "./vectorHeader.js";
import { type ReadSettings, VectorRows } from "./vectorRows.js";

const space = 32;
const tab = 9;

/** One line a term, after a line `V D`, as word2vec.c, gensim and fastText write it. */
export async function readWord2vecText(path: string, settings: ReadSettings): Promise<VectorTable> {
  let rows: VectorRows | undefined;
  let promised = 0;
  let lines = 0;
  await readLines(path, (bytes, start, end, number) => {
    if (rows) {
      if (++lines > promised)
        throw new RangeError(
          `${path}: line ${number} must not be there, since the header promises ${plural(promised, "term")}`,
        );
      readRow(rows, bytes, start, end, number);
      return;
    }
    const found = parseHeader(bytes.toString("latin1", start, end));
    if (!found) throw headerError(path, bytes.toString("utf8", start, end));
    promised = found.terms;
    rows = promisedRows(path, found, 2, settings);
  });
  if (!rows) throw headerError(path, "");
  if (lines < promised)
    throw new RangeError(
      `${path}: must hold the ${plural(promised, "term")} of its header, got ${lines}: it is cut short`,
    );
  return rows.table();
}

/** One line a term, no header: V is the number of lines, D that of the first. A file cut at a line end cannot be told from a whole one. */
export async function readGloveText(path: string, settings: ReadSettings): Promise<VectorTable> {
  let rows: VectorRows | undefined;
  await readLines(path, (bytes, start, end, number) => {
    rows ??= new VectorRows(
      path,
      fieldCount(bytes, start, trimmed(bytes, start, end)) - 1,
      settings,
      Math.min(Math.ceil(statSync(path).size / (end - start + 1)), mostRows(path, fieldCount(bytes, start, end))),
    );
    if (rows.vectorSize < 1)
      throw new SyntaxError(`${path}: line 1 must hold a term and its numbers, got ${shown(bytes, start, end)}`);
    readRow(rows, bytes, start, end, number);
  });
  if (!rows) throw new RangeError(`${path}: must hold at least one term, got an empty file`);
  return rows.table();
}

/** TensorBoard's pair: numbers without terms here, terms in the file beside it, which has a header only if it has two columns or more. */
export async function readProjector(path: string, settings: ReadSettings): Promise<VectorTable> {
  const terms = await readProjectorTerms(projectorMetadataPath(path));
  let rows: VectorRows | undefined;
  const count = await readLines(path, (bytes, start, end, number) => {
    const size = rows?.vectorSize ?? fieldCount(bytes, start, end);
    rows ??= new VectorRows(path, size, settings, Math.min(terms.length, mostRows(path, size)));
    const found = readNumbers(bytes, start - 1, end, rows.next());
    if (found !== rows.vectorSize)
      throw new SyntaxError(
        `${path}: line ${number} must hold ${rows.vectorSize} finite numbers, got ${shown(bytes, start, end)}`,
      );
    const term = terms[number - 1];
    if (!term) throw new RangeError(`${projectorMetadataPath(path)}: line ${number} must be a term, got none`);
    rows.add(term, () => `line ${number}`);
  });
  if (count !== terms.length || !rows)
    throw new RangeError(
      `${path}: must hold a line for each of the ${terms.length} terms of ${projectorMetadataPath(path)}, got ${count}`,
    );
  return rows.table();
}

async function readProjectorTerms(path: string): Promise<string[]> {
  const lines: string[] = [];
  await readLines(path, (bytes, start, end) => lines.push(bytes.toString("utf8", start, end)));
  if (!lines[0]?.includes("\t")) return lines;
  return lines.slice(1).map((line) => line.slice(0, line.indexOf("\t")));
}

function readRow(rows: VectorRows, bytes: Buffer, start: number, lineEnd: number, number: number): void {
  const end = trimmed(bytes, start, lineEnd); // word2vec.c ends each line with a space
  const where = () => `line ${number}`;
  let termEnd = start;
  while (termEnd < end && bytes[termEnd] !== space && bytes[termEnd] !== tab) termEnd++;
  const found = readNumbers(bytes, termEnd, end, rows.next());
  if (found === rows.vectorSize) rows.add(rows.decode(bytes, start, termEnd, where), where);
  else readOddRow(rows, bytes, start, end, number);
}

/** A row whose term holds spaces, as 840B of GloVe has some: accepted where what is too much is surely no number. */
function readOddRow(rows: VectorRows, bytes: Buffer, start: number, end: number, number: number): void {
  const where = () => `line ${number}`;
  const surplus = fieldCount(bytes, start, end) - 1 - rows.vectorSize;
  let termEnd = nextSeparator(bytes, start, end);
  for (let k = 0; k < surplus; k++) {
    const fieldEnd = nextSeparator(bytes, termEnd + 1, end);
    const isEmpty = fieldEnd === termEnd + 1;
    if (isEmpty || !Number.isNaN(parseFloatText(bytes, termEnd + 1, fieldEnd)))
      throw numbersError(rows, bytes, start, end, number);
    termEnd = fieldEnd;
  }
  if (surplus <= 0 || readNumbers(bytes, termEnd, end, rows.next()) !== rows.vectorSize)
    throw numbersError(rows, bytes, start, end, number);
  rows.add(rows.decode(bytes, start, termEnd, where), where);
}

function numbersError(rows: VectorRows, bytes: Buffer, start: number, end: number, number: number): Error {
  return new SyntaxError(
    `${rows.path}: line ${number} must hold a term and ${rows.vectorSize} finite numbers, got ${shown(bytes, start, end)}`,
  );
}

/** Reads numbers, each after one separator, and returns how many there were; -1 if one is none, or if there are too many. */
function readNumbers(bytes: Buffer, start: number, end: number, numbers: Float32Array): number {
  let at = start;
  let count = 0;
  while (at < end) {
    const fieldEnd = nextSeparator(bytes, at + 1, end);
    const value = parseFloatText(bytes, at + 1, fieldEnd);
    const isFloat32 = Number.isFinite(Math.fround(value));
    if (!isFloat32 || count === numbers.length) return -1;
    numbers[count++] = value;
    at = fieldEnd;
  }
  return count;
}

function nextSeparator(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== space && bytes[at] !== tab) at++;
  return at;
}

function fieldCount(bytes: Buffer, start: number, end: number): number {
  let count = 1;
  for (let at = start; at < end; at++) if (bytes[at] === space || bytes[at] === tab) count++;
  return count;
}

function trimmed(bytes: Buffer, start: number, end: number): number {
  let last = end;
  while (last > start && (bytes[last - 1] === space || bytes[last - 1] === tab)) last--;
  return last;
}

function shown(bytes: Buffer, start: number, end: number): string {
  const line = bytes.toString("utf8", start, Math.min(end, start + 160));
  const odd = oddSeparation(line.trimEnd());
  const found = `${fieldCount(bytes, start, end)} fields in ${JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line)}`;
  return odd ? `${found}, with ${odd}` : found;
}
