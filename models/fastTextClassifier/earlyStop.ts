import { type HeldDocument, recalibrate } from "../../kernels/linear/calibrate.js";
import type { LearnedRows } from "../../kernels/linear/learnedRows.js";
import type { Classifier, RowMatrix, StageState } from "../../schemas/index.js";

interface BestPass {
  /** Counted from 1. */
  readonly pass: number;
  /** As of `Calibrated`. */
  readonly loss: number;
  readonly rows: LearnedRows;
}

const WHO = "fastTextClassifier";

/**
 * Ends learning once the loss of texts kept aside has not improved for `patience` passes, and keeps the weights of the best pass (Prechelt
 * 1998, "Early Stopping - But When?"). The earliest of equal passes is the best. The loss is that of probabilities as they are calibrated, so
 * that growing too sure is no reason to end. State: a copy of the weights.
 */
export class EarlyStop {
  readonly #patience: number;
  #seen = 0;
  /** That of the last pass. */
  #temperature: number | undefined;
  #best: BestPass | undefined;

  /**
   * @param patience 0 looks at no pass and never ends
   * @throws RangeError if no texts are kept aside to look at
   */
  constructor({ patience, holdout }: { readonly patience: number; readonly holdout: number }) {
    if (patience > 0 && holdout === 0)
      throw new RangeError(`${WHO}: patience must have texts kept aside to look at, got a holdout of 0`);
    this.#patience = patience;
  }

  get isAsked(): boolean {
    return this.#patience > 0;
  }

  get isOver(): boolean {
    return this.#best !== undefined && this.#seen - this.#best.pass >= this.#patience;
  }

  get best(): BestPass | undefined {
    return this.#best;
  }

  /** Whether the pass, counted from 1, needs no look, or had it. */
  hasSeen(pass: number): boolean {
    return !this.isAsked || this.#seen >= pass;
  }

  /**
   * Where nobody says that a pass is over, its weights are gone with the next one.
   * @param epoch that is to begin
   * @throws RangeError if the pass before it was not looked at
   */
  requireSeen(epoch: number): void {
    if (!this.hasSeen(epoch))
      throw new RangeError(
        `${WHO}: endPass must be called after each pass where patience is set, got epoch ${epoch} after ${this.#seen} calls`,
      );
  }

  /**
   * Looks at what the next pass has made.
   * @param made keeps its rows
   * @param documents that were drawn from, for the message
   * @throws RangeError if there is no text to look at
   */
  see(made: Classifier, held: readonly HeldDocument[], documents: number): void {
    if (held.length === 0)
      throw new RangeError(
        `${WHO}: patience must have texts kept aside to look at, got none of ${documents}; raise holdout`,
      );
    const { temperature, loss } = recalibrate(made, held, this.#temperature);
    this.#seen++;
    this.#temperature = temperature;
    const { buckets, input, output } = made;
    if (!this.#best || loss < this.#best.loss)
      this.#best = { pass: this.#seen, loss, rows: { buckets, input, output } };
  }

  /** What a result says of it. */
  get told(): [string, string][] {
    if (!this.#best) return [];
    const { pass, loss } = this.#best;
    return [["earlyStop", JSON.stringify({ epochs: this.#seen, best: pass, loss })]];
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
