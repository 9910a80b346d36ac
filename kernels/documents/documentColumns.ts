import type { DocumentColumn, DocumentEntry, DocumentField } from "../../schemas/documents.js";

/** The column of documents that all have the same parts, at least one. */
export function columnOfEntries(entries: readonly DocumentEntry[]): DocumentColumn {
  const [first = {}] = entries;
  const fieldsOf = (name: string) => entries.map(({ fields }) => fields![name]!);
  return {
    ...(first.id === undefined ? {} : { ids: entries.map(({ id }) => id!) }),
    ...(first.labels ? { labels: entries.map(({ labels }) => labels!) } : {}),
    ...(first.weight === undefined ? {} : { weights: entries.map(({ weight }) => weight!) }),
    ...(first.fields
      ? { fields: Object.fromEntries(Object.keys(first.fields).map((name) => [name, fieldsOf(name)])) }
      : {}),
  };
}

/** The documents of a column, one by one. */
export function entriesOfColumn(column: DocumentColumn): DocumentEntry[] {
  const { ids, labels, weights, fields } = column;
  return Array.from({ length: columnLength(column) }, (_, k) => ({
    ...(ids ? { id: ids[k]! } : {}),
    ...(labels ? { labels: labels[k]! } : {}),
    ...(weights ? { weight: weights[k]! } : {}),
    ...(fields ? { fields: Object.fromEntries(Object.entries(fields).map(([name, list]) => [name, list[k]!])) } : {}),
  }));
}

/** The entries [from, to) of a column. */
export function sliceColumn(column: DocumentColumn, from: number, to?: number): DocumentColumn {
  return mapColumn(column, (list) => list.slice(from, to));
}

/** The entries of columns that have the same parts, one behind the other. */
export function joinColumns(columns: readonly DocumentColumn[]): DocumentColumn {
  const [first = {}] = columns;
  return {
    ...(first.ids ? { ids: columns.flatMap(({ ids }) => ids!) } : {}),
    ...(first.labels ? { labels: columns.flatMap(({ labels }) => labels!) } : {}),
    ...(first.weights ? { weights: columns.flatMap(({ weights }) => weights!) } : {}),
    ...(first.fields ? { fields: joinFields(first.fields, columns) } : {}),
  };
}

function joinFields(first: NonNullable<DocumentColumn["fields"]>, columns: readonly DocumentColumn[]) {
  const joined = (name: string): DocumentField[] => columns.flatMap(({ fields }) => fields![name]!);
  return Object.fromEntries(Object.keys(first).map((name) => [name, joined(name)]));
}

/** Those entries of a column that stand at some places. */
export function pickEntries(column: DocumentColumn, places: readonly number[]): DocumentColumn {
  return mapColumn(column, (list) => places.map((place) => list[place]!));
}

function mapColumn(
  { ids, labels, weights, fields }: DocumentColumn,
  map: <T>(list: readonly T[]) => readonly T[],
): DocumentColumn {
  return {
    ...(ids ? { ids: map(ids) } : {}),
    ...(labels ? { labels: map(labels) } : {}),
    ...(weights ? { weights: map(weights) } : {}),
    ...(fields ? { fields: Object.fromEntries(Object.entries(fields).map(([name, list]) => [name, map(list)])) } : {}),
  };
}

/** How many documents a column has entries for. */
export function columnLength({ ids, labels, weights, fields }: DocumentColumn): number {
  return (ids ?? labels ?? weights ?? Object.values(fields ?? {})[0] ?? []).length;
}

/** A column as bytes of JSON; none where there is no column. */
export function columnBytes(column: DocumentColumn | undefined): Uint8Array {
  return column ? new TextEncoder().encode(JSON.stringify(column)) : new Uint8Array(0);
}

export function columnOfBytes(bytes: Uint8Array): DocumentColumn | undefined {
  return bytes.length === 0 ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as DocumentColumn);
}
