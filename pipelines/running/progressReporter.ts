import type { OperatorFunction } from "rxjs";
import type { Ledger } from "../../runtime/ledger.js";
import type { DataKind } from "../../schemas/index.js";
import { afterEach } from "./passOperators.js";
import { addLosses, type EpochLoss, type Progress } from "./progress.js";

/** Tells whoever watches a run how far it has come. State: the stage, and the losses of each model since it began. */
export class ProgressReporter {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #losses = new Map<string, EpochLoss>();
  #stage = "reading";

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** A stage begins. */
  enter(stage: string): void {
    this.#stage = stage;
    this.#losses.clear();
  }

  /** A model has learned from some examples. */
  learned(name: string, loss: EpochLoss): void {
    this.#losses.set(name, addLosses(this.#losses.get(name), loss));
  }

  report(reached: Omit<Progress, "stage" | "losses">): void {
    this.#onProgress?.({ stage: this.#stage, ...reached, losses: new Map(this.#losses) });
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
