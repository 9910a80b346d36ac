import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AlgebraOptions, mergeTables, subtractTables } from "../../operators/cooccurrence/tableAlgebra.js";
import { type Duration, type FinalCooccurrence, millisecondsOf } from "../../schemas/index.js";
import { openCooccurrence, saveCooccurrence } from "./cooccurrenceFiles.js";

export interface WindowTablesOptions extends Pick<AlgebraOptions, "memory" | "scratch"> {
  /** Where the tables of the periods and of the window lie. */
  readonly folder: string;
  /** How much time the window spans, a multiple of `every`: "7d", "12h", "30min". */
  readonly window: Duration;
  /** How long a period is. Periods begin at multiples of it since 1970, UTC. */
  readonly every: Duration;
}

/** The sum of the periods that lie in the window. */
export interface WindowTable {
  /** When the periods begin, oldest first, in milliseconds since 1970; those without text are left out. */
  readonly periods: readonly number[];
  readonly table: FinalCooccurrence;
  /** Its file. */
  readonly path: string;
}

const MINUTE = 60_000; // periods are named to the minute
const TABLE = "cooccurrence.arrow";

/**
 * Exact tables over a sliding window of time: each period is counted once, added when it is complete and taken away when it has left
 * the window.
 *
 * The sum is, byte for byte, the table that counting the window's documents afresh gives, if the periods were counted with
 * `minCount: 1`, since it is made of integers; cut it afterwards with `topTerms`. Adding a period costs one pass over the window's
 * table and over what comes and goes, whatever the length of the window.
 *
 * State: nothing in memory but the buffers of `memory`. Disk: the tables of the periods in the window, and of the window twice while one
 * replaces the other, about 16 bytes a cell. A kill at any moment leaves the window as it was or as it is to be: add the same
 * period again, which gives the same bytes.
 * @example
 *   const windows = new WindowTables({ folder: "news", window: "7d", every: "1d" });
 *   const { table } = await windows.add(Date.parse("2026-11-23"), tableOfThatDay);
 *   for await (const step of glove({ initialVectors: vectorsOfYesterday }).fit(table)) console.log(step.loss);
 */
export class WindowTables {
  readonly #options: WindowTablesOptions;
  readonly #every: number;
  readonly #window: number;

  /** @throws RangeError if the times are not written as times, or the window is no multiple of the period */
  constructor(options: WindowTablesOptions) {
    this.#options = options;
    this.#every = millisecondsOf(options.every);
    this.#window = millisecondsOf(options.window);
    for (const name of ["every", "window"] as const) {
      const time = millisecondsOf(options[name]);
      if (!(time > 0 && time % MINUTE === 0))
        throw new RangeError(
          `windowTables: ${name} must be whole minutes, such as "7d", "12h" or "30min", got ${JSON.stringify(options[name])}`,
        );
    }
    if (this.#window % this.#every !== 0)
      throw new RangeError(
        `windowTables: window must be a multiple of every, got ${options.window} and ${options.every}`,
      );
  }

  /** When the period begins that a moment lies in. */
  periodOf(time: number): number {
    return Math.floor(time / this.#every) * this.#every;
  }

  /**
   * Adds the finished table of a period, and gives the window that ends with it. The table is closed. The last period may be added
   * again: its new table takes the place of the old one, and the window is summed anew.
   * @throws RangeError if a later period was added before
   */
  async add(time: number, table: FinalCooccurrence): Promise<WindowTable> {
    const period = this.periodOf(time);
    const known = await this.#named("periods");
    const last = known.at(-1);
    if (last !== undefined && last > period)
      throw new RangeError(
        `windowTables: periods must come in order, got ${periodName(period)} after ${periodName(last)}`,
      );
    for (const kind of ["windows", "periods"] as const) await this.#forget(kind, (each) => each === period);
    await this.#write("periods", period, table);
    return this.#slideTo(period, [...known.filter((each) => each !== period), period]);
  }

  /** The newest window, undefined if nothing was added yet. Finishes what a kill left undone. */
  async current(): Promise<WindowTable | undefined> {
    const known = await this.#named("periods");
    const last = known.at(-1);
    return last === undefined ? undefined : this.#slideTo(last, known);
  }

  async #slideTo(last: number, known: readonly number[]): Promise<WindowTable> {
    const wanted = known.filter((period) => period > last - this.#window);
    const [newest] = (await this.#named("windows")).slice(-1);
    const path = this.#path("windows", last);
    if (newest !== last) {
      const before = newest === undefined ? [] : known.filter((each) => each <= newest && each > newest - this.#window);
      await this.#write("windows", last, await this.#sum(newest, before, wanted));
    }
    await this.#forget("windows", (each) => each !== last);
    await this.#forget("periods", (each) => !wanted.includes(each));
    return { periods: wanted, table: await openCooccurrence(path), path };
  }

  /** From the window that there is, what has come is added and what has left is taken away; from nothing if they share no period. */
  async #sum(newest: number | undefined, before: readonly number[], wanted: readonly number[]) {
    const options = { ...this.#options, ownCounts: true };
    const staying = before.filter((period) => wanted.includes(period));
    const coming = wanted.filter((period) => !staying.includes(period));
    const parts = await Promise.all(coming.map((period) => this.#read("periods", period)));
    if (newest !== undefined && staying.length > 0) parts.unshift(await this.#read("windows", newest));
    let sum = await mergeTables(parts, options);
    const leaving = staying.length > 0 ? before.filter((period) => !staying.includes(period)) : [];
    for (const period of leaving) {
      const less = await subtractTables(sum, await this.#read("periods", period), options);
      sum.close?.();
      sum = less;
    }
    const { unitsPerCount } = (await this.#commonUnits(wanted)) ?? sum.metadata;
    return { ...sum, metadata: { ...sum.metadata, unitsPerCount } };
  }

  /** A period that has left may have needed a finer unit than those that stay. */
  async #commonUnits(periods: readonly number[]) {
    const tables = await Promise.all(periods.map((period) => this.#read("periods", period)));
    const units = tables.map(({ metadata }) => metadata.unitsPerCount);
    return { unitsPerCount: Math.max(...units) }; // they differ by a factor of 2 at most
  }

  #path(kind: Kind, period: number): string {
    return join(this.#options.folder, kind, periodName(period), TABLE);
  }

  #read(kind: Kind, period: number): Promise<FinalCooccurrence> {
    return openCooccurrence(this.#path(kind, period));
  }

  /** Writes the folder beside its final name, so that it is there as a whole or not at all. */
  async #write(kind: Kind, period: number, table: FinalCooccurrence): Promise<void> {
    const parent = join(this.#options.folder, kind);
    const partial = join(parent, `.${periodName(period)}.partial`);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await saveCooccurrence(table, join(partial, TABLE));
    await rename(partial, join(parent, periodName(period)));
  }

  /** The periods that have a folder, oldest first. */
  async #named(kind: Kind): Promise<number[]> {
    const names = await readdir(join(this.#options.folder, kind)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return names
      .filter((name) => !name.startsWith("."))
      .map(periodNamed)
      .filter((period) => !Number.isNaN(period))
      .sort((a, b) => a - b);
  }

  async #forget(kind: Kind, isGone: (period: number) => boolean): Promise<void> {
    for (const period of (await this.#named(kind)).filter(isGone)) {
      const removed = join(this.#options.folder, kind, `.${periodName(period)}.removed`);
      await rm(removed, { recursive: true, force: true });
      await rename(join(this.#options.folder, kind, periodName(period)), removed); // as a whole, also if killed
      await rm(removed, { recursive: true });
    }
  }
}

type Kind = "periods" | "windows";

/** `2026-11-23T0600Z`: sorts as time does, and is a file name everywhere. */
export const periodName = (period: number): string =>
  `${new Date(period).toISOString().slice(0, 16).replace(":", "")}Z`;

const periodNamed = (name: string): number => Date.parse(name.replace(/T(\d\d)(\d\d)Z$/, "T$1:$2Z"));
