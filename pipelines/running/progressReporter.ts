import type { OperatorFunction } from "rxjs";
import type { Ledger } from "../../runtime/ledger.js";
import type { DataKind } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import { afterEach } from "./passOperators.js";
import { addLosses, type EpochLoss, type HeldOutScores, type Progress } from "./progress.js";

type Reached = Omit<Progress, "step" | "share" | "stage" | "losses" | "heldOut" | "heldOutScores">;

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

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** A stage begins: one of the passes of the step that a node begins. */
  enter(stage: string, { id }: PipelineNode, pass = 0, passes = 1): void {
    this.#stage = stage;
    this.#step = { id, pass, passes };
    this.#losses.clear();
    this.#reached = undefined;
  }

  /** The step has fewer passes than was said when the one under way began. */
  endEarly(passes: number): void {
    this.#step = { ...this.#step, passes };
    if (this.#reached) this.report(this.#reached);
  }

  /** A model has learned from some examples. */
  learned(name: string, loss: EpochLoss): void {
    this.#losses.set(name, addLosses(this.#losses.get(name), loss));
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

  /** Reports after each batch how many bytes of the input were read. */
  watchBytes<T>(ledger: Ledger, total: number | undefined): OperatorFunction<T, T> {
    return afterEach(() => this.report({ done: ledger.get("inputBytes"), total, unit: "bytes" }));
  }

  /** Reports after each batch how many tokens have passed, and tells `count` how many of them are in the batch. */
  watchTokens<T>({ amounts }: DataKind, total: number, count: (tokens: number) => void): OperatorFunction<T, T> {
    let done = 0;
    return afterEach((batch) => {
      const tokens = amounts?.tokens?.(batch as never) ?? 0;
      done += tokens;
      count(tokens);
      this.report({ done, total, unit: "tokens" });
    });
  }
}
