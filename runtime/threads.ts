import { Worker, type WorkerOptions } from "node:worker_threads";

export interface ThreadOptions extends Pick<WorkerOptions, "resourceLimits" | "workerData"> {
  /** The thread starts with the flags of this process, as code of others may need. */
  readonly inheritsFlags?: boolean;
  /** The error for a thread that ends before it may, by what was found: `exit code 1`. */
  readonly lost: (found: string) => Error;
  /** Called once, with what the thread threw, or with `lost`. */
  readonly onLost?: (error: Error) => void;
}

/**
 * A thread that runs a script until it is closed, and is sent messages.
 */
export class Thread<In, Out> {
  readonly #worker: Worker;
  #mayEnd = false;
  #isLost = false;
  /** Resolves with the exit code, once it has ended in whatever way. */
  readonly ended: Promise<number>;

  constructor(
    script: URL,
    { lost, onLost = () => {}, inheritsFlags = false, ...options }: ThreadOptions,
    onMessage: (message: Out) => void,
  ) {
    this.#worker = new Worker(script, inheritsFlags ? options : { ...options, execArgv: [] });
    const lose = (error: Error) => {
      if (this.#isLost) return;
      this.#isLost = true;
      onLost(error);
    };
    this.#worker.on("message", onMessage);
    this.#worker.on("messageerror", lose);
    // What the thread had posted before it failed comes before its end, but not always before its error.
    let fault: Error | undefined;
    this.#worker.on("error", (error: Error) => {
      fault ??= error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        if (fault) lose(fault);
        else if (!this.#mayEnd) lose(lost(`exit code ${code}`));
        resolve(code);
      });
    });
  }

  send(message: In, buffers: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers);
  }

  /** Whether the process stays alive for the thread's sake; it does at first. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  /** From now on the thread may end by itself. */
  letEnd(): void {
    this.#mayEnd = true;
  }

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    this.letEnd();
    await this.#worker.terminate();
  }
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that answers each question by one message, in the order in which they came. Without it, questions are rejected. */
export class AskedThread<Question, Answer> {
  readonly #thread: Thread<Question, Answer>;
  readonly #waiting: Waiting<Answer>[] = [];
  #failure: Error | undefined;

  constructor(script: URL, { onLost = () => {}, ...options }: ThreadOptions) {
    const fail = (error: Error) => {
      this.#failure ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
    };
    const failAndTell = (error: Error) => {
      fail(error);
      onLost(error);
    };
    this.#thread = new Thread<Question, Answer>(script, { ...options, onLost: failAndTell }, (answer) =>
      this.#waiting.shift()!.resolve(answer),
    );
    void this.#thread.ended.then((code) => fail(options.lost(`exit code ${code}`)));
  }

  /** How many questions wait for their answer. */
  get pending(): number {
    return this.#waiting.length;
  }

  ask(question: Question, buffers?: readonly ArrayBuffer[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure;
      this.#thread.send(question, buffers);
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Whether the process stays alive for the thread's sake; it does at first. */
  hold(isHeld: boolean): void {
    this.#thread.hold(isHeld);
  }

  /** Sends what has no answer. */
  send(message: Question): void {
    this.#thread.send(message);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** Threads of one script. */
export class ThreadPool<Question, Answer> {
  readonly #threads: readonly AskedThread<Question, Answer>[];

  /** Starts a thread for each of the options. */
  constructor(script: URL, options: readonly ThreadOptions[]) {
    this.#threads = options.map((each) => new AskedThread<Question, Answer>(script, each));
  }

  /** Asks the thread that has the fewest questions before it. */
  ask(question: Question, buffers?: readonly ArrayBuffer[]): Promise<Answer> {
    return this.#threads
      .reduce((best, thread) => (thread.pending < best.pending ? thread : best))
      .ask(question, buffers);
  }

  hold(isHeld: boolean): void {
    for (const thread of this.#threads) thread.hold(isHeld);
  }

  /** Asks each of the threads. */
  askAll(question: Question): Promise<Answer[]> {
    return Promise.all(this.#threads.map((thread) => thread.ask(question)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
