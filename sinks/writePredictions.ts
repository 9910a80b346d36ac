import type { OperatorFunction } from "rxjs";
import { predictionRows, predictions } from "../kinds/predictions.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf, show } from "../schemas/options.js";
import { type PredictionBatch, predictionsSchema } from "../schemas/predictions.js";
import { defineUnit } from "../schemas/units.js";
import { formatOf } from "../storage/files/formatOf.js";
import { areLines, lineExtensions, tabbed, writeLines } from "./writeLines.js";
import { tableExtensions, tableFormats, writeRows } from "./writeRows.js";

const extensions = { ...tableExtensions, ...lineExtensions } as const;
type Format = (typeof extensions)[keyof typeof extensions];

export const writePredictionsSchema = defineUnit({
  name: "writePredictions",
  kind: "sink",
  reads: "predictions",
  makes: "predictions",
  resumable: ({ path }) => areLines(path),
  summary: "Writes the labels that a classifier gives documents to a file, one row a document",
  fields: {
    path: text({
      description: "File to write: .arrow .feather .parquet .jsonl .tsv",
      file: "output",
      example: "predictions.jsonl",
    }),
    labelSeparator: text({
      minLength: 1,
      default: ",",
      description: "What separates several labels, and their probabilities, in .tsv",
    }),
  },
  create: (_, options): OperatorFunction<PredictionBatch, PredictionBatch> => writePredictions(options),
});

export type WritePredictionsOptions = OptionsOf<typeof writePredictionsSchema>;
type Settings = SettingsOf<typeof writePredictionsSchema>;

/**
 * Writes a document's number, id, labels, their probabilities, the labels that it came with, and its tokens, and passes each batch on once its
 * rows were taken. Lines (.jsonl, .tsv) can be gone on with, behind a source that never ends, too; until then they stand in the file of the name
 * that ends in `.lexstream.partial`.
 *
 * In, out: PredictionBatch. State: one block of 1,024 rows, or the lines of a batch.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; through the stream, RangeError for a label or id that .tsv cannot hold
 * @example
 *   tokens$.pipe(classify(classifier), writePredictions({ path: "predictions.parquet" }))
 */
export function writePredictions(options: WritePredictionsOptions): OperatorFunction<PredictionBatch, PredictionBatch> {
  const settings = parseOptions(writePredictionsSchema, options);
  const { path } = settings;
  const format = formatOf<Format>("writePredictions", path, extensions);
  const amount = predictions.amounts!.tokens!;
  const rowsOf = ({ lengths }: PredictionBatch) => lengths.length;
  if (format === "jsonl") return writeLines("writePredictions", path, { head: "", rowsOf, lineOf: jsonLine, amount });
  if (format === "tsv")
    return writeLines("writePredictions", path, {
      ...{ head: `${HEAD.join("\t")}\n`, rowsOf, amount },
      lineOf: (batch, row) => tabbedLine(batch, row, settings),
    });
  return writeRows("writePredictions", path, tableFormats[format], () => ({
    schema: () => predictionsSchema,
    rows: predictionRows,
    amount,
  }));
}

const HEAD = Object.keys(predictionsSchema.columns);

const labelsOf = ({ labels, offsets }: PredictionBatch, row: number) => labels.slice(offsets[row], offsets[row + 1]);
const probabilitiesOf = ({ probabilities, offsets }: PredictionBatch, row: number) =>
  Array.from(probabilities.subarray(offsets[row], offsets[row + 1]));

/** What the source was not asked for is left out. */
function jsonLine(batch: PredictionBatch, row: number): string {
  const { rowDocuments, lengths, documents } = batch;
  const line = {
    document: rowDocuments[row],
    ...(documents?.ids ? { id: documents.ids[row] } : {}),
    labels: labelsOf(batch, row),
    probabilities: probabilitiesOf(batch, row),
    ...(documents?.labels ? { given: documents.labels[row] } : {}),
    length: lengths[row],
  };
  return `${JSON.stringify(line)}\n`;
}

function tabbedLine(batch: PredictionBatch, row: number, { labelSeparator, path }: Settings): string {
  const { rowDocuments, lengths, documents } = batch;
  const joined = (labels: readonly string[]) => {
    const odd = labels.find((label) => label.includes(labelSeparator));
    if (odd === undefined) return labels.join(labelSeparator);
    throw new RangeError(
      `writePredictions: ${path} must hold labels without ${show(labelSeparator)}, got ${show(odd)}; labelSeparator names another`,
    );
  };
  const cells = [
    rowDocuments[row],
    documents?.ids?.[row] ?? "",
    joined(labelsOf(batch, row)),
    probabilitiesOf(batch, row).join(labelSeparator),
    joined(documents?.labels?.[row] ?? []),
    lengths[row],
  ];
  return tabbed("writePredictions", path, "ids and labels", cells);
}
