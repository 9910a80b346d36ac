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

/** Some cells of a run, without copying. */
export function sliceRun({ row, column, units }: CellRun, start: number, end: number): CellRun {
  return {
    row: row.subarray(start, end),
    column: column.subarray(start, end),
    units: units.subarray(start, end),
    length: end - start,
  };
}

/** How many cells of a run come at or before a cell. */
export function cellsUpTo(run: CellRun, row: number, column: number): number {
  let [low, high] = [0, run.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run.row[middle]! - row || run.column[middle]! - column) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
