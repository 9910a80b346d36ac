import type { DocumentTermRows } from "../../kinds/documentTerms.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { vocabularyHash, vocabularyKey } from "../cooccurrence/vocabularyHash.js";
import { DurableFile } from "../files/durableFile.js";
import { fileBytes } from "../files/fileBytes.js";
import { type MatrixFile, RowGatherer } from "./matrixFile.js";

const BANNER = "%%MatrixMarket matrix coordinate real general";
/** Digits of the largest number that is exact. */
const digits = 16;
const sizeLine = (rows: number, columns: number, cells: number) =>
  `${[rows, columns, cells].map((size) => String(size).padStart(digits)).join(" ")}\n`;

/**
 * Writes a matrix in the coordinate format of the Matrix Market (Boisvert, Pozo and Remington 1996): a line a cell, rows and columns
 * counted from 1. The line with the sizes has room for any, and is filled in at the end.
 * State: the lines of a batch.
 */
export class MatrixMarketWriter {
  readonly #file: DurableFile;
  #head: string | undefined;
  #columns = 0;
  #rows = 0;
  #cells = 0;

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
    this.#file.write(Buffer.from(lines, "latin1"));
    this.#rows = rowDocuments.length > 0 ? rowDocuments.at(-1)! + 1 : this.#rows;
    this.#cells += terms.length;
  }

  /** The file has its name once this is done. */
  finish(): void {
    this.#begin(undefined);
    const sizes = sizeLine(this.#rows, this.#columns, this.#cells);
    this.#file.patch(this.#head!.length - sizes.length, Buffer.from(sizes, "latin1"));
    this.#file.commit();
  }

  abandon(): void {
    this.#file.discard();
  }

  #begin(first: DocumentTermBatch | undefined): void {
    if (this.#head !== undefined) return;
    const comment = first ? `% ${vocabularyKey} ${vocabularyHash(first.vocabulary)}\n` : "";
    this.#columns = first?.vocabulary.terms.length ?? 0;
    this.#head = `${BANNER}\n${comment}${sizeLine(0, 0, 0)}`;
    this.#file.write(Buffer.from(this.#head, "latin1"));
  }
}

export const beginsAsMatrixMarket = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(0, 14)).toString("latin1") === "%%MatrixMarket";

/**
 * Opens a matrix in the coordinate format, sorted by rows. State: a chunk of the file.
 * @throws SyntaxError with the line, if it is no such matrix
 */
export async function openMatrixMarket(path: string): Promise<MatrixFile> {
  const metadata = new Map<string, string>();
  let sizes: number[] | undefined;
  for await (const [line, number] of linesOf(path)) {
    if (number === 1) requireBanner(path, line);
    else if (line.startsWith("%")) {
      const [, key, value] = line.split(" ");
      if (key === vocabularyKey && value) metadata.set(key, value);
    } else if (line.trim() !== "") {
      sizes = numbersOf(path, line, number, 3);
      break;
    }
  }
  if (!sizes)
    throw new SyntaxError(`${path}: must have a line with rows, columns and cells, got its end: it is cut short`);
  const [documents, columns, cells] = sizes as [number, number, number];
  return {
    ...{ format: "matrixMarket", documents, columns, cells, metadata },
    rows: () => rowsOf(path, documents, cells),
    close: () => {},
  };
}

async function* rowsOf(path: string, documents: number, cells: number): AsyncGenerator<DocumentTermRows> {
  const gatherer = new RowGatherer();
  let found = 0;
  let isBody = false;
  for await (const [line, number] of linesOf(path)) {
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
  yield* gatherer.beginUpTo(documents - 1);
  yield gatherer.take();
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
async function* linesOf(path: string): AsyncGenerator<[line: string, number: number]> {
  let rest = "";
  let number = 0;
  for await (const chunk of fileBytes(path)) {
    const lines = (rest + Buffer.from(chunk).toString("latin1")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield [line, ++number];
  }
  if (rest !== "")
    throw new SyntaxError(
      `${path}: line ${number + 1} must end in a line end, got the end of the file: it is cut short`,
    );
}
