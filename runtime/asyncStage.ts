import { type Port, type RunScope, withoutScope } from "./flow.js";

export interface AsyncStageOptions<In, Out> {
  readonly scope: RunScope;
  /** How many inputs are worked on at once. */
  readonly concurrency: number;
  /** How many inputs may be inside before the source waits. */
  readonly highWater: number;
  /** Pass results on in the order of their inputs. */
  readonly ordered: boolean;
  /** The signal aborts if the result is no longer wanted. */
  readonly work: (value: In, signal: AbortSignal) => Out | Promise<Out>;
  readonly next: (result: Out) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

interface Job<In, Out> {
  readonly input: In;
  readonly abort: AbortController;
  result?: { readonly value: Out };
}

/**
 * The queue behind every asynchronous stage: takes inputs, works on some of them at once, passes results on, and tells the flow
 * gate how much it holds. State: the inputs in flight, bounded by `highWater` when the source awaits the gate.
 */
export class AsyncStage<In, Out> {
  readonly #options: AsyncStageOptions<In, Out>;
  readonly #port: Port;
  /** What came in and was not passed on yet, by its place in the input. */
  readonly #jobs = new Map<number, Job<In, Out>>();
  #arrived = 0;
  #started = 0;
  #sent = 0;
  #running = 0;
  #ended = false;
  #closed = false;

  constructor(options: AsyncStageOptions<In, Out>) {
    this.#options = options;
    this.#port = options.scope.openPort(options.highWater);
  }

  push(input: In): void {
    if (this.#closed) return;
    this.#port.enter();
    this.#jobs.set(this.#arrived++, { input, abort: new AbortController() });
    this.#startMore();
  }

  /** Resolves once the stages behind can take more: for work that passes on results itself. */
  readyBehind(): Promise<void> {
    return this.#options.scope.gate.readyBehind(this.#port);
  }

  /** No more inputs; completes once the last result was passed on. */
  end(): void {
    this.#ended = true;
    this.#completeIfIdle();
  }

  /** Stops at once: nothing is started or passed on any more. */
  stop(): void {
    if (this.#closed) return;
    this.#close();
    for (const job of this.#jobs.values()) job.abort.abort();
    this.#jobs.clear();
  }

  #close(): void {
    this.#closed = true;
    this.#port.close();
  }

  #startMore(): void {
    while (!this.#closed && this.#running < this.#options.concurrency && this.#started < this.#arrived)
      void this.#start(this.#started++);
  }

  async #start(place: number): Promise<void> {
    const job = this.#jobs.get(place)!;
    this.#running++;
    try {
      const value = await withoutScope(() => this.#options.work(job.input, job.abort.signal));
      this.#running--;
      if (this.#closed) return;
      job.result = { value };
      this.#passOn(place);
      this.#startMore();
      this.#completeIfIdle();
    } catch (error) {
      if (this.#closed) return;
      this.stop();
      this.#options.scope.within(() => this.#options.error(error));
    }
  }

  #passOn(finished: number): void {
    if (!this.#options.ordered) this.#send(finished);
    else while (this.#jobs.get(this.#sent)?.result) this.#send(this.#sent++);
  }

  #send(place: number): void {
    const { value } = this.#jobs.get(place)!.result!;
    this.#jobs.delete(place);
    this.#options.scope.within(() => this.#options.next(value));
    this.#port.leave();
  }

  #completeIfIdle(): void {
    if (!this.#ended || this.#jobs.size > 0 || this.#closed) return;
    this.#close();
    this.#options.scope.within(() => this.#options.complete());
  }
}
