import type { DataKind, Facts, Kind, Kinds } from "../../schemas/kinds.js";
import type { TableFile } from "../../schemas/tables.js";
import { openTable, requireKind } from "./tableFile.js";

/** Metadata of a table: the facts as JSON. */
export const FACTS = "facts";

/**
 * Reads what `writeWhole` wrote.
 * @throws TypeError if it holds another kind of data; SyntaxError if it is something else, not whole or damaged
 */
export async function readWhole<K extends Kind>(kind: DataKind<K>, path: string): Promise<Kinds[K]> {
  const table = await openTable(path);
  requireKind(path, table, kind.name);
  return wholeIn(kind, path, table);
}

/** The value in a table of its kind. */
export function wholeIn<K extends Kind>(kind: DataKind<K>, path: string, table: TableFile): Promise<Kinds[K]> {
  return formOf(kind).read({ path, ...table }, factsOf(kind.name, path, table), {});
}

export function formOf<K extends Kind>({ name, table }: DataKind<K>) {
  if (table) return table;
  throw new TypeError(`${name}: a kind must have a form on the disk to be written, got none`);
}

export function factsOf(kind: string, path: string, { metadata, columns }: TableFile): Facts {
  const facts = metadata.get(FACTS);
  if (facts !== undefined) return JSON.parse(facts) as Facts;
  const names = columns.map(({ name }) => name).join(", ");
  throw new SyntaxError(`${path}: must be a file of ${kind}, got a table without its facts, of the columns ${names}`);
}
