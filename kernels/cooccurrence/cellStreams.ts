import { type CellRun, cellsUpTo, RunMerger, sliceRun } from "./cellRun.js";

/** Cells in order, a run at a time, from memory or from a file. */
export type CellStream = Iterable<CellRun> | AsyncIterable<CellRun>;

/** Reads a stream run by run. */
export class CellCursor {
  readonly #runs: Iterator<CellRun> | AsyncIterator<CellRun>;
  run: CellRun | undefined;
  at = 0;
  hasEnded = false;

  constructor(stream: CellStream) {
    this.#runs = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  }

  /** Makes sure that there is a cell to read; false at the end. */
  async hasCell(): Promise<boolean> {
    while (!this.hasEnded && (!this.run || this.at >= this.run.length)) {
      const { done, value } = await this.#runs.next();
      this.hasEnded = done === true;
      if (done) return false;
      this.run = value;
      this.at = 0;
    }
    return !this.hasEnded;
  }

  async close(): Promise<void> {
    await this.#runs.return?.();
  }
}

/**
 * Merges streams; a cell that is in several is added up. Each step takes from all streams what comes before the end of the run that
 * ends first, so a step holds one run of each stream at most.
 */
export async function* mergeStreams(streams: readonly CellStream[]): AsyncGenerator<CellRun> {
  const merger = new RunMerger();
  let cursors = streams.map((stream) => new CellCursor(stream));
  try {
    for (;;) {
      const hasCells = await Promise.all(cursors.map((cursor) => cursor.hasCell()));
      cursors = cursors.filter((_, i) => hasCells[i]);
      if (cursors.length === 0) return;
      yield merger.merge(takeShared(cursors as (CellCursor & { run: CellRun })[]));
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function takeShared(cursors: readonly (CellCursor & { run: CellRun })[]): CellRun[] {
  const ends = cursors.map(({ run }) => [run.row[run.length - 1]!, run.column[run.length - 1]!] as const);
  const [row, column] = ends.reduce((first, end) => ((end[0] - first[0] || end[1] - first[1]) < 0 ? end : first));
  return cursors.map((cursor) => {
    const end = cellsUpTo(cursor.run, row, column);
    const part = sliceRun(cursor.run, cursor.at, end);
    cursor.at = end;
    return part;
  });
}
