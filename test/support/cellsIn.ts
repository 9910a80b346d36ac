import { openTable } from "#storage";

/** All rows of a table, each as its cells. */
export async function cellsIn(path: string): Promise<unknown[][]> {
  const table = await openTable(path);
  const rows: unknown[][] = [];
  const names = table.columns.map(({ name }) => name);
  for await (const block of table.blocks(names))
    for (let row = 0; row < block.rows; row++) rows.push(block.columns.map((column) => column[row]));
  return rows;
}
