import { columnLength } from "../kernels/documents/documentColumns.js";
import { type DocumentColumn, type DocumentField, documentsSchema } from "../schemas/documents.js";
import { defineKind, type Facts } from "../schemas/kinds.js";
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
      const [, ids, labels, weights, fields] = await wholeColumns<[number, string, readonly string[], number, string]>(
        table,
        columns,
      );
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

function columnOfRows(
  ids: readonly string[],
  labels: readonly (readonly string[])[],
  weights: readonly number[],
  fields: readonly string[],
  parts: readonly string[],
): DocumentColumn {
  const has = (part: keyof DocumentColumn) => parts.includes(part);
  const records = has("fields") ? fields.map((json) => JSON.parse(json) as Record<string, DocumentField>) : [];
  const listOf = (name: string) => records.map((record) => record[name] ?? null);
  return {
    ...(has("ids") ? { ids: ids.map((id) => id || null) } : {}),
    ...(has("labels") ? { labels: labels.map((list) => Array.from(list)) } : {}),
    ...(has("weights") ? { weights } : {}),
    ...(has("fields")
      ? { fields: Object.fromEntries(Object.keys(records[0] ?? {}).map((name) => [name, listOf(name)])) }
      : {}),
  };
}
