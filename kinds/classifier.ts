import type { Classifier, ClassifierLoss, LabelOdds, RowMatrix } from "../schemas/classifier.js";
import { defineKind } from "../schemas/kinds.js";
import { show } from "../schemas/options.js";
import type { SubwordForm } from "../schemas/subwords.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";

const rowsAtOnce = 65_536;

/** What a row is of: its text and count, a bucket's number, or a label's text and documents. */
const TERM = "term";
const BUCKET = "bucket";
const LABEL = "label";

/**
 * A classifier of texts: a row a term, a row a bucket that is in use, and a row a label. Only dense ones have this form; quantised ones
 * are files of fastText's.
 */
export const classifier = defineKind({
  name: "classifier",
  arrives: "whole",
  columns: ["part", "text", "count", "vector"],
  passedOver: ({ metadata }) => {
    const counted: Readonly<Record<string, number>> = JSON.parse(metadata.get("documents") ?? "{}");
    const { withoutLabels = 0, withoutWords = 0, withoutKeptLabels = 0 } = counted;
    return withoutLabels + withoutWords + withoutKeptLabels;
  },
  amounts: { labels: ({ labels }: Classifier) => labels.length },
  table: {
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
      const { parts, input, output } = await readRows(table, size);
      const { [TERM]: terms, [BUCKET]: buckets, [LABEL]: labels } = parts;
      return {
        terms: terms.texts,
        counts: Float64Array.from(terms.counts),
        buckets: Uint32Array.from(buckets.counts),
        labels: labels.texts,
        labelCounts: Float64Array.from(labels.counts),
        ...{ input, output },
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
  },
  origin: {
    keepsTextSteps: true,
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  shown: ([value]) => ({ labels: [...value!.labels], terms: value!.terms.length, vectorSize: value!.input.columns }),
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

/** The rows of a table, a block at a time. Memory: rows of several blocks twice at the end. */
async function readRows(table: ReadableTable, size: number) {
  const parts = Object.fromEntries(
    [TERM, BUCKET, LABEL].map((part): [string, PartRows] => [part, { texts: [], counts: [] }]),
  );
  const blocks: Float32Array[] = [];
  for await (const { columns, rows } of table.blocks(["part", "text", "count", "vector"])) {
    const [names, texts, counts, vectors] = columns as [string[], string[], ArrayLike<number>, ArrayLike<number>[]];
    for (let row = 0; row < rows; row++) {
      const part = parts[names[row]!] ?? unknownPart(table, names[row]!);
      if (part !== parts[BUCKET]) part.texts.push(texts[row]!);
      part.counts.push(counts[row]!);
    }
    blocks.push(endToEnd(vectors, size));
  }
  const inputs = parts[TERM]!.counts.length + parts[BUCKET]!.counts.length;
  const split = inputs * size;
  return {
    parts: parts as Record<typeof TERM | typeof BUCKET | typeof LABEL, PartRows>,
    input: { columns: size, values: stretch(blocks, 0, split) },
    output: { columns: size, values: stretch(blocks, split, split + parts[LABEL]!.counts.length * size) },
  };
}

/** Vectors as one array: that in which they lie end to end, as those of Arrow files do, or a copy. */
function endToEnd(vectors: readonly ArrayLike<number>[], size: number): Float32Array {
  const [first, last] = [vectors[0], vectors.at(-1)];
  const between = 4 * size * (vectors.length - 1);
  if (first instanceof Float32Array && last instanceof Float32Array && first.length === size)
    if (last.buffer === first.buffer && last.byteOffset - first.byteOffset === between)
      return new Float32Array(first.buffer, first.byteOffset, vectors.length * size);
  const values = new Float32Array(vectors.length * size);
  for (let row = 0; row < vectors.length; row++) values.set(vectors[row]!, row * size);
  return values;
}

/** The values from a place to another of blocks end to end: a view where these lie in one block, or a copy. */
function stretch(blocks: readonly Float32Array[], from: number, to: number): Float32Array {
  const pieces: Float32Array[] = [];
  let at = 0;
  for (const block of blocks) {
    const piece = block.subarray(Math.max(0, from - at), Math.max(0, to - at));
    if (piece.length > 0) pieces.push(piece);
    at += block.length;
  }
  if (pieces.length === 1) return pieces[0]!;
  const all = new Float32Array(to - from);
  let end = 0;
  for (const piece of pieces) {
    all.set(piece, end);
    end += piece.length;
  }
  return all;
}

function unknownPart({ path }: ReadableTable, name: string): never {
  throw new SyntaxError(`${path}: each row must be of a ${TERM}, a ${BUCKET} or a ${LABEL}, got ${show(name)}`);
}
