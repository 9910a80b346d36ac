import type { StateKeeper } from "../schemas/state.js";
import type { Rejection } from "../schemas/text.js";
import { Ledger } from "./ledger.js";

/**
 * Flow control for a push library. RxJS `next()` is synchronous, so once a source's `next(batch)` has returned, only asynchronous
 * stages still hold work. Each of them opens a port; the source awaits the gate, which is open while no port is full. Nothing
 * travels with the data, and the slowest port governs.
 */
export class FlowGate {
  readonly #ports = new Set<Port>();
  #waiting: (() => void)[] = [];

  /** A port, known by the name of the stage that opens it. */
  open(highWater: number, name = ""): Port {
    const port = new Port(name, highWater, (closed) => {
      if (closed) this.#ports.delete(port);
      this.#release();
    });
    this.#ports.add(port);
    return port;
  }

  /** How much each stage holds now, and how much it may. */
  get fill(): PortFill[] {
    return [...this.#ports].map(({ name, inFlight, highWater }) => ({ name, inFlight, highWater }));
  }

  get isOpen(): boolean {
    for (const port of this.#ports) if (port.isFull) return false;
    return true;
  }

  /** Resolves once no port is full. */
  async ready(): Promise<void> {
    while (!this.isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves once no stage, besides that of a port, holds anything: all that the source gave has been dealt with. */
  async idle(besides?: Port): Promise<void> {
    while ([...this.#ports].some((port) => port !== besides && port.inFlight > 0))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Resolves once no port that was opened before another is full: such are those of the stages behind it, since each opens its own before it
   * subscribes to what it reads. Stages that wait so for each other never do for ever.
   */
  async readyBehind(port: Port): Promise<void> {
    while (this.#isFullBefore(port)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #isFullBefore(port: Port): boolean {
    for (const each of this.#ports) {
      if (each === port) return false;
      if (each.isFull) return true;
    }
    return false;
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

export interface PortFill {
  /** The stage's place in the config; empty for one outside of steps. */
  readonly name: string;
  readonly inFlight: number;
  readonly highWater: number;
}

/** One asynchronous stage's share of the gate: `enter` when a batch comes in, `leave` after its result was passed on. */
export class Port {
  #inFlight = 0;

  constructor(
    readonly name: string,
    readonly highWater: number,
    readonly changed: (closed: boolean) => void,
  ) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  get isFull(): boolean {
    return this.#inFlight >= this.highWater;
  }

  enter(): void {
    this.#inFlight++;
  }

  leave(): void {
    this.#inFlight--;
    this.changed(false);
  }

  close(): void {
    this.changed(true);
  }
}

/** What stages are still doing after their stream has ended: closing files, ending threads. */
class Closing {
  readonly #open = new Set<Promise<unknown>>();
  readonly #errors: unknown[] = [];

  add(work: Promise<unknown>): void {
    const noted = work
      .catch((error: unknown) => this.#errors.push(error))
      .finally(() => {
        this.#open.delete(noted);
      });
    this.#open.add(noted);
  }

  async done(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
    if (this.#errors.length > 0) throw this.#errors[0];
  }
}

/** The counters of an account for what a stage took, and for what it made more of; all others are what it left out. */
export const TOOK = "took";
export const ADDED = "added";

/** What the stages of one run share, found implicitly when they are subscribed. */
export class RunScope {
  readonly #closing: Closing;

  constructor(
    readonly gate = new FlowGate(),
    readonly ledger = new Ledger(),
    /** Takes each document that a source could not use; the ledger counts them in any case. */
    readonly reject: (rejection: Rejection) => void = () => {},
    /** Takes each stage that can tell its state, and calls `restore` at once where a run goes on. */
    readonly keep: (stage: StateKeeper) => void = () => {},
    /** Where one stage accounts for what reached it. */
    readonly account = new Ledger(),
    /** Awaited by a stage that gives many batches once its input is over, before each of them: the run may pause there, as for a checkpoint. */
    readonly pause: (gate: FlowGate) => Promise<void> = async () => {},
    closing = new Closing(),
    /** What the ports of the stage are known by. */
    readonly name = "",
  ) {
    this.#closing = closing;
  }

  /** The same run, counting into a part of the ledger. */
  child(name: string): RunScope {
    return this.#with({ ledger: this.ledger.child(name) });
  }

  /** The same run, which takes the states of stages in another way. */
  keeping(keep: (stage: StateKeeper) => void): RunScope {
    return this.#with({ keep });
  }

  /** The same run, for a stage with an account and a name of its own. */
  accountedIn(account: Ledger, name = this.name): RunScope {
    return this.#with({ account, name });
  }

  /** A port of the stage at the flow gate. */
  openPort(highWater: number): Port {
    return this.gate.open(highWater, this.name);
  }

  /** A stage that ends a stream tells how much of it it has dealt with: tokens learned from, rows written. */
  took(amount: number): void {
    this.account.add(TOOK, amount);
  }

  /** A stage that passes on what it reads tells what it leaves out, and why. */
  lost(why: string, amount: number): void {
    this.ledger.add(why, amount);
    this.account.add(why, amount);
  }

  /** A stage that passes on what it reads tells how much more it passes on: n-grams beside words. */
  added(amount: number): void {
    this.ledger.add(ADDED, amount);
    this.account.add(ADDED, amount);
  }

  /** Calls `action` with this scope in place, so that whatever it subscribes to finds it. */
  within<Result>(action: () => Result): Result {
    return callIn(this, action);
  }

  /** The run does not settle before this is done: a file being closed, a thread being ended. */
  closing(work: Promise<unknown>): void {
    this.#closing.add(work);
  }

  /** Resolves once all that was announced to `closing` is done; rejects with its first error. */
  closed(): Promise<void> {
    return this.#closing.done();
  }

  #with(changed: Partial<Pick<RunScope, "ledger" | "keep" | "account" | "name">>): RunScope {
    const { ledger, keep, account, name } = { ...this, ...changed };
    return new RunScope(this.gate, ledger, this.reject, keep, account, this.pause, this.#closing, name);
  }
}

// Subscribing is synchronous, so a module variable that is set around it reaches exactly the stages being subscribed.
let current: RunScope | undefined;

function callIn<Result>(scope: RunScope | undefined, action: () => Result): Result {
  const outer = current;
  current = scope;
  try {
    return action();
  } finally {
    current = outer;
  }
}

/**
 * Calls what works on an item that a port counts. A source subscribed in there would wait for that very port, for ever; without
 * a scope it says so instead.
 */
export function withoutScope<Result>(action: () => Result): Result {
  return callIn(undefined, action);
}

/** Whether the subscription being made has a scope, so that its source waits while a port is full. */
export function isInRun(): boolean {
  return current !== undefined;
}

/** The scope of the subscription being made, for synchronous operators, which need none but count into it if there is one. */
export function currentScope(): RunScope {
  return current ?? new RunScope();
}

/** The same for sources and asynchronous stages, which cannot work without one. */
export function requireScope(who: string): RunScope {
  if (!current)
    throw new TypeError(
      `${who}: must be subscribed inside run(...), which bounds what is in flight; got a plain subscribe, or one made later by an operator that guard(...) does not bracket`,
    );
  return current;
}
