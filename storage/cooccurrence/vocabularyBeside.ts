import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const VOCABULARIES = ["vocab.arrow", "vocab.parquet", "vocab.txt"];

/**
 * The vocabulary's file beside that of a co-occurrence table.
 * @throws Error if there is none
 */
export function vocabularyBeside(table: string): string {
  const beside = VOCABULARIES.map((name) => join(dirname(table), name)).find((path) => existsSync(path));
  if (beside !== undefined) return beside;
  throw new Error(`${table}: its vocabulary must lie beside it as ${VOCABULARIES.join(", ")}, or be named; got none`);
}
