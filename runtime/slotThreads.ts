import {
  CHANGES,
  CONTROL_LENGTH,
  PUBLISHED,
  SLOTS,
  type SlotDone,
  STOPPED,
  takeWaiting,
} from "../kernels/numbers/slotRing.js";
import { Thread } from "./threads.js";
import { withResolvers } from "./withResolvers.js";

interface Step {
  /** What each thread must have learned from when it has done it. */
  readonly examples: number;
  /** Threads that have not done it yet. */
  missing: number;
  readonly done: Promise<SlotDone>;
  readonly resolve: (slot: SlotDone) => void;
  readonly reject: (error: Error) => void;
}

export interface SlotThreadsOptions {
  /** The model, for messages. */
  readonly who: string;
  readonly script: URL;
  /** What each thread is started with. */
  readonly jobs: readonly unknown[];
  /** The ring's state. */
  readonly state: Int32Array;
  /** Every thread works through every slot; otherwise each takes the next one. */
  readonly together: boolean;
  /** Works through a slot on this thread, where each takes the next one. */
  readonly help?: ((turn: number) => SlotDone) | undefined;
}

/**
 * Threads that learn from the slots of a ring, while this thread goes on reading: at most 8 slots are under way. A thread that can help does so
 * when each of the others has a slot waiting, so that it neither reads too far ahead nor waits.
 */
export class SlotThreads {
  readonly #who: string;
  readonly #state: Int32Array;
  readonly #threads: readonly Thread<never, SlotDone>[];
  readonly #together: boolean;
  readonly #help: ((turn: number) => SlotDone) | undefined;
  /** The step in each slot. */
  readonly #steps: (Step | undefined)[] = new Array(SLOTS).fill(undefined);
  #published = 0;
  #underWay = 0;
  #slotFreed: () => void = () => {};
  #failure: Error | undefined;

  constructor({ who, script, jobs, state, together, help }: SlotThreadsOptions) {
    this.#who = who;
    this.#state = state.subarray(0, CONTROL_LENGTH);
    this.#together = together;
    this.#help = help;
    this.#threads = jobs.map((workerData) => {
      const started = new Thread<never, SlotDone>(
        script,
        {
          workerData,
          lost: (found) => new Error(found),
          onLost: ({ message }) => this.fail(this.#lost(message)),
        },
        (slot) => this.#done(slot),
      );
      started.hold(false); // a model that was forgotten must not keep the process alive
      return started;
    });
  }

  /** Waits for the next slot. */
  async freeSlot(): Promise<number> {
    while (!this.#failure && this.#steps[this.#published % SLOTS])
      await new Promise<void>((resolve) => {
        this.#slotFreed = resolve;
      });
    if (this.#failure) throw this.#failure;
    return this.#published % SLOTS;
  }

  /** Hands over the slot that `freeSlot` has told, filled with so many examples; the work is not awaited. */
  publish(examples: number): { readonly done: Promise<SlotDone> } {
    const { promise: done, resolve, reject } = withResolvers<SlotDone>();
    done.catch(() => {}); // awaited only after the last piece of its batch
    const missing = this.#together ? this.#threads.length : 1;
    this.#steps[this.#published++ % SLOTS] = { examples, missing, done, resolve, reject };
    this.#tell(PUBLISHED, this.#published);
    this.#helpOut();
    return { done };
  }

  #helpOut(): void {
    const turn = this.#help && takeWaiting(this.#state, this.#threads.length + 1);
    if (turn === undefined) return;
    try {
      this.#done(this.#help!(turn));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Resolves once all that was handed over is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#steps.map((step) => step?.done));
  }

  /** Tells the threads to end once they have done all, and waits for it. */
  async finish(): Promise<void> {
    for (const thread of this.#threads) thread.letEnd();
    this.hold();
    this.#tell(STOPPED, 1);
    await this.#ended();
    if (this.#failure) throw this.#failure;
  }

  async close(): Promise<void> {
    this.hold(); // the process must live until its threads have ended, also between two batches
    this.fail(new Error(`${this.#who}: training must not go on after close, got a batch`));
    await this.#ended();
  }

  /** Keeps the process alive until `release`. */
  hold(): void {
    if (this.#underWay++ === 0) for (const thread of this.#threads) thread.hold(true);
  }

  release(): void {
    if (--this.#underWay === 0) for (const thread of this.#threads) thread.hold(false);
  }

  /** Ends every thread, also those that wait for the one that failed. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const step of this.#steps) step?.reject(this.#failure);
    this.#slotFreed();
    for (const thread of this.#threads) void thread.close();
  }

  #ended(): Promise<unknown> {
    return Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #tell(what: number, value: number): void {
    Atomics.store(this.#state, what, value);
    Atomics.add(this.#state, CHANGES, 1);
    Atomics.notify(this.#state, CHANGES);
  }

  #done(done: SlotDone): void {
    const slot = done.turn % SLOTS;
    const step = this.#steps[slot]!;
    if (done.examples !== step.examples) {
      this.fail(this.#unlearned(step.examples, done.examples));
      return;
    }
    if (--step.missing > 0) return; // threads that train together see the same loss
    this.#steps[slot] = undefined;
    step.resolve(done);
    this.#slotFreed();
  }

  #lost(reason: string): Error {
    return new Error(`${this.#who}: a training thread must live until training ends, got ${reason}`);
  }

  #unlearned(examples: number, found: number): Error {
    return new Error(
      `${this.#who}: a training thread must learn from all ${examples} examples that it is given, got ${found}`,
    );
  }
}
