import { setImmediate } from "node:timers/promises";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import type { Classifier, QuantizedRows, RowMatrix } from "../../schemas/classifier.js";
import type { SubwordForm } from "../../schemas/subwords.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { type DurableFile, writeFiles } from "../files/durableFile.js";
import { CBOW, LOSSES, MAGIC, OPTIONS, SKIP_GRAM, SUPERVISED, VERSION } from "./fastTextFile.js";

const PREFIX = "__label__";
const END = "</s>";
const ROWS_AT_ONCE = 4096;

interface FilledRows {
  readonly rows: number;
  /** Fills rows `from` .. `to` - 1, which are zeros. */
  readonly fill: (rows: Float32Array, from: number, to: number) => void;
}

interface Parts {
  readonly options: Readonly<Record<string, number>>;
  readonly words: readonly string[];
  readonly wordCounts: ArrayLike<number>;
  readonly labels: readonly string[];
  readonly labelCounts: ArrayLike<number>;
  /** The buckets that a pruned model keeps, in the order of their rows. */
  readonly kept?: Uint32Array;
  readonly input: QuantizedRows | FilledRows;
  readonly output: RowMatrix;
}

/** @throws RangeError if fastText's program could not make such subwords: its files have no word for what they are made of */
export function requireCharacters(who: string, units: SubwordForm["units"]): void {
  if (units === "characters") return;
  throw new RangeError(
    `${who}: subwords must be of characters in format fastText, got ${units}; arrow and parquet hold them`,
  );
}

/**
 * Writes vectors as a model of fastText's, so that its program and whatever reads its files finds vectors of words that were never seen, too.
 * Counts and output rows are not known, and are ones and zeros. Tells the rows of terms. State: 4,096 rows.
 */
export async function writeFastTextVectors(path: string, table: VectorTable, signal: AbortSignal): Promise<number> {
  const { terms, values, vectorSize: size, subwords, metadata } = table;
  const form: SubwordForm = subwords?.form ?? { units: "characters", minLength: 0, maxLength: 0, buckets: 0 };
  requireCharacters("writeVectors", form.units);
  const told = JSON.parse(metadata.get("options") ?? "{}") as { architecture?: string; loss?: string };
  const place = placesOf(subwords?.buckets ?? new Uint32Array(0), form.buckets);
  const bucketsOf = subwordsOf("writeVectors", form);
  /** A term's own row: its vector is the mean over that and the rows of its subwords. */
  const fillTerm = (row: Float32Array, id: number) => {
    const list = terms[id] === END ? [] : bucketsOf(terms[id]!); // the end of a line has no subwords
    for (let d = 0; d < size; d++) {
      let own = (list.length + 1) * values[id * size + d]!;
      for (const bucket of list) if (place[bucket]! >= 0) own -= subwords!.values[place[bucket]! * size + d]!;
      row[d] = own;
    }
  };
  await writeModel(path, signal, {
    options: {
      ...{ dim: size, ws: 5, epoch: 1, minCount: 1, neg: 5, wordNgrams: 1, lrUpdateRate: 100 },
      loss: told.loss === "hierarchicalSoftmax" ? 1 : 2,
      model: told.architecture === "cbow" ? CBOW : SKIP_GRAM,
      bucket: form.buckets,
      minn: form.minLength,
      maxn: form.maxLength,
    },
    words: terms,
    wordCounts: new Uint8Array(terms.length).fill(1),
    labels: [],
    labelCounts: [],
    input: {
      rows: terms.length + form.buckets,
      fill: rowFiller(terms.length, size, fillTerm, place, subwords?.values ?? new Float32Array(0)),
    },
    output: { columns: size, values: new Float32Array(terms.length * size) },
  });
  return terms.length;
}

/**
 * Writes a classifier as fastText does, a quantised one as its `.ftz`. The temperature goes into the rows of labels, so that fastText's program
 * tells calibrated probabilities. Tells the labels. State: 4,096 rows, and those of labels.
 * @throws RangeError if the form of its rows is none that fastText reads
 */
export async function writeFastTextClassifier(
  path: string,
  classifier: Classifier,
  signal: AbortSignal,
): Promise<number> {
  const { terms, labels, input, output, buckets, pruned, temperature } = classifier;
  const isDense = "values" in input;
  if (isDense && (pruned || !("values" in output)))
    throw new RangeError("writeClassifier: rows must be dense and all there to be written as fastText's, got others");
  const options = classifierOptions(classifier);
  if (!isDense && !pruned && buckets.length < options.bucket)
    throw new RangeError(
      `writeClassifier: a quantised classifier must have a row for each of its ${options.bucket} buckets or be pruned, got ${buckets.length}`,
    );
  await writeModel(path, signal, {
    options,
    words: terms,
    wordCounts: classifier.counts,
    labels: labels.map((label) => `${PREFIX}${label}`),
    labelCounts: classifier.labelCounts,
    ...(pruned ? { kept: buckets } : {}),
    input: isDense ? denseRows(input.values, input.columns, terms.length, buckets, options.bucket) : input,
    output: cooled(output, temperature),
  });
  return labels.length;
}

/** Scores are linear in the rows of labels. Quantised ones come from fastText's files alone, which have no temperature. */
function cooled(output: RowMatrix, temperature: number): RowMatrix {
  if (!("values" in output)) return output;
  return { columns: output.columns, values: output.values.map((value) => value / temperature) };
}

function classifierOptions({ input, subwords, loss, wordNgrams }: Classifier) {
  const hasBuckets = subwords.maxLength > 0 || wordNgrams > 1;
  return {
    ...{ dim: input.columns, ws: 5, epoch: 1, minCount: 1, neg: 5, wordNgrams, lrUpdateRate: 100, model: SUPERVISED },
    loss: LOSSES.indexOf(loss) + 1,
    bucket: hasBuckets ? subwords.buckets : 0,
    minn: subwords.maxLength > 0 ? subwords.minLength : 0,
    maxn: subwords.maxLength,
  };
}

function denseRows(values: Float32Array, size: number, terms: number, buckets: Uint32Array, all: number): FilledRows {
  const fillTerm = (row: Float32Array, id: number) => row.set(values.subarray(id * size, (id + 1) * size));
  return {
    rows: terms + all,
    fill: rowFiller(terms, size, fillTerm, placesOf(buckets, all), values.subarray(terms * size)),
  };
}

/** The row of each bucket, or -1. */
function placesOf(buckets: Uint32Array, all: number): Int32Array {
  const place = new Int32Array(all).fill(-1);
  buckets.forEach((bucket, row) => {
    place[bucket] = row;
  });
  return place;
}

function rowFiller(
  terms: number,
  size: number,
  fillTerm: (row: Float32Array, id: number) => void,
  place: Int32Array,
  values: Float32Array,
): FilledRows["fill"] {
  return (rows, from, to) => {
    for (let row = from; row < to; row++) {
      const into = rows.subarray((row - from) * size, (row - from + 1) * size);
      const known = row < terms ? 0 : place[row - terms]!;
      if (row < terms) fillTerm(into, row);
      else if (known >= 0) into.set(values.subarray(known * size, (known + 1) * size));
    }
  };
}

function writeModel(path: string, signal: AbortSignal, parts: Parts): Promise<void> {
  return writeFiles([path], async (file) => {
    const { input, output } = parts;
    writeHead(file!, parts);
    file!.write(Buffer.from([isQuantized(input) ? 1 : 0]));
    if (isQuantized(input)) writeQuantized(file!, input);
    else await writeFilled(file!, input, parts.options.dim!, signal);
    file!.write(Buffer.from([isQuantized(output) ? 1 : 0]));
    if (isQuantized(output)) return writeQuantized(file!, output);
    file!.write(int64s(output.values.length / output.columns, output.columns));
    file!.write(bytesOf(output.values));
  });
}

const isQuantized = (rows: object): rows is QuantizedRows => "codes" in rows;

async function writeFilled(file: DurableFile, input: FilledRows, size: number, signal: AbortSignal): Promise<void> {
  file.write(int64s(input.rows, size));
  for (let from = 0; from < input.rows; from += ROWS_AT_ONCE) {
    await setImmediate(undefined, { signal });
    const to = Math.min(from + ROWS_AT_ONCE, input.rows);
    const rows = new Float32Array((to - from) * size);
    input.fill(rows, from, to);
    file.write(bytesOf(rows));
  }
}

function writeQuantized(file: DurableFile, { columns, pieceSize, codes, centroids, norms }: QuantizedRows): void {
  const rows = codes.length / Math.ceil(columns / pieceSize);
  file.write(Buffer.concat([Buffer.from([norms ? 1 : 0]), int64s(rows, columns), int32s(codes.length)]));
  file.write(codes);
  writeQuantizer(file, columns, pieceSize, centroids);
  if (!norms) return;
  file.write(norms.codes);
  writeQuantizer(file, 1, 1, norms.centroids);
}

function writeQuantizer(file: DurableFile, columns: number, pieceSize: number, centroids: Float32Array): void {
  file.write(int32s(columns, Math.ceil(columns / pieceSize), pieceSize, columns % pieceSize || pieceSize));
  file.write(bytesOf(centroids));
}

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function writeHead(file: DurableFile, { options, words, wordCounts, labels, labelCounts, kept }: Parts): void {
  const numbers = [MAGIC, VERSION, ...OPTIONS.map((name) => options[name]!)];
  const threshold = Buffer.alloc(8);
  threshold.writeDoubleLE(0.0001);
  const sum = (counts: ArrayLike<number>) => Array.from(counts).reduce((total, count) => total + count, 0);
  const sizes = int32s(words.length + labels.length, words.length, labels.length);
  file.write(
    Buffer.concat([
      int32s(...numbers),
      threshold,
      sizes,
      int64s(sum(wordCounts) + sum(labelCounts), kept?.length ?? -1),
    ]),
  );
  const entry = (text: string, count: number, type: number) =>
    Buffer.concat([Buffer.from(`${text}\0`), int64s(count), Buffer.from([type])]);
  for (const [id, word] of words.entries()) file.write(entry(word, wordCounts[id]!, 0));
  for (const [id, label] of labels.entries()) file.write(entry(label, labelCounts[id]!, 1));
  const pairs = Int32Array.from({ length: 2 * (kept?.length ?? 0) }, (_, i) => (i % 2 ? i >> 1 : kept![i >> 1]!));
  file.write(new Uint8Array(pairs.buffer));
}

function int32s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeInt32LE(number, 4 * i);
  return bytes;
}

function int64s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeBigInt64LE(BigInt(number), 8 * i);
  return bytes;
}
