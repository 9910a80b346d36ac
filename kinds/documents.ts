import { columnLength } from "../kernels/documents/documentColumns.js";
import { type DocumentColumn, type DocumentField, documentsSchema } from "../schemas/documents.js";
import { defineKind, type Facts } from "../schemas/kinds.js";
import { show } from "../schemas/options.js";
import type { Rows } from "../schemas/tables.js";
import { wholeColumns } from "./rows.js";

const columns = ["document", "id", "labels", "weight", "fields"];

/** What is known of all documents of a corpus, in their order. */
export const documents = defineKind({
  name: "documents",
  arrives: "whole",
  columns,
  amounts: { documents: columnLength },
  table: {
    schema: () => documentsSchema,
    facts: (column) => ({ parts: partsOfColumn(column) }),
    blocks: (column) => [documentRows(column, 0)],
    async read(table, { parts }: Facts & { readonly parts?: readonly string[] }) {
      const [numbers, ids, labels, weights, json] = await wholeColumns<
        [number, string, readonly string[], number, string]
      >(table, columns);
      const wrong = numbers.findIndex((number, row) => number !== row);
      if (wrong >= 0)
        throw new RangeError(`${table.path}: documents must be numbered from 0, got ${numbers[wrong]} in row ${wrong}`);
      const fields = json.map((text, row) => parsedFields(text, `${table.path}: fields`, row));
      return columnOfRows(ids, labels, weights, fields, parts ?? []);
    },
  },
  shown: ([column]) => column,
});

/** The parts that a column has, as the metadata of its table name them. */
export function partsOfColumn(column: DocumentColumn | undefined): string[] {
  return Object.keys(column ?? {});
}

/** Documents numbered from there as rows; a part that a column has not is filled with what stands for none. */
export function documentRows(column: DocumentColumn, first: number): Rows {
  const rows = columnLength(column);
  const { ids, labels, weights, fields = {} } = column;
  const fieldsOf = (row: number) => Object.entries(fields).map(([name, list]) => [name, list[row]]);
  return {
    rows,
    columns: [
      Int32Array.from({ length: rows }, (_, row) => first + row),
      Array.from({ length: rows }, (_, row) => ids?.[row] ?? ""),
      labels ?? Array.from({ length: rows }, () => []),
      Float64Array.from({ length: rows }, (_, row) => weights?.[row] ?? 1),
      Array.from({ length: rows }, (_, row) => JSON.stringify(Object.fromEntries(fieldsOf(row)))),
    ],
  };
}

function parsedFields(text: string, who: string, row: number): Readonly<Record<string, DocumentField>> {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`${who} must be a JSON object, got ${show(text)} in row ${row}`);
  }
}

/** The column of documents from their rows; the parts that it has not are left out. */
export function columnOfRows(
  ids: readonly string[],
  labels: readonly (readonly string[])[],
  weights: readonly number[],
  fields: readonly Readonly<Record<string, DocumentField>>[],
  parts: readonly string[],
): DocumentColumn {
  const has = (part: keyof DocumentColumn) => parts.includes(part);
  const listOf = (name: string) => fields.map((record) => record[name] ?? null);
  return {
    ...(has("ids") ? { ids: ids.map((id) => id || null) } : {}),
    ...(has("labels") ? { labels: labels.map((list) => Array.from(list)) } : {}),
    ...(has("weights") ? { weights } : {}),
    ...(has("fields")
      ? { fields: Object.fromEntries(Object.keys(fields[0] ?? {}).map((name) => [name, listOf(name)])) }
      : {}),
  };
}
