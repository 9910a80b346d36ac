import { extname } from "node:path";
import type { OperatorFunction } from "rxjs";
import type { RunScope } from "../runtime/flow.js";
import { writeThrough } from "../runtime/writeThrough.js";
import { show } from "../schemas/options.js";
import type { StateKeeper } from "../schemas/state.js";
import { DurableFile } from "../storage/files/durableFile.js";

export const lineExtensions = { jsonl: "jsonl", tsv: "tsv" } as const;

/** Whether a file of that name holds lines, with which a later run can go on. */
export const areLines = (path: string): boolean => Object.hasOwn(lineExtensions, extname(path).slice(1).toLowerCase());

/** How batches become lines. */
export interface LineMaker<Batch> {
  /** What the file begins with. */
  readonly head: string;
  rowsOf(batch: Batch): number;
  /** The line of a row, with its end. */
  lineOf(batch: Batch, row: number): string;
  /** How much of the batch its rows hold, in the first measure of its kind. */
  amount(batch: Batch): number;
}

/**
 * Writes a stream of batches as lines of text, and passes each on once they were written. They can be gone on with, behind a source that never
 * ends, too; until then they stand in the file of the name that ends in `.lexstream.partial`. State: the lines of a batch.
 */
export function writeLines<Batch>(who: string, path: string, maker: LineMaker<Batch>): OperatorFunction<Batch, Batch> {
  const { head, rowsOf, lineOf, amount } = maker;
  return writeThrough<Batch>(who, (scope) => {
    const file = new LineFile(path, head);
    scope.keep(file);
    return {
      write(batch) {
        file.add(
          Array.from({ length: rowsOf(batch) }, (_, row) => lineOf(batch, row)),
          amount(batch),
        );
      },
      finish() {
        file.commit(scope);
      },
      abandon: () => file.close(),
    };
  });
}

/**
 * Cells as a line with tabs between them.
 * @throws RangeError if one of them holds a tab or the end of a line; `what` says what such cells are
 */
export function tabbed(
  who: string,
  path: string,
  what: string,
  cells: readonly (string | number | undefined)[],
): string {
  const odd = cells.find((cell) => /[\t\n\r]/.test(String(cell)));
  if (odd === undefined) return `${cells.join("\t")}\n`;
  throw new RangeError(
    `${who}: ${path} must hold ${what} without tabs and ends of lines, got ${show(odd)}; .jsonl holds any`,
  );
}

/** Lines that a later run can go on with. State: the file's buffer. */
class LineFile implements StateKeeper {
  readonly #path: string;
  readonly #head: string;
  #file: DurableFile | undefined;
  #rows = 0;
  #amount = 0;
  /** A checkpoint counts on what is there. */
  #isSettled = false;

  constructor(path: string, head: string) {
    this.#path = path;
    this.#head = head;
  }

  add(lines: readonly string[], amount: number): void {
    const file = this.#open();
    file.write(Buffer.from(lines.join("")));
    file.flush(); // so that whoever follows the file sees them
    this.#rows += lines.length;
    this.#amount += amount;
  }

  commit(scope: RunScope): void {
    this.#open().commit();
    scope.ledger.child(this.#path).add("rows", this.#rows);
    scope.took(this.#amount);
  }

  /** Removes what was not committed, unless a run can go on with it. */
  close(): void {
    if (this.#isSettled) this.#file?.leave();
    else this.#file?.discard();
  }

  save() {
    this.#isSettled = true;
    return { facts: { bytes: this.#open().settle(), rows: this.#rows, amount: this.#amount }, arrays: {} };
  }

  restore({ facts }: ReturnType<LineFile["save"]>): void {
    this.#file = new DurableFile(this.#path, facts.bytes);
    this.#rows = facts.rows;
    this.#amount = facts.amount;
    this.#isSettled = true;
  }

  #open(): DurableFile {
    if (this.#file) return this.#file;
    this.#file = new DurableFile(this.#path);
    this.#file.write(Buffer.from(this.#head));
    return this.#file;
  }
}
