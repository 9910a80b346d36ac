import type { ClassifierLoss } from "../../schemas/classifier.js";
import { makeHuffmanCodes } from "../embedding/huffman.js";
import { negativeSampling } from "../embedding/negativeSampling.js";
import { makeOutputRows } from "../embedding/outputRows.js";
import type { BagRecords } from "./bagRecords.js";

export interface LabelOutputs {
  readonly scoredBy: "rows" | "softmax" | "eachLabel";
  /** Output rows that a record has at most. */
  readonly most: number;
  /** Writes what a document with these labels, by number, is to be told; `weight` is that of the document. */
  write(records: BagRecords, labels: readonly number[], weight: number, epoch: number, document: number): void;
}

/** The exponent of fastText's `loss.cc`: noise labels are drawn in proportion to the root of their documents. */
const NOISE_EXPONENT = 0.5;

/**
 * What a document teaches about its labels. For softmax, the tree and noise several share its weight evenly; for oneVsAll each has it whole.
 */
export function labelOutputs(
  loss: ClassifierLoss,
  counts: Float64Array,
  { negative, seed }: { readonly negative: number; readonly seed: number },
): LabelOutputs {
  if (loss === "softmax" || loss === "oneVsAll")
    return {
      scoredBy: loss === "softmax" ? "softmax" : "eachLabel",
      most: counts.length,
      write(records, labels, weight) {
        const share = loss === "softmax" ? weight / labels.length : weight;
        for (const label of labels) records.output(label, 1, share);
      },
    };
  return loss === "hierarchicalSoftmax" ? paths(counts) : noise(counts, negative, seed);
}

function paths(counts: Float64Array): LabelOutputs {
  const { offsets, nodes, bits } = makeHuffmanCodes(counts);

  /** The nodes of one path differ. */
  function writePath(records: BagRecords, label: number, weight: number): void {
    for (let entry = offsets[label]!; entry < offsets[label + 1]!; entry++)
      records.output(nodes[entry]!, bits[entry]!, weight);
  }

  function writePaths(records: BagRecords, labels: readonly number[], weight: number): void {
    const ones = new Map<number, number>();
    const all = new Map<number, number>();
    for (const label of labels)
      for (let entry = offsets[label]!; entry < offsets[label + 1]!; entry++) {
        const node = nodes[entry]!;
        ones.set(node, (ones.get(node) ?? 0) + bits[entry]!);
        all.set(node, (all.get(node) ?? 0) + 1);
      }
    for (const [node, times] of all) records.output(node, ones.get(node)! / times, (weight * times) / labels.length);
  }

  return {
    scoredBy: "rows",
    most: counts.length,
    write(records, labels, weight) {
      const [only] = labels;
      if (labels.length === 1) writePath(records, only!, weight);
      else writePaths(records, labels, weight);
    },
  };
}

function noise(counts: Float64Array, negative: number, seed: number): LabelOutputs {
  const layer = negativeSampling(counts, { negative, exponent: NOISE_EXPONENT, seed, share: 1 });
  const rows = makeOutputRows(layer.capacity);
  return {
    scoredBy: "rows",
    most: counts.length,
    write(records, labels, weight, epoch, document) {
      layer.fill(rows, labels[0]!, epoch, document);
      for (const label of labels) records.output(label, 1, weight / labels.length);
      for (let k = 1; k < rows.length; k++)
        if (!labels.includes(rows.rows[k]!)) records.output(rows.rows[k]!, 0, weight);
    },
  };
}
