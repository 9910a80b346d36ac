import type { OperatorFunction } from "rxjs";
import type { Ledger } from "../../runtime/ledger.js";
import type { DataKind } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import { afterEach } from "./passOperators.js";
import { addLosses, type EpochLoss, type HeldOutScores, type Progress } from "./progress.js";

type Reached = Omit<Progress, "step" | "share" | "stage" | "losses" | "heldOut" | "heldOutScores">;

/** What comes of what is read. */
export interface Dealing {
  /** The share of it that is dealt with, from 0 to 1. */
  readonly dealtWith: number;
}

/** Tells whoever watches a run how far it has come. State: the stage, the losses of each model since it began, and the last held-out ones. */
export class ProgressReporter {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #losses = new Map<string, EpochLoss>();
  readonly #heldOut = new Map<string, number>();
  readonly #heldOutScores = new Map<string, HeldOutScores>();
  #stage = "";
  /** The step under way, and which of its passes. */
  #step = { id: "", pass: 0, passes: 1 };
  #reached: Reached | undefined;
  /** How much of what is being read is dealt with. */
  #reading: (() => Reached) | undefined;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** A stage begins: one of the passes of the step that a node begins. */
  enter(stage: string, { id }: PipelineNode, pass = 0, passes = 1): void {
    this.#stage = stage;
    this.#step = { id, pass, passes };
    this.#losses.clear();
    this.#reached = undefined;
    this.#reading = undefined;
  }

  /** The step has fewer passes than was said when the one under way began. */
  endEarly(passes: number): void {
    this.#step = { ...this.#step, passes };
    if (this.#reached) this.report(this.#reached);
  }

  /** A model has learned from some examples, of what is being read or has been. */
  learned(name: string, loss: EpochLoss): void {
    this.#losses.set(name, addLosses(this.#losses.get(name), loss));
    const reached = this.#reading?.();
    if (reached && reached.done !== this.#reached?.done) this.report(reached);
  }

  /** A model has looked at what it holds out. */
  heldOut(name: string, loss: number, scores: HeldOutScores = {}): void {
    this.#heldOut.set(name, loss);
    if (Object.keys(scores).length > 0) this.#heldOutScores.set(name, scores);
  }

  report(reached: Reached): void {
    this.#reached = reached;
    const { done, total } = reached;
    const { id: step, pass, passes } = this.#step;
    const share = total ? (pass + Math.min(1, done / total)) / passes : undefined;
    const heldOut = this.#heldOut.size > 0 ? { heldOut: new Map(this.#heldOut) } : {};
    const scores = this.#heldOutScores.size > 0 ? { heldOutScores: new Map(this.#heldOutScores) } : {};
    const losses = new Map(this.#losses);
    this.#onProgress?.({ step, share, stage: this.#stage, ...reached, losses, ...heldOut, ...scores });
  }

  /** Reports after each batch, and each step of learning, how many bytes of the input were read and dealt with. */
  watchBytes<T>(ledger: Ledger, total: number | undefined, dealing: Dealing): OperatorFunction<T, T> {
    return this.#watch(dealing, () => ({ done: ledger.get("inputBytes"), total, unit: "bytes" }));
  }

  /** The same of tokens; tells `count` how many of them are in each batch. */
  watchTokens<T>(
    { amounts }: DataKind,
    total: number,
    count: (tokens: number) => void,
    dealing: Dealing,
  ): OperatorFunction<T, T> {
    let done = 0;
    const counted = (batch: T) => {
      const tokens = amounts?.tokens?.(batch as never) ?? 0;
      done += tokens;
      count(tokens);
    };
    return this.#watch(dealing, () => ({ done, total, unit: "tokens" }), counted);
  }

  #watch<T>(dealing: Dealing, read: () => Reached, onBatch?: (batch: T) => void): OperatorFunction<T, T> {
    const reading = () => {
      const { done, ...reached } = read();
      return { done: Math.round(done * dealing.dealtWith), ...reached };
    };
    this.#reading = reading;
    return afterEach((batch) => {
      onBatch?.(batch);
      this.report(reading());
    });
  }
}
