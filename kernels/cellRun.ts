/** Cells of a table in units, sorted by row, then column, each once. Arrays may be longer than `length`. */
export interface CellRun {
  readonly row: Uint32Array;
  readonly column: Uint32Array;
  readonly units: Float64Array;
  readonly length: number;
}

export function emptyRun(capacity: number): CellRun {
  return {
    row: new Uint32Array(capacity),
    column: new Uint32Array(capacity),
    units: new Float64Array(capacity),
    length: 0,
  };
}

/** The cells of both; cells that are in both are added up. */
export function mergeRuns(a: CellRun, b: CellRun): CellRun {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged = emptyRun(a.length + b.length);
  const { row, column, units } = merged;
  let [i, j, length] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const order = a.row[i]! - b.row[j]! || a.column[i]! - b.column[j]!;
    if (order <= 0) {
      row[length] = a.row[i]!;
      column[length] = a.column[i]!;
      units[length++] = a.units[i++]! + (order === 0 ? b.units[j++]! : 0);
    } else {
      row[length] = b.row[j]!;
      column[length] = b.column[j]!;
      units[length++] = b.units[j++]!;
    }
  }
  const [rest, from] = i < a.length ? [a, i] : [b, j];
  row.set(rest.row.subarray(from, rest.length), length);
  column.set(rest.column.subarray(from, rest.length), length);
  units.set(rest.units.subarray(from, rest.length), length);
  return { ...merged, length: length + rest.length - from };
}

/** Merges neighbours two by two until one is left, so that a cell is moved log2(runs) times. */
export function mergeAll(runs: readonly CellRun[]): CellRun {
  if (runs.length <= 1) return runs[0] ?? emptyRun(0);
  const halves: CellRun[] = [];
  for (let i = 0; i < runs.length; i += 2)
    halves.push(i + 1 < runs.length ? mergeRuns(runs[i]!, runs[i + 1]!) : runs[i]!);
  return mergeAll(halves);
}

/** Rows and columns exchanged, without the diagonal. A counting sort by column: rows are in order already. */
export function transposeRun({ row, column, units, length }: CellRun, columns: number): CellRun {
  const next = new Uint32Array(columns + 1);
  for (let i = 0; i < length; i++) if (row[i] !== column[i]) next[column[i]! + 1]!++;
  for (let c = 0; c < columns; c++) next[c + 1]! += next[c]!;
  const transposed = emptyRun(next[columns]!);
  for (let i = 0; i < length; i++) {
    if (row[i] === column[i]) continue;
    const at = next[column[i]!]!++;
    transposed.row[at] = column[i]!;
    transposed.column[at] = row[i]!;
    transposed.units[at] = units[i]!;
  }
  return { ...transposed, length: transposed.row.length };
}
