import type { Calibrated } from "../../kernels/linear/calibrate.js";
import type { Classifier, RowMatrix, StageState } from "../../schemas/index.js";

/** What of a classifier changes from pass to pass, once its rows are known. */
export type LearnedRows = Pick<Classifier, "buckets" | "input" | "output">;

interface BestPass {
  /** Counted from 1. */
  readonly pass: number;
  /** Mean loss of the texts kept aside, in nats. */
  readonly loss: number;
  readonly rows: LearnedRows;
}

/**
 * Ends learning once the loss of texts kept aside has not improved for `patience` passes, and keeps the weights of the best pass (Prechelt
 * 1998, "Early Stopping - But When?"). The earliest of equal passes is the best. State: a copy of the weights.
 */
export class EarlyStop {
  readonly #patience: number;
  #seen = 0;
  #temperature: number | undefined;
  #best: BestPass | undefined;

  /** @param patience 0 looks at no pass and never ends */
  constructor(patience: number) {
    this.#patience = patience;
  }

  get isAsked(): boolean {
    return this.#patience > 0;
  }

  /** How many passes were looked at. */
  get seen(): number {
    return this.#seen;
  }

  get isOver(): boolean {
    return this.#best !== undefined && this.#seen - this.#best.pass >= this.#patience;
  }

  /** That of the last pass. */
  get temperature(): number | undefined {
    return this.#temperature;
  }

  get best(): BestPass | undefined {
    return this.#best;
  }

  /** Looks at the next pass. */
  see({ loss, temperature }: Calibrated, rows: LearnedRows): void {
    this.#seen++;
    this.#temperature = temperature;
    if (!this.#best || loss < this.#best.loss) this.#best = { pass: this.#seen, loss, rows };
  }

  save(): StageState {
    if (!this.#best || this.#temperature === undefined) return { facts: { seen: 0 }, arrays: {} };
    const { pass, loss, rows } = this.#best;
    return {
      facts: { seen: this.#seen, temperature: this.#temperature, pass, loss, columns: rows.input.columns },
      arrays: { buckets: rows.buckets, input: valuesOf(rows.input), output: valuesOf(rows.output) },
    };
  }

  restore({ facts, arrays }: StageState): void {
    this.#seen = facts.seen as number;
    if (this.#seen === 0) return;
    this.#temperature = facts.temperature as number;
    const columns = facts.columns as number;
    const rows = {
      buckets: arrays.buckets as Uint32Array,
      input: { columns, values: arrays.input as Float32Array },
      output: { columns, values: arrays.output as Float32Array },
    };
    this.#best = { pass: facts.pass as number, loss: facts.loss as number, rows };
  }
}

/** Rows that were just learned are dense. */
const valuesOf = (matrix: RowMatrix): Float32Array => (matrix as { readonly values: Float32Array }).values;
