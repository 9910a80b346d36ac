import { meanRow } from "../../kernels/subwords/meanRow.js";
import { type SubwordsOf, subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
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

/**
 * The vectors of a fastText model with their subwords; rows of zeros are left out, which is what most are that were trained with few threads.
 * State: the input matrix, or, where some terms alone are wanted, 4 D bytes for each of them, for each subword of theirs, and a chunk of the
 * file.
 * @param wanted terms to read, with the rows of their subwords; those that are not in the file have subwords, too
 * @throws SyntaxError also where it holds a classifier, or quantised vectors
 */
export function readFastTextVectors(path: string, wanted?: ReadonlySet<string>): Promise<VectorTable> {
  return withFastTextFile(path, async (reader) => {
    const head = await readHead(reader, wanted && ((word) => wanted.has(word)));
    await requireVectors(reader, head);
    const form = formOf(head);
    const bucketsOf = withoutEnd(subwordsOf(path, form));
    const input = await readInputRows(reader, head, wanted && rowsOf(head, wanted, bucketsOf));
    requireEnd(reader);
    const table = meansOf(head, bucketsOf, input);
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

/** The rows of terms and of their subwords, ascending. */
function rowsOf({ words, wordRows }: FastTextHead, terms: ReadonlySet<string>, bucketsOf: SubwordsOf): Uint32Array {
  const rows = new Set(words.places);
  for (const term of terms) for (const bucket of bucketsOf(term)) rows.add(wordRows + bucket);
  return Uint32Array.from(rows).sort();
}

/** Each word's vector: the mean over its row and those of its subwords. */
function meansOf({ options, words, wordRows }: FastTextHead, bucketsOf: SubwordsOf, input: InputRows): VectorTable {
  const { columns: size, values: read, placeOf } = input;
  const values = new Float32Array(words.texts.length * size);
  words.texts.forEach((word, i) => {
    const buckets = bucketsOf(word);
    const places = new Int32Array(1 + buckets.length);
    places[0] = placeOf(words.places[i]!);
    for (let k = 0; k < buckets.length; k++) places[1 + k] = placeOf(wordRows + buckets[k]!);
    meanRow(read, size, places, values.subarray(i * size, (i + 1) * size));
  });
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
