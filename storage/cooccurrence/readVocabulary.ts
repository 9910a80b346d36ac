import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { readLines, requireText } from "../files/fileBytes.js";
import { isTableFile, openTable, requireColumns } from "../tables/tableFile.js";

const countLine = /^(.+) (\d+)$/s;

/**
 * Reads a vocabulary from an Arrow or Parquet file (columns `term`, `count`) or GloVe's `vocab.txt`, packed with gzip or Zstandard or not.
 * What it is goes by its content; a term's id is its row, in whatever order the file has.
 *
 * Out: Vocabulary, V terms. State: the vocabulary.
 * @throws SyntaxError, RangeError with the line or row: a file cut short, a term twice, a count that is no whole number
 * @example
 *   const vocabulary = await readVocabulary("vocab.txt");
 */
export async function readVocabulary(path: string): Promise<Vocabulary> {
  const terms: string[] = [];
  const counts: number[] = [];
  const rows = new Map<string, string>();
  const add = (term: string, count: number, where: string) => {
    if (!Number.isSafeInteger(count) || count < 0)
      throw new RangeError(`${path}: a count must be a whole number >= 0, got ${count} in ${where}`);
    const before = rows.get(term);
    if (before)
      throw new RangeError(`${path}: terms must differ, got ${JSON.stringify(term)} in ${before} and ${where}`);
    rows.set(term, where);
    terms.push(term);
    counts.push(count);
  };
  if (isTableFile(path)) await readColumns(path, add);
  else await readText(path, add);
  if (terms.length === 0) throw new RangeError(`${path}: must hold at least one term, got none`);
  return makeVocabulary(terms, Float64Array.from(counts));
}

type Add = (term: string, count: number, where: string) => void;

async function readColumns(path: string, add: Add): Promise<void> {
  const table = await openTable(path);
  requireColumns(path, table, ["term", "count"]);
  let row = 0;
  for await (const { rows, columns } of table.blocks(["term", "count"])) {
    const [terms, counts] = columns as [readonly string[], ArrayLike<number>];
    for (let i = 0; i < rows; i++, row++) add(terms[i]!, counts[i]!, `row ${row}`);
  }
}

async function readText(path: string, add: Add): Promise<void> {
  await requireText(path, { reads: "a vocabulary" });
  await readLines(path, (bytes, start, end, number) => {
    const line = bytes.toString("utf8", start, end);
    const match = countLine.exec(line);
    if (!match)
      throw new SyntaxError(
        `${path}: line ${number} must be a term and its count, got ${JSON.stringify(line.slice(0, 60))}`,
      );
    add(match[1]!, Number(match[2]), `line ${number}`);
  });
}
