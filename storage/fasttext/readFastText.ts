import { meanRow } from "../../kernels/subwords/meanRow.js";
import { type SubwordsOf, subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { TermLists } from "../../kernels/subwords/termLists.js";
import type { Classifier } from "../../schemas/classifier.js";
import type { SubwordForm, SubwordRows } from "../../schemas/subwords.js";
import type { VectorTable } from "../../schemas/vectors.js";
import type { ByteReader } from "../files/byteReader.js";
import {
  CBOW,
  type FastTextHead,
  LOSSES,
  readFastTextFile,
  readHead,
  requireEnd,
  SUPERVISED,
  withFastTextFile,
} from "./fastTextFile.js";
import { type InputRows, readInputRows } from "./inputRows.js";

const END = "</s>";
const PREFIX = "__label__";

export interface WantedRows {
  /** Terms to read, with the rows of their subwords; those that are not in the file have subwords, too. All words if left out. */
  readonly wanted?: ReadonlySet<string> | undefined;
  /** Terms that will be asked about: where all words are read, the rows of their subwords and of no others. */
  readonly asked?: ReadonlySet<string> | undefined;
}

/**
 * The vectors of a fastText model with their subwords; rows of zeros are left out, which is what most are that were trained with few threads.
 * State: the input matrix, or, where some terms alone are wanted or asked about, 4 D bytes for each word that is read, for each subword of
 * theirs, and chunks of the file; 4 bytes a subword of each word.
 * @throws SyntaxError also where it holds a classifier, or quantised vectors
 */
export function readFastTextVectors(path: string, { wanted, asked }: WantedRows = {}): Promise<VectorTable> {
  return withFastTextFile(path, async (reader) => {
    const head = await readHead(reader, wanted && ((word) => wanted.has(word)));
    await requireVectors(reader, head);
    const form = formOf(head);
    const bucketsOf = withoutEnd(subwordsOf(path, form));
    const lists = listsOf(head, bucketsOf);
    const others = wanted ?? asked;
    const input = await readInputRows(reader, head, others && rowsOf(head, lists, [...others].flatMap(bucketsOf)));
    requireEnd(reader);
    const table = meansOf(head, lists, input);
    return form.maxLength === 0 ? table : { ...table, subwords: usedRows(head, form, input) };
  });
}

async function requireVectors(reader: ByteReader, { options, kept }: FastTextHead): Promise<void> {
  if (options.model === SUPERVISED)
    throw reader.fault("must hold vectors, got a classifier; lexstream classify asks it");
  if ((await reader.byte()) === 1) throw reader.fault("must hold vectors that are not quantised, got quantised ones");
  if (kept) throw reader.fault("must hold vectors that were not pruned, got a pruned model");
}

const formOf = ({ options }: FastTextHead): SubwordForm => ({
  units: "characters",
  minLength: options.minn!,
  maxLength: options.maxn!,
  buckets: options.bucket!,
});

/** The end of a line is a word without subwords. */
const withoutEnd =
  (bucketsOf: SubwordsOf): SubwordsOf =>
  (term) =>
    term === END ? [] : bucketsOf(term);

/** The rows of each word that was read: its own, and those of its subwords. */
function listsOf({ words, wordRows }: FastTextHead, bucketsOf: SubwordsOf): TermLists {
  const lists = new TermLists();
  words.texts.forEach((word, i) => {
    lists.push([words.places[i]!, ...bucketsOf(word).map((bucket) => wordRows + bucket)]);
  });
  return lists;
}

/** The rows of lists and of some buckets, ascending. */
function rowsOf({ wordRows, inputRows }: FastTextHead, lists: TermLists, buckets: readonly number[]): Uint32Array {
  const isWanted = new Uint8Array(inputRows);
  for (const row of lists.pushed.entries) isWanted[row] = 1;
  for (const bucket of buckets) isWanted[wordRows + bucket] = 1;
  const rows = new Uint32Array(isWanted.reduce((sum, each) => sum + each, 0));
  let count = 0;
  for (let row = 0; row < inputRows; row++) if (isWanted[row] === 1) rows[count++] = row;
  return rows;
}

/** Each word's vector: the mean over its row and those of its subwords. */
function meansOf({ options, words }: FastTextHead, lists: TermLists, input: InputRows): VectorTable {
  const { columns: size, values: read, placeOf } = input;
  const values = new Float32Array(words.texts.length * size);
  const places = new Int32Array(lists.longest);
  for (let i = 0; i < words.texts.length; i++) {
    const list = lists.of(i);
    for (let k = 0; k < list.length; k++) places[k] = placeOf(list[k]!);
    meanRow(read, size, places.subarray(0, list.length), values.subarray(i * size, (i + 1) * size));
  }
  const told = { architecture: options.model === CBOW ? "cbow" : "skipGram", loss: LOSSES[options.loss! - 1] };
  const metadata = new Map([
    ["model", "fastText"],
    ["options", JSON.stringify(told)],
  ]);
  return { terms: words.texts, values, vectorSize: size, metadata };
}

/** The rows of buckets that were read and are not all zeros, moved together in place. */
function usedRows({ words, wordRows }: FastTextHead, form: SubwordForm, input: InputRows): SubwordRows {
  const { columns: size, values, rowAt } = input;
  const first = words.texts.length;
  const buckets = new Uint32Array(values.length / size - first);
  let used = 0;
  for (let i = 0; i < buckets.length; i++) {
    const at = (first + i) * size;
    if (isZeros(values, at, at + size)) continue;
    if (used < i) values.copyWithin((first + used) * size, at, at + size);
    buckets[used++] = rowAt(first + i) - wordRows;
  }
  return { form, buckets: buckets.slice(0, used), values: values.subarray(first * size, (first + used) * size) };
}

function isZeros(values: Float32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (values[i] !== 0) return false;
  return true;
}

/**
 * A classifier of fastText's, quantised or not. The file does not say how texts are cut. State: the file, once.
 * @throws SyntaxError also where it holds vectors
 */
export async function readFastTextClassifier(path: string): Promise<Classifier> {
  const file = await readFastTextFile(path);
  const { options, words, labels, kept, input, output } = file;
  if (options.model !== SUPERVISED) throw new SyntaxError(`${path}: must hold a classifier, got vectors`);
  const hasBuckets = options.maxn! > 0 || options.wordNgrams! > 1;
  const all = hasBuckets ? options.bucket! : 0;
  return {
    labels: labels.texts.map((label) => (label.startsWith(PREFIX) ? label.slice(PREFIX.length) : label)),
    labelCounts: labels.counts,
    terms: words.texts,
    counts: words.counts,
    loss: LOSSES[options.loss! - 1]!,
    wordNgrams: options.wordNgrams!,
    subwords: formOf(file),
    buckets: kept
      ? Uint32Array.from(
          [...kept].sort(([, a], [, b]) => a - b),
          ([bucket]) => bucket,
        )
      : Uint32Array.from({ length: all }, (_, bucket) => bucket),
    pruned: kept !== undefined,
    sentenceEnd: true,
    input,
    output,
    temperature: 1,
    metadata: new Map([
      ["model", "fastTextClassifier"],
      ["format", "fastText"],
    ]),
  };
}
