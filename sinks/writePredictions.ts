import { extname } from "node:path";
import type { OperatorFunction } from "rxjs";
import { predictionRows, predictions } from "../kinds/predictions.js";
import type { RunScope } from "../runtime/flow.js";
import { writeThrough } from "../runtime/writeThrough.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf, show } from "../schemas/options.js";
import { type PredictionBatch, predictionsSchema } from "../schemas/predictions.js";
import type { StateKeeper } from "../schemas/state.js";
import { defineUnit } from "../schemas/units.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
import { tableExtensions, tableFormats, writeRows } from "./writeRows.js";

const extensions = { ...tableExtensions, jsonl: "jsonl", tsv: "tsv" } as const;
type Format = (typeof extensions)[keyof typeof extensions];

export const writePredictionsSchema = defineUnit({
  name: "writePredictions",
  kind: "sink",
  reads: "predictions",
  makes: "predictions",
  resumable: ({ path }) => ["jsonl", "tsv"].includes(extname(path).slice(1).toLowerCase()),
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
  if (format === "jsonl") return writeLines(path, "", jsonLine);
  if (format === "tsv")
    return writeLines(path, `${HEAD.join("\t")}\n`, (batch, row) => tabbedLine(batch, row, settings));
  return writeRows("writePredictions", path, tableFormats[format], () => ({
    schema: () => predictionsSchema,
    rows: predictionRows,
    amount: predictions.amounts!.tokens!,
  }));
}

const HEAD = Object.keys(predictionsSchema.columns);

type LineOf = (batch: PredictionBatch, row: number) => string;

function writeLines(path: string, head: string, lineOf: LineOf): OperatorFunction<PredictionBatch, PredictionBatch> {
  return writeThrough("writePredictions", (scope) => {
    const file = new LineFile(path, head);
    scope.keep(file);
    return {
      write(batch) {
        file.add(
          Array.from(batch.lengths, (_, row) => lineOf(batch, row)),
          predictions.amounts!.tokens!(batch),
        );
      },
      finish() {
        file.commit(scope);
      },
      abandon: () => file.close(),
    };
  });
}

/** Lines that a later run can go on with. State: the file's buffer. */
class LineFile implements StateKeeper {
  readonly #path: string;
  readonly #head: string;
  #file: DurableFile | undefined;
  #rows = 0;
  #amount = 0;
  /** A checkpoint counts on what is there. */
  #isSettled = false;

  constructor(path: string, head: string) {
    this.#path = path;
    this.#head = head;
  }

  add(lines: readonly string[], amount: number): void {
    const file = this.#open();
    file.write(Buffer.from(lines.join("")));
    file.flush(); // so that whoever follows the file sees them
    this.#rows += lines.length;
    this.#amount += amount;
  }

  commit(scope: RunScope): void {
    this.#open().commit();
    scope.ledger.child(this.#path).add("rows", this.#rows);
    scope.took(this.#amount);
  }

  /** Removes what was not committed, unless a run can go on with it. */
  close(): void {
    if (this.#isSettled) this.#file?.leave();
    else this.#file?.discard();
  }

  save() {
    this.#isSettled = true;
    return { facts: { bytes: this.#open().settle(), rows: this.#rows, amount: this.#amount }, arrays: {} };
  }

  restore({ facts }: ReturnType<LineFile["save"]>): void {
    this.#file = new DurableFile(this.#path, facts.bytes);
    this.#rows = facts.rows;
    this.#amount = facts.amount;
    this.#isSettled = true;
  }

  #open(): DurableFile {
    if (this.#file) return this.#file;
    this.#file = new DurableFile(this.#path);
    this.#file.write(Buffer.from(this.#head));
    return this.#file;
  }
}

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
  const odd = cells.find((cell) => /[\t\n\r]/.test(String(cell)));
  if (odd === undefined) return `${cells.join("\t")}\n`;
  throw new RangeError(
    `writePredictions: ${path} must hold ids and labels without tabs and ends of lines, got ${show(odd)}; .jsonl holds any`,
  );
}
