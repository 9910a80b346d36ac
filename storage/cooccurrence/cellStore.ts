import type { CellRun } from "../../kernels/cooccurrence/cellRun.js";
import type { CellStream } from "../../kernels/cooccurrence/cellStreams.js";
import type { NewFile } from "../files/scratchFolder.js";
import { CellWriter } from "./cellFile.js";

/** Cells in order, in memory as long as they are few, then in a file. */
export class CellStore {
  readonly #newFile: NewFile;
  readonly #mostInMemory: number;
  #runs: CellRun[] = [];
  #file: CellWriter | undefined;
  #cells = 0;

  constructor(newFile: NewFile, bytesInMemory: number) {
    this.#newFile = newFile;
    this.#mostInMemory = bytesInMemory / 16;
  }

  get cells(): number {
    return this.#cells;
  }

  add(run: CellRun): void {
    this.#cells += run.length;
    if (!this.#file && this.#cells > this.#mostInMemory) this.#moveToDisk();
    if (this.#file) this.#file.write(run);
    else this.#runs.push(trimmed(run));
  }

  /** No more cells: they can be read, any number of times. */
  seal(): CellStream {
    return this.#file?.close() ?? this.#runs;
  }

  /** Closes the file of a table that will not be finished. */
  abandon(): void {
    this.#file?.abandon();
  }

  #moveToDisk(): void {
    this.#file = new CellWriter(this.#newFile());
    for (const run of this.#runs) this.#file.write(run);
    this.#runs = [];
  }
}

/** A copy without unused room. */
function trimmed({ row, column, units, length }: CellRun): CellRun {
  return { row: row.slice(0, length), column: column.slice(0, length), units: units.slice(0, length), length };
}
