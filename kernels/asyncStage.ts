import type { Port, RunScope } from "./flow.js";

export interface AsyncStageOptions<In, Out> {
  readonly scope: RunScope;
  /** How many inputs are worked on at once. */
  readonly concurrency: number;
  /** How many inputs may be inside before the source waits. */
  readonly highWater: number;
  /** Pass results on in the order of their inputs. */
  readonly ordered: boolean;
  readonly work: (value: In, signal: AbortSignal) => Out | Promise<Out>;
  readonly next: (result: Out) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

interface Job<In, Out> {
  readonly input: In;
  result?: { readonly value: Out };
}

/**
 * The queue behind every asynchronous stage: takes inputs, works on some of them at once, passes results on, and tells the flow
 * gate how much it holds. State: the inputs in flight, bounded by `highWater` when the source awaits the gate.
 */
export class AsyncStage<In, Out> {
  readonly #options: AsyncStageOptions<In, Out>;
  readonly #port: Port;
  readonly #abort = new AbortController();
  readonly #waiting: Job<In, Out>[] = [];
  readonly #unsent: Job<In, Out>[] = [];
  #running = 0;
  #ended = false;

  constructor(options: AsyncStageOptions<In, Out>) {
    this.#options = options;
    this.#port = options.scope.gate.open(options.highWater);
  }

  push(input: In): void {
    const job: Job<In, Out> = { input };
    this.#port.enter();
    this.#waiting.push(job);
    this.#unsent.push(job);
    this.#startMore();
  }

  /** No more inputs; completes once the last result was passed on. */
  end(): void {
    this.#ended = true;
    this.#completeIfIdle();
  }

  /** Stops at once: nothing is started or passed on any more. */
  stop(): void {
    this.#abort.abort();
    this.#waiting.length = 0;
    this.#unsent.length = 0;
    this.#port.close();
  }

  #startMore(): void {
    while (this.#running < this.#options.concurrency && this.#waiting.length > 0)
      void this.#start(this.#waiting.shift()!);
  }

  async #start(job: Job<In, Out>): Promise<void> {
    this.#running++;
    try {
      const value = await this.#options.work(job.input, this.#abort.signal);
      this.#running--;
      if (this.#abort.signal.aborted) return;
      job.result = { value };
      this.#passOn(job);
      this.#startMore();
      this.#completeIfIdle();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.stop();
      this.#options.scope.within(() => this.#options.error(error));
    }
  }

  #passOn(finished: Job<In, Out>): void {
    if (!this.#options.ordered) {
      this.#unsent.splice(this.#unsent.indexOf(finished), 1);
      this.#send(finished);
      return;
    }
    while (this.#unsent[0]?.result) this.#send(this.#unsent.shift()!);
  }

  #send(job: Job<In, Out>): void {
    this.#options.scope.within(() => this.#options.next(job.result!.value));
    this.#port.leave();
  }

  #completeIfIdle(): void {
    if (!this.#ended || this.#unsent.length > 0 || this.#abort.signal.aborted) return;
    this.stop();
    this.#options.scope.within(() => this.#options.complete());
  }
}
