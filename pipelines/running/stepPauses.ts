import type { FlowGate } from "../../runtime/flow.js";
import type { PipelineNode } from "../graph/nodes.js";
import { Alarm } from "./alarm.js";
import type { ExecuteOptions } from "./executeOptions.js";
import type { Chore } from "./progress.js";
import type { RunModels } from "./runModels.js";
import type { RunState } from "./runState.js";
import { RunStopped } from "./runStopped.js";

export type StepPausesOptions = Pick<ExecuteOptions, "checkpointer" | "chores" | "signal" | "stop">;

/** The pauses of a run between two batches of a log, two epochs of a fit, and two steps: for checkpoints, chores, and the end that a signal asks for. */
export class StepPauses {
  readonly #state: RunState;
  readonly #models: RunModels;
  readonly #options: StepPausesOptions;
  readonly #chores: readonly { readonly chore: Chore; readonly alarm: Alarm }[];
  readonly #halt = new AbortController();
  /** A pause will come, at which an interrupted run takes its last checkpoint. */
  willCome = false;
  readonly #interrupt = () => {
    if (!this.willCome) this.#halt.abort(this.#options.signal?.reason);
  };

  constructor(state: RunState, models: RunModels, options: StepPausesOptions) {
    this.#state = state;
    this.#models = models;
    this.#options = options;
    this.#chores = (options.chores ?? []).map((chore) => ({ chore, alarm: new Alarm(chore.every, () => {}) }));
    options.signal?.addEventListener("abort", this.#interrupt);
  }

  /** Ends the pass under way, where the run is interrupted and no pause will come. */
  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  /** A log is read, with a pause before each batch. */
  beginLog(): void {
    this.#expect();
    for (const { alarm } of this.#chores) alarm.setOnce();
  }

  /** Awaited between two epochs of a fit. */
  async betweenEpochs(): Promise<void> {
    this.#expect();
    await this.betweenBatches();
  }

  /** Awaited between two batches of a log that some models learn from; nothing is under way once the gate is idle. */
  async betweenBatches(gate?: FlowGate, models: readonly PipelineNode[] = []): Promise<void> {
    for (const { chore, alarm } of this.#chores.filter(({ alarm }) => alarm.isDue)) {
      await gate?.idle();
      await this.#models.snapshots(chore, models);
      alarm.set();
    }
    const { checkpointer, signal } = this.#options;
    if (checkpointer?.isDue || signal?.aborted) {
      await gate?.idle();
      if ((await checkpointer?.take(this.#state)) === false) return;
    }
    signal?.throwIfAborted();
  }

  /** A step, or an epoch over a log, is done, and the run could go on from here. */
  async betweenSteps(): Promise<void> {
    const { checkpointer, signal, stop } = this.#options;
    checkpointer?.mark(this.#state, this.#state.epoch === 0);
    if (checkpointer?.isDue) await checkpointer.takePoint();
    if (this.willCome) return;
    signal?.throwIfAborted();
    if (stop?.aborted) throw new RunStopped();
  }

  close(): void {
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
    for (const { alarm } of this.#chores) alarm.clear();
  }

  #expect(): void {
    this.willCome = this.#options.checkpointer !== undefined;
  }
}
