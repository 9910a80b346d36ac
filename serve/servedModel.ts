import type { Answers, AnyQuestion, MaybePromise, Opener } from "../schemas/index.js";
import { HttpFault } from "./httpFault.js";
import type { AskedSnapshot, SnapshotStamp, StatusCounters } from "./snapshot.js";

/** A value that is asked, as the server is told of it before there is one. */
export interface ModelToServe {
  /** What `model=` calls it. */
  readonly name: string;
  /** The kind of data that it is. */
  readonly kind: string;
  readonly answers: Answers<never>;
  /** What else `/models` tells of it: its run, its file, what was measured. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** A copy of a value, as `copierOf` makes it. */
export interface CopiedSnapshot extends SnapshotStamp {
  readonly copy: unknown;
}

/**
 * One of the values that a server answers questions about.
 * State: two snapshots at most while one follows the other.
 */
export class ServedModel implements ModelToServe {
  readonly name: string;
  readonly kind: string;
  readonly answers: Answers<never>;
  readonly facts: Readonly<Record<string, unknown>>;
  status: StatusCounters = {};
  readonly #opener: Opener;
  #held: Held | undefined;
  #opened: Promise<void> = Promise.resolve();

  private constructor({ name, kind, answers, facts = {} }: ModelToServe, opener: Opener) {
    this.name = name;
    this.kind = kind;
    this.answers = answers;
    this.facts = facts;
    this.#opener = opener;
  }

  /** `onUnused` takes what a copy leaves behind once nobody asks it any more. */
  static async open(model: ModelToServe, onUnused: (rest: unknown) => void): Promise<ServedModel> {
    const opener = (await model.answers.transport?.opener(onUnused)) ?? { open: (copy: unknown) => copy };
    return new ServedModel(model, opener);
  }

  /** Once this is done, answers come from this snapshot; those under way end with the one that they began with. */
  publish(snapshot: CopiedSnapshot): Promise<void> {
    this.#opened = this.#opened.then(() => this.#open(snapshot));
    return this.#opened;
  }

  get current(): AskedSnapshot | undefined {
    return this.#held?.snapshot;
  }

  /** What is offered: what suits the value that answers now, or all of its kind while there is none. */
  get questions(): readonly AnyQuestion[] {
    return this.#held?.questions ?? this.answers.questions;
  }

  question(name: string): AnyQuestion | undefined {
    return this.answers.questions.find((question) => question.name === name);
  }

  /**
   * Asks what answers now, which stays as it is until the reply.
   * @throws HttpFault 503 while there is nothing
   */
  async ask<Reply>(question: (snapshot: AskedSnapshot) => MaybePromise<Reply>): Promise<Reply> {
    return (this.#held ?? unavailable(this.name)).ask(question);
  }

  async close(): Promise<void> {
    await this.#opener.close?.();
  }

  async #open({ copy, ...stamp }: CopiedSnapshot): Promise<void> {
    const asked = await this.#opener.open(copy as never);
    const before = this.#held;
    const questions = this.answers.questions.filter(({ suits }) => suits?.(asked as never) ?? true);
    this.#held = new Held({ ...stamp, asked }, questions, () => this.#opener.release?.(asked as never));
    before?.giveBack();
  }
}

function unavailable(name: string): never {
  throw new HttpFault(503, `there is no snapshot of ${name} yet, ask again later`, { headers: { "retry-after": "1" } });
}

/** Counts who still asks a snapshot, which is released only once nobody does: a question goes on when its answer is given up. */
class Held {
  readonly snapshot: AskedSnapshot;
  readonly questions: readonly AnyQuestion[];
  readonly #release: () => void;
  #users = 1; // being the current one

  constructor(snapshot: AskedSnapshot, questions: readonly AnyQuestion[], release: () => void) {
    this.snapshot = snapshot;
    this.questions = questions;
    this.#release = release;
  }

  async ask<Reply>(question: (snapshot: AskedSnapshot) => MaybePromise<Reply>): Promise<Reply> {
    this.#users++;
    try {
      return await question(this.snapshot);
    } finally {
      this.giveBack();
    }
  }

  giveBack(): void {
    if (--this.#users === 0) this.#release();
  }
}
