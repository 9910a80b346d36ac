import type { OperatorFunction } from "rxjs";
import { groupsOf } from "../kernels/documents/documentGroups.js";
import { GroupMeans } from "../kernels/topics/groupMeans.js";
import { writeThrough } from "../runtime/writeThrough.js";
import type { DocumentVectorBatch } from "../schemas/documentVectors.js";
import { number, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { TableSchema } from "../schemas/tables.js";
import { defineUnit } from "../schemas/units.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
import { TableWriter } from "../storage/tables/tableWriter.js";
import { lineExtensions, tabbed } from "./writeLines.js";
import { tableExtensions, tableFormats } from "./writeRows.js";
import { rowsOrLinesFields } from "./writeRowsOrLines.js";

export const writeTopicMeansSchema = defineUnit({
  name: "writeTopicMeans",
  kind: "sink",
  reads: "documentVectors",
  makes: "documentVectors",
  summary: "Writes the mean share of each topic in groups of documents, such as those of a year: topics over time",
  fields: {
    ...rowsOrLinesFields,
    field: text({
      optional: true,
      minLength: 1,
      description: "Field of the documents whose values are the groups; their labels if left out",
    }),
    binSize: number({
      optional: true,
      min: 0,
      aboveMin: true,
      description: "Width of the bins in which the numbers of the field are groups; each value is one if left out",
    }),
  },
  create: (_, options): OperatorFunction<DocumentVectorBatch, DocumentVectorBatch> => writeTopicMeans(options),
});

export type WriteTopicMeansOptions = OptionsOf<typeof writeTopicMeansSchema>;

const extensions = { ...tableExtensions, ...lineExtensions } as const;
type Format = (typeof extensions)[keyof typeof extensions];

const schema: TableSchema = { columns: { group: "text", topic: "int32", share: "float64", documents: "int32" } };
const names = Object.keys(schema.columns);

/**
 * Writes the mean of the vectors of each group of documents as rows of group, topic, share and documents, and passes each batch on once it was
 * added. Groups are in order, numbers by size before texts by code point. A document with several labels counts in each; one that has no
 * group in none, and is counted as `withoutGroup`.
 *
 * In, out: DocumentVectorBatch, N documents of K shares. State: 8 K bytes a group.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range, or the format cannot be told; RangeError through
 *   the stream, if the source was not asked for the groups, a value that goes into bins is no number, or .tsv cannot hold the name of a group
 * @see Hall, Jurafsky and Manning 2008, Studying the History of Ideas Using Topic Models, section 3
 * @example
 *   documentTerms$.pipe(inferTopics(topics), writeTopicMeans({ path: "shares.tsv", field: "year" }))
 */
export function writeTopicMeans(
  options: WriteTopicMeansOptions,
): OperatorFunction<DocumentVectorBatch, DocumentVectorBatch> {
  const { path, ...grouping } = parseOptions(writeTopicMeansSchema, options);
  const format = formatOf<Format>("writeTopicMeans", path, extensions);
  return writeThrough("writeTopicMeans", (scope) => {
    const groups = new GroupMeans();
    let documents = 0;
    return {
      write(batch) {
        let without = 0;
        batch.rowDocuments.forEach((_, row) => {
          const vector = batch.values.subarray(row * batch.vectorSize, (row + 1) * batch.vectorSize);
          const found = groupsOf("writeTopicMeans", batch.documents, row, grouping);
          for (const name of found) groups.add(name, vector);
          if (found.length === 0) without++;
        });
        documents += batch.rowDocuments.length;
        if (without > 0) scope.ledger.add("withoutGroup", without);
      },
      async finish() {
        const rows = rowsOf(groups);
        if (format === "jsonl" || format === "tsv") writeText(path, format, rows);
        else await writeTable(path, format, rows);
        scope.ledger.child(path).add("rows", rows.length);
        scope.took(documents);
      },
    };
  });
}

type Row = readonly [group: string, topic: number, share: number, documents: number];

function rowsOf(groups: GroupMeans): Row[] {
  return groups
    .means()
    .flatMap(({ name, documents, mean }) => Array.from(mean, (share, topic): Row => [name, topic, share, documents]));
}

function writeText(path: string, format: "jsonl" | "tsv", rows: readonly Row[]): void {
  const lines =
    format === "tsv"
      ? [names, ...rows].map((row) => tabbed("writeTopicMeans", path, "groups", row))
      : rows.map((row) => `${JSON.stringify(Object.fromEntries(names.map((name, k) => [name, row[k]])))}\n`);
  const file = new DurableFile(path);
  file.write(new TextEncoder().encode(lines.join("")));
  file.commit();
}

async function writeTable(path: string, format: keyof typeof tableFormats, rows: readonly Row[]): Promise<void> {
  const table = await TableWriter.open(path, schema, tableFormats[format]);
  await table.write(
    [
      rows.map(([group]) => group),
      Int32Array.from(rows, ([, topic]) => topic),
      Float64Array.from(rows, ([, , share]) => share),
      Int32Array.from(rows, ([, , , documents]) => documents),
    ],
    rows.length,
  );
  await table.close();
}
