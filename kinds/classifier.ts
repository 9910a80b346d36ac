import {
  type AnyClassifier,
  type Classifier,
  type ClassifierLoss,
  isNetworkClassifier,
  type LabelOdds,
  type RowMatrix,
} from "../schemas/classifier.js";
import { defineKind, type TableForm } from "../schemas/kinds.js";
import { show } from "../schemas/options.js";
import type { SubwordForm } from "../schemas/subwords.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";
import { networkClassifierTable } from "./networkClassifier.js";

const rowsAtOnce = 65_536;

/** What a row is of: its text and count, a bucket's number, or a label's text and documents. */
const TERM = "term";
const BUCKET = "bucket";
const LABEL = "label";

/** A row a term, a row a bucket that is in use, and a row a label. Only dense ones have this form; quantised ones are files of fastText's. */
const linearTable: TableForm<Classifier> = {
  schema: ({ input }) => ({
    columns: { part: "text", text: "text", count: "float64", vector: { list: "float32", size: input.columns } },
  }),
  facts: ({ loss, wordNgrams, subwords, sentenceEnd, pruned, temperature, labelOdds, metadata, input }) => ({
    ...{ loss, wordNgrams, subwords, sentenceEnd, pruned, temperature },
    ...(labelOdds ? { labelOdds } : {}),
    columns: input.columns,
    metadata: [...metadata],
  }),
  *blocks({ terms, counts, buckets, labels, labelCounts, input, output }) {
    const [rows, scores] = [denseValues(input), denseValues(output)];
    const size = input.columns;
    yield* blocksOf(TERM, terms, counts, rows, size);
    const noTexts = new Array<string>(buckets.length).fill("");
    yield* blocksOf(BUCKET, noTexts, Float64Array.from(buckets), rows.subarray(terms.length * size), size);
    yield* blocksOf(LABEL, labels, labelCounts, scores, size);
  },
  async read(table, facts) {
    const size = facts.columns as number;
    const { parts, inputs, values } = await readRows(table, size);
    const { [TERM]: terms, [BUCKET]: buckets, [LABEL]: labels } = parts;
    return {
      terms: terms.texts,
      counts: Float64Array.from(terms.counts),
      buckets: Uint32Array.from(buckets.counts),
      labels: labels.texts,
      labelCounts: Float64Array.from(labels.counts),
      input: { columns: size, values: values.subarray(0, inputs * size) },
      output: { columns: size, values: values.subarray(inputs * size) },
      loss: facts.loss as ClassifierLoss,
      wordNgrams: facts.wordNgrams as number,
      subwords: facts.subwords as SubwordForm,
      sentenceEnd: facts.sentenceEnd as boolean,
      pruned: facts.pruned as boolean,
      temperature: facts.temperature as number,
      ...(facts.labelOdds ? { labelOdds: facts.labelOdds as LabelOdds } : {}),
      metadata: new Map(facts.metadata as [string, string][]),
    };
  },
};

/** A classifier of texts: a linear one, or a language model with what stands behind it. */
export const classifier = defineKind({
  name: "classifier",
  arrives: "whole",
  columns: ["part", "text", "count", "vector"],
  passedOver: ({ metadata }) => {
    const counted: Readonly<Record<string, number>> = JSON.parse(metadata.get("documents") ?? "{}");
    const { withoutLabels = 0, withoutWords = 0, withoutKeptLabels = 0 } = counted;
    return withoutLabels + withoutWords + withoutKeptLabels;
  },
  amounts: { labels: ({ labels }: AnyClassifier) => labels.length },
  table: {
    schema: (value) => (isNetworkClassifier(value) ? networkClassifierTable.schema(value) : linearTable.schema(value)),
    facts: (value) => (isNetworkClassifier(value) ? networkClassifierTable.facts!(value) : linearTable.facts!(value)),
    blocks: (value) => (isNetworkClassifier(value) ? networkClassifierTable.blocks(value) : linearTable.blocks(value)),
    read: (table, facts, needs) => ("head" in facts ? networkClassifierTable : linearTable).read(table, facts, needs),
  },
  origin: {
    keepsTextSteps: true,
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  shown: ([value]) =>
    isNetworkClassifier(value!)
      ? { labels: [...value.labels], terms: value.model.terms.length, network: value.model.architecture }
      : { labels: [...value!.labels], terms: value!.terms.length, vectorSize: value!.input.columns },
});

function denseValues(matrix: RowMatrix): Float32Array {
  if ("values" in matrix) return matrix.values;
  throw new TypeError("classifier: rows must be dense to be written as a table, got quantised ones");
}

function* blocksOf(
  part: string,
  texts: readonly string[],
  counts: Float64Array,
  values: Float32Array,
  size: number,
): Generator<Rows> {
  for (let from = 0; from < texts.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, texts.length);
    const parts = new Array<string>(to - from).fill(part);
    const rows = values.subarray(from * size, to * size);
    yield { columns: [parts, texts.slice(from, to), counts.subarray(from, to), rows], rows: to - from };
  }
}

/** The texts and counts of a part's rows; buckets have no texts. */
interface PartRows {
  readonly texts: string[];
  readonly counts: number[];
}

/** The rows of a table, a block at a time, and how many of them are of the input. Memory: all rows twice at the end, but for those of a block. */
async function readRows(table: ReadableTable, size: number) {
  const parts = Object.fromEntries(
    [TERM, BUCKET, LABEL].map((part): [string, PartRows] => [part, { texts: [], counts: [] }]),
  );
  const blocks: Float32Array[] = [];
  for await (const { columns, rows } of table.blocks(["part", "text", "count", "vector"])) {
    const [names, texts, counts, vectors] = columns as [string[], string[], ArrayLike<number>, ArrayLike<number>[]];
    const values = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const part = parts[names[row]!] ?? unknownPart(table, names[row]!);
      if (part !== parts[BUCKET]) part.texts.push(texts[row]!);
      part.counts.push(counts[row]!);
      values.set(vectors[row]!, row * size);
    }
    blocks.push(values);
  }
  const inputs = parts[TERM]!.counts.length + parts[BUCKET]!.counts.length;
  return {
    parts: parts as Record<typeof TERM | typeof BUCKET | typeof LABEL, PartRows>,
    inputs,
    values: endToEnd(blocks),
  };
}

function endToEnd(blocks: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

function unknownPart({ path }: ReadableTable, name: string): never {
  throw new SyntaxError(`${path}: each row must be of a ${TERM}, a ${BUCKET} or a ${LABEL}, got ${show(name)}`);
}
