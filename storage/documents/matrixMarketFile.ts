import { crc32 } from "node:zlib";
import type { DocumentTermRows } from "../../kinds/documentTerms.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { vocabularyHash, vocabularyKey } from "../cooccurrence/vocabularyHash.js";
import { DurableFile } from "../files/durableFile.js";
import { fileBytes } from "../files/fileBytes.js";
import { checksumText } from "../tables/tableChecksum.js";
import { type MatrixFile, RowGatherer } from "./matrixFile.js";

const BANNER = "%%MatrixMarket matrix coordinate real general";
/** Digits of the largest number that is exact. */
const digits = 16;
const sizeLine = (rows: number, columns: number, cells: number) =>
  `${[rows, columns, cells].map((size) => String(size).padStart(digits)).join(" ")}\n`;

/** A comment with the CRC-32 of the lines behind the head, then of the head but for this line itself. */
const checksumKey = "lexstream-crc32";
const checksumLine = (sum: number) => `% ${checksumKey} ${checksumText(sum)}\n`;
const bytesOf = (text: string) => Buffer.from(text, "latin1");

/**
 * Writes a matrix in the coordinate format of the Matrix Market (Boisvert, Pozo and Remington 1996): a line a cell, rows and columns
 * counted from 1. The lines with the checksum and the sizes have room for any, and are filled in at the end.
 * State: the lines of a batch.
 */
export class MatrixMarketWriter {
  readonly #file: DurableFile;
  /** But for the checksum and the sizes. */
  #head: string | undefined;
  #columns = 0;
  #rows = 0;
  #cells = 0;
  #sum = 0;

  constructor(path: string) {
    this.#file = new DurableFile(path);
  }

  get rows(): number {
    return this.#rows;
  }

  write(batch: DocumentTermBatch): void {
    this.#begin(batch);
    const { offsets, terms, values, rowDocuments } = batch;
    let lines = "";
    for (let row = 0; row < rowDocuments.length; row++) {
      const document = rowDocuments[row]! + 1;
      for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++)
        lines += `${document} ${terms[cell]! + 1} ${values[cell]}\n`;
    }
    const bytes = bytesOf(lines);
    this.#sum = crc32(bytes, this.#sum);
    this.#file.write(bytes);
    this.#rows = rowDocuments.length > 0 ? rowDocuments.at(-1)! + 1 : this.#rows;
    this.#cells += terms.length;
  }

  /** The file has its name once this is done. */
  finish(): void {
    this.#begin(undefined);
    const head = this.#head!;
    const sizes = sizeLine(this.#rows, this.#columns, this.#cells);
    this.#file.patch(head.length, bytesOf(checksumLine(crc32(bytesOf(head + sizes), this.#sum)) + sizes));
    this.#file.commit();
  }

  abandon(): void {
    this.#file.discard();
  }

  #begin(first: DocumentTermBatch | undefined): void {
    if (this.#head !== undefined) return;
    const comment = first ? `% ${vocabularyKey} ${vocabularyHash(first.vocabulary)}\n` : "";
    this.#columns = first?.vocabulary.terms.length ?? 0;
    this.#head = `${BANNER}\n${comment}`;
    this.#file.write(bytesOf(this.#head + checksumLine(0) + sizeLine(0, 0, 0)));
  }
}

export const beginsAsMatrixMarket = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(0, 14)).toString("latin1") === "%%MatrixMarket";

/** What stands before the cells. */
interface Head {
  readonly sizes: readonly [documents: number, columns: number, cells: number];
  readonly metadata: ReadonlyMap<string, string>;
  /** Undefined in files of other programs. */
  readonly checksum: string | undefined;
  /** But for the checksum. */
  readonly text: string;
  readonly bytes: number;
}

/**
 * Opens a matrix in the coordinate format, sorted by rows. State: a chunk of the file.
 * @throws SyntaxError with the line, if it is no such matrix; once its rows were read, if it has another checksum than it states
 */
export async function openMatrixMarket(path: string): Promise<MatrixFile> {
  const head = await headOf(path);
  const [documents, columns, cells] = head.sizes;
  return {
    ...{ format: "matrixMarket", documents, columns, cells, metadata: head.metadata },
    rows: () => rowsOf(path, head),
    close: () => {},
  };
}

async function headOf(path: string): Promise<Head> {
  const metadata = new Map<string, string>();
  let [text, bytes, checksum] = ["", 0, undefined as string | undefined];
  for await (const [line, number] of linesOf(path, fileBytes(path))) {
    bytes += line.length + 1;
    const [mark, key, value] = line.split(" ");
    if (mark === "%" && key === checksumKey) {
      checksum = value;
      continue;
    }
    text += `${line}\n`;
    if (number === 1) requireBanner(path, line);
    else if (mark === "%" && key === vocabularyKey && value) metadata.set(key, value);
    else if (!line.startsWith("%") && line.trim() !== "") {
      const sizes = numbersOf(path, line, number, 3) as [number, number, number];
      if (checksum === undefined && metadata.size > 0)
        throw new SyntaxError(`${path}: must state its checksum as ${checksumKey}, got none: it is damaged`);
      return { sizes, metadata, checksum, text, bytes };
    }
  }
  throw new SyntaxError(`${path}: must have a line with rows, columns and cells, got its end: it is cut short`);
}

async function* rowsOf(path: string, head: Head): AsyncGenerator<DocumentTermRows> {
  const [documents, , cells] = head.sizes;
  const gatherer = new RowGatherer();
  const body = new BodySum(head.bytes);
  let found = 0;
  let isBody = false;
  for await (const [line, number] of linesOf(path, body.watch(fileBytes(path)))) {
    if (line.startsWith("%") || line.trim() === "") continue;
    if (!isBody) {
      isBody = true; // the line with the sizes
      continue;
    }
    const [row, column, value] = numbersOf(path, line, number, 3) as [number, number, number];
    if (!(Number.isInteger(row) && row >= Math.max(1, gatherer.document + 1) && row <= documents))
      throw new RangeError(
        `${path}: rows must be ascending from ${Math.max(1, gatherer.document + 1)} to ${documents}, got ${row} in line ${number}`,
      );
    yield* gatherer.beginUpTo(row - 1);
    gatherer.add(column - 1, value);
    found++;
  }
  if (found !== cells)
    throw new SyntaxError(
      `${path}: must have the ${cells} cells that its head states, got ${found}${found < cells ? ": it is cut short" : ""}`,
    );
  requireChecksum(path, head, body.sum);
  yield* gatherer.beginUpTo(documents - 1);
  yield gatherer.take();
}

/** The CRC-32 of what passes behind a head. */
class BodySum {
  sum = 0;
  #left: number;

  constructor(headBytes: number) {
    this.#left = headBytes;
  }

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const from = Math.min(this.#left, chunk.length);
      this.#left -= from;
      this.sum = crc32(chunk.subarray(from), this.sum);
      yield chunk;
    }
  }
}

function requireChecksum(path: string, { checksum, text }: Head, sum: number): void {
  if (checksum === undefined) return;
  const found = checksumText(crc32(bytesOf(text), sum));
  if (found !== checksum)
    throw new SyntaxError(
      `${path}: must be as it was written, with the checksum ${JSON.stringify(checksum)}, got ${found}: it is damaged, or another program wrote it anew and kept the comment ${checksumKey}`,
    );
}

function requireBanner(path: string, line: string): void {
  const words = line.trim().toLowerCase().split(/\s+/);
  const isRead =
    words[1] === "matrix" &&
    words[2] === "coordinate" &&
    ["real", "integer"].includes(words[3]!) &&
    words[4] === "general";
  if (!isRead)
    throw new SyntaxError(
      `${path}: must be a general matrix of real or integer coordinates, got ${JSON.stringify(line.slice(0, 80))}`,
    );
}

function numbersOf(path: string, line: string, number: number, count: number): number[] {
  const words = line.trim().split(/\s+/);
  if (words.length !== count)
    throw new SyntaxError(
      `${path}: line ${number} must have ${count} numbers, got ${JSON.stringify(line.slice(0, 80))}`,
    );
  return words.map((word) => (/^nan$/i.test(word) ? Number.NaN : numberOf(path, word, number)));
}

function numberOf(path: string, word: string, number: number): number {
  const value = Number(word);
  if (Number.isNaN(value))
    throw new SyntaxError(`${path}: line ${number} must have numbers, got ${JSON.stringify(word)}`);
  return value;
}

/** Lines with their numbers, from 1. */
async function* linesOf(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<[line: string, number: number]> {
  let rest = "";
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString("latin1")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield [line, ++number];
  }
  if (rest !== "")
    throw new SyntaxError(
      `${path}: line ${number + 1} must end in a line end, got the end of the file: it is cut short`,
    );
}
