import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import type { Classifier } from "../../schemas/classifier.js";
import type { SubwordForm, SubwordRows } from "../../schemas/subwords.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { CBOW, type FastTextFile, LOSSES, readFastTextFile, SUPERVISED } from "./fastTextFile.js";

const END = "</s>";
const PREFIX = "__label__";

/**
 * The vectors of a fastText model with their subwords; rows of zeros are left out, which is what most are that were trained with few threads.
 * State: the file, once.
 * @throws SyntaxError also where it holds a classifier, or quantised vectors
 */
export async function readFastTextVectors(path: string): Promise<VectorTable> {
  const file = await readFastTextFile(path);
  const { options, words, input } = file;
  if (options.model === SUPERVISED)
    throw new SyntaxError(`${path}: must hold vectors, got a classifier; lexstream classify asks it`);
  if (!("values" in input))
    throw new SyntaxError(`${path}: must hold vectors that are not quantised, got quantised ones`);
  if (file.kept) throw new SyntaxError(`${path}: must hold vectors that were not pruned, got a pruned model`);
  const size = input.columns;
  const form = formOf(file);
  const bucketsOf = subwordsOf(path, form);
  const values = new Float32Array(words.length * size);
  const sum = new Float64Array(size);
  words.forEach((word, id) => {
    const rows = [id, ...(word === END ? [] : bucketsOf(word).map((bucket) => words.length + bucket))];
    sum.fill(0);
    for (const row of rows) for (let d = 0; d < size; d++) sum[d]! += input.values[row * size + d]!;
    for (let d = 0; d < size; d++) values[id * size + d] = sum[d]! / rows.length;
  });
  const metadata = new Map([
    ["model", "fastText"],
    [
      "options",
      JSON.stringify({ architecture: options.model === CBOW ? "cbow" : "skipGram", loss: LOSSES[options.loss! - 1] }),
    ],
  ]);
  const table = { terms: words, values, vectorSize: size, metadata };
  return form.maxLength === 0 ? table : { ...table, subwords: usedRows(input.values, words.length, size, form) };
}

const formOf = ({ options }: FastTextFile): SubwordForm => ({
  units: "characters",
  minLength: options.minn!,
  maxLength: options.maxn!,
  buckets: options.bucket!,
});

/** The rows of buckets that are not all zeros, moved together in place. */
function usedRows(input: Float32Array, words: number, size: number, form: SubwordForm): SubwordRows {
  const buckets = new Uint32Array(form.buckets);
  let used = 0;
  for (let bucket = 0; bucket < form.buckets; bucket++) {
    const at = (words + bucket) * size;
    if (isZeros(input, at, at + size)) continue;
    if (used < bucket) input.copyWithin((words + used) * size, at, at + size);
    buckets[used++] = bucket;
  }
  return { form, buckets: buckets.slice(0, used), values: input.subarray(words * size, (words + used) * size) };
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
    labels: labels.map((label) => (label.startsWith(PREFIX) ? label.slice(PREFIX.length) : label)),
    labelCounts: file.labelCounts,
    terms: words,
    counts: file.wordCounts,
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
