import { type FileHandle, open } from "node:fs/promises";
import type { RowMatrix } from "../../schemas/classifier.js";
import { firstBytes } from "../files/fileBytes.js";
import { readFullyAsync } from "../files/readFully.js";

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

export interface FastTextFile {
  readonly options: Readonly<Record<string, number>>;
  readonly words: readonly string[];
  readonly wordCounts: Float64Array;
  readonly labels: readonly string[];
  readonly labelCounts: Float64Array;
  /** Buckets that a pruned model has kept, by the row of each behind those of the words; undefined if it was never pruned. */
  readonly kept: ReadonlyMap<number, number> | undefined;
  readonly input: RowMatrix;
  readonly output: RowMatrix;
}

export function isFastTextFile(path: string): boolean {
  const head = firstBytes(path, 4);
  return head.length === 4 && Buffer.from(head).readInt32LE() === MAGIC;
}

const CENTROIDS = 256;

/**
 * Reads a model of fastText's. State: the model, and a chunk of the file.
 * @throws SyntaxError if it is another version, cut, goes on behind its end, or says what cannot be
 */
export async function readFastTextFile(path: string): Promise<FastTextFile> {
  const handle = await open(path);
  try {
    return await new ModelReader(path, handle, (await handle.stat()).size).read();
  } finally {
    await handle.close();
  }
}

class ModelReader {
  #chunk = Buffer.alloc(0);
  /** Where the chunk begins in the file, and how much of it was read. */
  #start = 0;
  #at = 0;

  constructor(
    readonly path: string,
    readonly handle: FileHandle,
    readonly size: number,
  ) {}

  async read(): Promise<FastTextFile> {
    if ((await this.#int32()) !== MAGIC) throw this.#fault("must begin with fastText's magic number");
    const version = await this.#int32();
    if (version !== VERSION && version !== 11) throw this.#fault(`must be of version 11 or 12, got ${version}`);
    const options: Record<string, number> = {};
    for (const name of OPTIONS) options[name] = await this.#int32();
    if (version === 11 && options.model === SUPERVISED) options.maxn = 0;
    await this.#take(8); // t, the threshold of subsampling
    this.#check(options);
    const [entries, words, labels] = [await this.#int32(), await this.#int32(), await this.#int32()];
    await this.#take(8); // tokens
    const pruned = await this.#int64();
    if (words < 0 || labels < 0 || entries !== words + labels || entries > this.size)
      throw this.#fault(`must have as many entries as words and labels, got ${entries}, ${words} and ${labels}`);
    const terms = await this.#entries(words);
    const names = await this.#entries(labels);
    const kept = pruned < 0 ? undefined : new Map<number, number>();
    for (let i = 0; i < pruned; i++) kept!.set(await this.#int32(), await this.#int32());
    const input = await this.#matrix("input", (await this.#take(1))[0] === 1);
    const rows = words + (kept ? kept.size : options.bucket!);
    if (rowsOf(input) !== rows) throw this.#fault(`the input must have ${rows} rows, got ${rowsOf(input)}`);
    const output = await this.#matrix("output", (await this.#take(1))[0] === 1 && !("values" in input));
    const end = this.#start + this.#at;
    if (end !== this.size) throw this.#fault(`must end after its output matrix at byte ${end}, got ${this.size} bytes`);
    return {
      options,
      words: terms.texts,
      wordCounts: terms.counts,
      labels: names.texts,
      labelCounts: names.counts,
      kept,
      input,
      output,
    };
  }

  #check({ dim, loss, model, bucket, maxn, minn, wordNgrams }: Record<string, number>): void {
    if (!(dim! > 0 && dim! <= 100_000)) throw this.#fault(`dim must be above 0, got ${dim}`);
    if (!LOSSES[loss! - 1] || !(model! >= CBOW && model! <= SUPERVISED))
      throw this.#fault(`loss and model must be known, got ${loss} and ${model}`);
    if (bucket! < 0 || minn! < 0 || maxn! < 0) throw this.#fault(`bucket, minn and maxn must not be negative`);
    if (bucket === 0 && (maxn! > 0 || wordNgrams! > 1))
      throw this.#fault("bucket must be above 0 where there are n-grams, got 0");
  }

  async #entries(count: number): Promise<{ texts: string[]; counts: Float64Array }> {
    const texts: string[] = [];
    const counts = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      texts.push(await this.#text());
      counts[i] = await this.#int64();
      await this.#take(1); // word or label
    }
    return { texts, counts };
  }

  async #matrix(name: string, isQuantized: boolean): Promise<RowMatrix> {
    if (isQuantized) return this.#quantized();
    const [rows, columns] = [await this.#int64(), await this.#int64()];
    const left = this.size - this.#start - this.#at;
    if (!(rows >= 0 && columns > 0) || 4 * rows * columns > left)
      throw this.#fault(`the ${name} must have ${rows} x ${columns} numbers, got ${left} bytes: it is cut short`);
    const values = await this.#floats(rows * columns);
    const odd = firstOdd(values);
    if (odd >= 0)
      throw this.#fault(
        `numbers must be finite, got ${values[odd]} in row ${Math.floor(odd / columns)} of the ${name}`,
      );
    return { columns, values };
  }

  async #quantized(): Promise<RowMatrix> {
    const hasNorms = (await this.#take(1))[0] === 1;
    const [rows, columns] = [await this.#int64(), await this.#int64()];
    const codes = Uint8Array.from(await this.#take(await this.#int32()));
    const pieces = await this.#quantizer();
    if (codes.length !== rows * Math.ceil(columns / pieces.size))
      throw this.#fault(`must have a code for each piece of ${rows} rows, got ${codes.length}`);
    const matrix = { columns, pieceSize: pieces.size, codes, centroids: pieces.centroids };
    if (!hasNorms) return matrix;
    const normCodes = Uint8Array.from(await this.#take(rows));
    return { ...matrix, norms: { codes: normCodes, centroids: (await this.#quantizer()).centroids } };
  }

  async #quantizer(): Promise<{ size: number; centroids: Float32Array }> {
    const dim = await this.#int32();
    await this.#take(4); // pieces
    const size = await this.#int32();
    await this.#take(4); // numbers in the last piece
    if (!(size > 0 && dim > 0)) throw this.#fault(`pieces must have numbers, got ${size} of ${dim}`);
    return { size, centroids: await this.#floats(dim * CENTROIDS) };
  }

  async #floats(count: number): Promise<Float32Array> {
    const values = new Float32Array(count);
    const bytes = new Uint8Array(values.buffer);
    const known = Math.min(bytes.length, this.#chunk.length - this.#at);
    bytes.set(this.#chunk.subarray(this.#at, this.#at + known));
    const read = await readFullyAsync(this.handle, bytes.subarray(known), this.#start + this.#at + known);
    if (known + read < bytes.length) throw this.#cut();
    this.#start += this.#at + bytes.length;
    this.#chunk = Buffer.alloc(0);
    this.#at = 0;
    return values;
  }

  async #text(): Promise<string> {
    for (let from = this.#at; ; ) {
      const end = this.#chunk.indexOf(0, from);
      if (end >= 0) {
        const text = this.#chunk.toString("utf8", this.#at, end);
        this.#at = end + 1;
        return text;
      }
      from = this.#chunk.length - this.#at;
      await this.#fill(from + 1);
    }
  }

  async #int32(): Promise<number> {
    return (await this.#take(4)).readInt32LE();
  }

  async #int64(): Promise<number> {
    return Number((await this.#take(8)).readBigInt64LE());
  }

  async #take(length: number): Promise<Buffer> {
    await this.#fill(length);
    this.#at += length;
    return this.#chunk.subarray(this.#at - length, this.#at);
  }

  /** Makes sure that so many bytes of the chunk are still to be read. */
  async #fill(length: number): Promise<void> {
    if (!(length >= 0)) throw this.#fault(`must not have parts of ${length} bytes`);
    if (this.#chunk.length - this.#at >= length) return;
    this.#start += this.#at;
    const wanted = Math.min(Math.max(length, 1 << 20), this.size - this.#start);
    if (wanted < length) throw this.#cut();
    const chunk = Buffer.alloc(wanted);
    if ((await readFullyAsync(this.handle, chunk, this.#start)) < wanted) throw this.#cut();
    this.#chunk = chunk;
    this.#at = 0;
  }

  #cut(): SyntaxError {
    return this.#fault(`must be a whole model of fastText's, got ${this.size} bytes: it is cut short`);
  }

  #fault(what: string): SyntaxError {
    return new SyntaxError(`${this.path}: ${what}`);
  }
}

/** The place of the first number that is not finite, or -1. */
function firstOdd(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i;
  return -1;
}

const rowsOf = (matrix: RowMatrix): number =>
  "values" in matrix
    ? matrix.values.length / matrix.columns
    : matrix.codes.length / Math.ceil(matrix.columns / matrix.pieceSize);
