import { open } from "node:fs/promises";
import type { RowMatrix } from "../../schemas/classifier.js";
import { ByteReader } from "../files/byteReader.js";
import { firstBytes } from "../files/fileBytes.js";
import { readUsedRows } from "./usedRows.js";

/**
 * The file of a fastText model, version 12, little-endian without padding (`fasttext.cc`, `dictionary.cc`, `densematrix.cc`, `quantmatrix.cc`
 * and `productquantizer.cc` of fastText 0.9.2): magic number, version, 12 options, the dictionary, the input matrix and the output matrix.
 */
export const MAGIC = 793712314;
export const VERSION = 12;

export const LOSSES = ["hierarchicalSoftmax", "negativeSampling", "softmax", "oneVsAll"] as const;
export const CBOW = 1;
export const SKIP_GRAM = 2;
export const SUPERVISED = 3;

/** The names of the 12 options, in their order. */
export const OPTIONS = [
  ...["dim", "ws", "epoch", "minCount", "neg", "wordNgrams", "loss", "model", "bucket", "minn", "maxn", "lrUpdateRate"],
] as const;

export interface FastTextHead {
  readonly options: Readonly<Record<string, number>>;
  readonly words: Entries;
  readonly labels: Entries;
  /** Words there are, and rows that the input must have: a word's, by its place, and behind them a bucket's. */
  readonly wordRows: number;
  readonly inputRows: number;
  /** Buckets that a pruned model has kept, by the row of each behind those of the words; undefined if it was never pruned. */
  readonly kept: ReadonlyMap<number, number> | undefined;
}

/** Words or labels that were kept while the dictionary was read, with the place and the count of each. */
export interface Entries {
  readonly texts: readonly string[];
  readonly places: Uint32Array;
  readonly counts: Float64Array;
}

export interface FastTextFile extends FastTextHead {
  readonly input: RowMatrix;
  readonly output: RowMatrix;
}

export function isFastTextFile(path: string): boolean {
  const head = firstBytes(path, 4);
  return head.length === 4 && Buffer.from(head).readInt32LE() === MAGIC;
}

/** What an option is in a file that begins with these bytes, at least `HEAD_BYTES` of them. */
export const optionIn = (head: Buffer, name: (typeof OPTIONS)[number]): number =>
  head.readInt32LE(8 + 4 * OPTIONS.indexOf(name));

export const HEAD_BYTES = 8 + 4 * OPTIONS.length;

/** Whether a file is a model of fastText's that tells labels. */
export function isFastTextClassifier(path: string): boolean {
  const head = Buffer.from(firstBytes(path, HEAD_BYTES));
  return head.length === HEAD_BYTES && head.readInt32LE() === MAGIC && optionIn(head, "model") === SUPERVISED;
}

const CENTROIDS = 256;

/**
 * Reads a model of fastText's. State: the model, and a chunk of the file.
 * @throws SyntaxError if it is another version, cut, goes on behind its end, or says what cannot be
 */
export function readFastTextFile(path: string): Promise<FastTextFile> {
  return withFastTextFile(path, async (reader) => {
    const head = await readHead(reader);
    const input = await readMatrix(reader, "input", (await reader.byte()) === 1);
    requireRows(reader, head, rowsOf(input));
    const output = await readMatrix(reader, "output", (await reader.byte()) === 1 && !("values" in input));
    requireEnd(reader);
    return { ...head, input, output };
  });
}

/** Opens a model for as long as `read` takes. */
export async function withFastTextFile<T>(path: string, read: (reader: ByteReader) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    return await read(new ByteReader(path, handle, (await handle.stat()).size, "a whole model of fastText's"));
  } finally {
    await handle.close();
  }
}

/** What stands before the matrices. State: the words that are wanted, all by default. */
export async function readHead(reader: ByteReader, isWanted?: (word: string) => boolean): Promise<FastTextHead> {
  if ((await reader.int32()) !== MAGIC) throw reader.fault("must begin with fastText's magic number");
  const version = await reader.int32();
  if (version !== VERSION && version !== 11) throw reader.fault(`must be of version 11 or 12, got ${version}`);
  const options: Record<string, number> = {};
  for (const name of OPTIONS) options[name] = await reader.int32();
  if (version === 11 && options.model === SUPERVISED) options.maxn = 0;
  await reader.take(8); // t, the threshold of subsampling
  requireOptions(reader, options);
  const [entries, wordRows, labelRows] = [await reader.int32(), await reader.int32(), await reader.int32()];
  await reader.take(8); // tokens
  const pruned = await reader.int64();
  if (wordRows < 0 || labelRows < 0 || entries !== wordRows + labelRows || entries > reader.size)
    throw reader.fault(`must have as many entries as words and labels, got ${entries}, ${wordRows} and ${labelRows}`);
  const words = await readEntries(reader, wordRows, isWanted);
  const labels = await readEntries(reader, labelRows);
  const kept = pruned < 0 ? undefined : new Map<number, number>();
  for (let i = 0; i < pruned; i++) kept!.set(await reader.int32(), await reader.int32());
  return { options, words, labels, wordRows, inputRows: wordRows + (kept ? kept.size : options.bucket!), kept };
}

function requireOptions(
  reader: ByteReader,
  { dim, loss, model, bucket, maxn, minn, wordNgrams }: Record<string, number>,
): void {
  if (!(dim! > 0 && dim! <= 100_000)) throw reader.fault(`dim must be above 0, got ${dim}`);
  if (!LOSSES[loss! - 1] || !(model! >= CBOW && model! <= SUPERVISED))
    throw reader.fault(`loss and model must be known, got ${loss} and ${model}`);
  if (bucket! < 0 || minn! < 0 || maxn! < 0) throw reader.fault(`bucket, minn and maxn must not be negative`);
  if (bucket === 0 && (maxn! > 0 || wordNgrams! > 1))
    throw reader.fault("bucket must be above 0 where there are n-grams, got 0");
}

async function readEntries(reader: ByteReader, count: number, isWanted = (_: string) => true): Promise<Entries> {
  const texts: string[] = [];
  const [places, counts]: number[][] = [[], []];
  for (let i = 0; i < count; i++) {
    const text = await reader.text();
    const times = await reader.int64();
    await reader.take(1); // word or label
    if (!isWanted(text)) continue;
    texts.push(text);
    places!.push(i);
    counts!.push(times);
  }
  return { texts, places: Uint32Array.from(places!), counts: Float64Array.from(counts!) };
}

async function readMatrix(reader: ByteReader, name: string, isQuantized: boolean): Promise<RowMatrix> {
  if (isQuantized) return readQuantized(reader);
  const { rows, columns } = await readShape(reader, name);
  const { values } = await readUsedRows(reader, name, { columns, rows, words: rows });
  return { columns, values };
}

/** Rows and columns of numbers that follow. */
export async function readShape(reader: ByteReader, name: string): Promise<{ rows: number; columns: number }> {
  const [rows, columns] = [await reader.int64(), await reader.int64()];
  if (!(rows >= 0 && columns > 0) || 4 * rows * columns > reader.left)
    throw reader.fault(`the ${name} must have ${rows} x ${columns} numbers, got ${reader.left} bytes: it is cut short`);
  return { rows, columns };
}

export function requireRows(reader: ByteReader, { inputRows }: FastTextHead, found: number): void {
  if (found !== inputRows) throw reader.fault(`the input must have ${inputRows} rows, got ${found}`);
}

export function requireEnd(reader: ByteReader): void {
  if (reader.left === 0) return;
  throw reader.fault(`must end after its output matrix at byte ${reader.position}, got ${reader.size} bytes`);
}

/** @throws SyntaxError naming the row of the first number that is not finite */
export function requireFinite(
  reader: ByteReader,
  name: string,
  values: Float32Array,
  rowOf: (i: number) => number,
): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]!))
      throw reader.fault(`numbers must be finite, got ${values[i]} in row ${rowOf(i)} of the ${name}`);
}

async function readQuantized(reader: ByteReader): Promise<RowMatrix> {
  const hasNorms = (await reader.byte()) === 1;
  const [rows, columns] = [await reader.int64(), await reader.int64()];
  const codes = Uint8Array.from(await reader.take(await reader.int32()));
  const pieces = await readQuantizer(reader);
  if (codes.length !== rows * Math.ceil(columns / pieces.size))
    throw reader.fault(`must have a code for each piece of ${rows} rows, got ${codes.length}`);
  const matrix = { columns, pieceSize: pieces.size, codes, centroids: pieces.centroids };
  if (!hasNorms) return matrix;
  const normCodes = Uint8Array.from(await reader.take(rows));
  return { ...matrix, norms: { codes: normCodes, centroids: (await readQuantizer(reader)).centroids } };
}

async function readQuantizer(reader: ByteReader): Promise<{ size: number; centroids: Float32Array }> {
  const dim = await reader.int32();
  await reader.take(4); // pieces
  const size = await reader.int32();
  await reader.take(4); // numbers in the last piece
  if (!(size > 0 && dim > 0)) throw reader.fault(`pieces must have numbers, got ${size} of ${dim}`);
  return { size, centroids: await reader.floats(dim * CENTROIDS) };
}

const rowsOf = (matrix: RowMatrix): number =>
  "values" in matrix
    ? matrix.values.length / matrix.columns
    : matrix.codes.length / Math.ceil(matrix.columns / matrix.pieceSize);
