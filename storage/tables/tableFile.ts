import { KIND, type TableFile } from "../../schemas/tables.js";
import { firstBytes, packingOf } from "../files/fileBytes.js";
import { checksumKey, checkTable } from "./tableChecksum.js";

/** Whether a file begins as Arrow or Parquet do. */
export function isTableFile(path: string): boolean {
  return /^(ARROW1|PAR1)/.test(Buffer.from(firstBytes(path, 6)).toString("latin1"));
}

/**
 * Opens a table file; what it is goes by its content. One that states a checksum is first read through and compared with it.
 * @throws SyntaxError if it is neither Arrow nor Parquet, not whole, or damaged
 */
export async function openTable(path: string): Promise<TableFile> {
  const magic = magicOf(path);
  if (beginsAsTable(magic)) {
    checkTable(path);
    const table = await (magic === "ARROW1" ? openArrow : openParquet)(path);
    return { ...table, metadata: withoutChecksum(table.metadata) };
  }
  const begins = magic === "" ? "an empty file" : `one that begins with ${JSON.stringify(magic)}`;
  const found = packingOf(path) ?? begins;
  throw new SyntaxError(`${path}: must be an Arrow or Parquet file, not packed, got ${found}`);
}

const magicOf = (path: string) => Buffer.from(firstBytes(path, 6)).toString("latin1");

const beginsAsTable = (magic: string) => magic === "ARROW1" || magic.startsWith("PAR1");

/** The kind of data that a table says it holds; undefined where it says nothing, or the file is no table. */
export async function kindHeld(path: string): Promise<string | undefined> {
  return beginsAsTable(magicOf(path)) ? (await openTable(path)).metadata.get(KIND) : undefined;
}

// Each loads the library that reads it.
const openArrow = async (path: string): Promise<TableFile> => (await import("./arrowFile.js")).openArrow(path);
const openParquet = async (path: string): Promise<TableFile> =>
  (await import("./parquetFile.js")).openParquetTable(path);

/** Another table will have another one. */
function withoutChecksum(metadata: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...metadata].filter(([key]) => key !== checksumKey));
}

/** @throws TypeError if the table says that it holds another kind of data */
export function requireKind(path: string, { metadata }: Pick<TableFile, "metadata">, kind: string): void {
  const held = metadata.get(KIND);
  if (held !== undefined && held !== kind)
    throw new TypeError(`${path}: must be a file of ${kind}, got one of ${held}`);
}

/** @throws TypeError if the table lacks one of the columns */
export function requireColumns(path: string, table: Pick<TableFile, "columns">, names: readonly string[]): void {
  const known = table.columns.map((column) => column.name);
  for (const name of names)
    if (!known.includes(name)) throw new TypeError(`${path}: must have a column ${name}, got ${known.join(", ")}`);
}
