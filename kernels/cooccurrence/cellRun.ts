/**
 * Cells of a table in units, sorted by row, then column, each once. Arrays may be longer than `length`. A stream of runs may use the
 * arrays of one for the next: a run is to be read, or copied, before the next is asked for.
 */
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

/**
 * Merges runs, neighbours two by two until one is left, so that a cell is moved log2(runs) times. A cell that is in several is added up.
 * What it gives is valid until the next call: its rooms are used again, since fresh ones would have the garbage collector run
 * several times a second.
 * State: twice the most cells that were merged at once.
 */
export class RunMerger {
  /** From one to the other and back. */
  readonly #rooms: [CellRun, CellRun] = [emptyRun(0), emptyRun(0)];

  merge(runs: readonly CellRun[]): CellRun {
    const cells = runs.reduce((sum, { length }) => sum + length, 0);
    let left = runs;
    for (let round = 0; left.length > 1; round++) {
      const room = this.#room((round & 1) as 0 | 1, cells);
      const merged: CellRun[] = [];
      for (let i = 0, at = 0; i < left.length; i += 2) {
        const [a, b] = [left[i]!, left[i + 1] ?? nothing];
        merged.push(mergeRuns(a, b, sliceRun(room, at, at + a.length + b.length)));
        at += a.length + b.length;
      }
      left = merged;
    }
    return left[0] ?? nothing;
  }

  #room(which: 0 | 1, cells: number): CellRun {
    if (this.#rooms[which].row.length < cells) this.#rooms[which] = emptyRun(cells);
    return this.#rooms[which];
  }
}

const nothing = emptyRun(0);

function mergeRuns(a: CellRun, b: CellRun, room: CellRun): CellRun {
  const { row, column, units } = room;
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
  return { row, column, units, length: length + rest.length - from };
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
