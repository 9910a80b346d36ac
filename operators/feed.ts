import { setImmediate } from "node:timers/promises";
import { Observable, type OperatorFunction, type Subscriber } from "rxjs";
import { vocabularyOf } from "../kernels/vocabulary/vocabulary.js";
import { kinds } from "../kinds/kinds.js";
import { AsyncStage } from "../runtime/asyncStage.js";
import { type RunScope, requireScope } from "../runtime/flow.js";
import type { DataKind, Kind, Kinds } from "../schemas/kinds.js";
import type { MaybePromise } from "../schemas/maybePromise.js";
import type { Model, StepStats } from "../schemas/models.js";
import { show } from "../schemas/options.js";

/** Takes what a model reads. */
interface Intake<T> {
  push(value: T): void;
  end(): void;
  stop(): void;
}

/**
 * Lets a model learn from a stream, one input at a time and in order, and tells of every step. It neither asks for the model's result
 * nor closes it.
 *
 * In:  what the model reads: the batches of a stream for one that is updated, a whole value for one that fits it. Out: StepStats, one per
 * batch or one per epoch of the fit. State: the inputs that wait for a model whose update is asynchronous; the source waits from one on.
 * Unsubscribing stops at the end of the step being made.
 * `kind` describes what the model reads, where that is a kind of data from outside.
 * @throws TypeError at the call, if the model can neither be updated nor fitted; on subscription outside `run`; Error through the stream,
 * if the model does not take all that it is given
 * @example
 *   await run(ids$.pipe(windowContexts(), feed(model)));
 *   const vectors = await model.result();
 */
export function feed<R extends Kind, M extends Kind>(
  model: Model<R, M>,
  kind: DataKind<R> | undefined = kinds[model.reads],
): OperatorFunction<Kinds[R], StepStats> {
  const { name, update, fit } = model;
  const given = measureOf(model, kind);
  if (fit) return taking((subscriber, scope) => fitIntake(model, fit, given, subscriber, scope));
  if (!update) throw new TypeError(`feed: ${name} must have update or fit, got neither`);
  return taking((subscriber, scope) => new UpdateIntake(model, update, given, subscriber, scope));
}

function taking<T>(
  open: (subscriber: Subscriber<StepStats>, scope: RunScope) => Intake<T>,
): OperatorFunction<T, StepStats> {
  return (source) =>
    new Observable((subscriber) => {
      const intake = open(subscriber, requireScope("feed"));
      subscriber.add(() => intake.stop());
      subscriber.add(
        source.subscribe({
          next: (value) => intake.push(value),
          error: (error) => subscriber.error(error),
          complete: () => intake.end(),
        }),
      );
    });
}

/** Synchronous for as long as the model is; from its first promise on, a stage that holds the source back. */
class UpdateIntake<R extends Kind> implements Intake<Kinds[R]> {
  readonly #model: Model<R>;
  readonly #update: NonNullable<Model<R>["update"]>;
  readonly #given: Measure<R>;
  readonly #subscriber: Subscriber<StepStats>;
  readonly #scope: RunScope;
  readonly #stopping = new AbortController();
  #hasBegun = false;
  #stage: AsyncStage<() => MaybePromise<StepStats>, StepStats> | undefined;

  constructor(
    model: Model<R>,
    update: NonNullable<Model<R>["update"]>,
    given: Measure<R>,
    subscriber: Subscriber<StepStats>,
    scope: RunScope,
  ) {
    this.#model = model;
    this.#update = update;
    this.#given = given;
    this.#subscriber = subscriber;
    this.#scope = scope;
  }

  push(batch: Kinds[R]): void {
    this.#take(() => {
      const beginning = this.#hasBegun ? undefined : this.#begin(batch);
      return beginning ? beginning.then(() => this.#learnFrom(batch)) : this.#learnFrom(batch);
    });
  }

  end(): void {
    const { endStream } = this.#model;
    if (endStream) this.#take(endStream);
    if (this.#stage) this.#stage.end();
    else this.#subscriber.complete();
  }

  #take(update: () => MaybePromise<StepStats>): void {
    if (this.#stage) {
      this.#stage.push(update);
      return;
    }
    try {
      const step = update();
      if (step instanceof Promise) this.#wait(step);
      else this.#next(step);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#stage?.stop();
  }

  #begin(batch: Kinds[R]): Promise<void> | undefined {
    this.#hasBegun = true;
    const context = { vocabulary: vocabularyOf(batch), signal: this.#stopping.signal };
    return this.#model.begin?.(context) || undefined;
  }

  #learnFrom(batch: Kinds[R]): MaybePromise<StepStats> {
    const given = this.#given(batch);
    const step = this.#update(batch);
    return step instanceof Promise ? step.then((done) => checked(done, given)) : checked(step, given);
  }

  #next(step: StepStats): void {
    this.#scope.took(step.taken);
    this.#subscriber.next(step);
  }

  #wait(step: Promise<StepStats>): void {
    const concurrency = this.#model.updatesUnderWay ?? 1;
    this.#stage = new AsyncStage({
      ...oneAtATime(this.#subscriber, this.#scope),
      ...{ concurrency, highWater: concurrency },
      work: (update) => update(),
      next: (stats) => this.#next(stats),
    });
    this.#stage.push(() => step);
  }
}

function fitIntake<R extends Kind>(
  model: Model<R>,
  learnFrom: NonNullable<Model<R>["fit"]>,
  measure: Measure<R>,
  subscriber: Subscriber<StepStats>,
  scope: RunScope,
): Intake<Kinds[R]> {
  return new AsyncStage<Kinds[R], void>({
    ...oneAtATime(subscriber, scope),
    async work(whole, signal) {
      const given = measure(whole);
      await model.begin?.({ vocabulary: vocabularyOf(whole), signal });
      for await (const stats of learnFrom(whole, signal)) {
        if (signal.aborted) return;
        checked(stats, given);
        scope.within(() => subscriber.next(stats));
        await setImmediate(); // an epoch may be one long computation: whoever wants to stop it gets a turn
        if (signal.aborted) return;
      }
      scope.took(given.amount ?? 0);
    },
    next: () => {},
  });
}

/** How much a model is given; no amount of a kind that has no measure. */
interface Given {
  readonly model: string;
  readonly amount: number | undefined;
  readonly measure: string | undefined;
}

type Measure<R extends Kind> = (value: Kinds[R]) => Given;

function measureOf<R extends Kind>({ name }: Model<R>, kind: DataKind<R> | undefined): Measure<R> {
  const [measure, amountOf] = Object.entries(kind?.amounts ?? {})[0] ?? [];
  return (value) => ({ model: name, measure, amount: amountOf?.(value) });
}

function checked(step: StepStats, { model, amount, measure }: Given): StepStats {
  const isTold = [step?.taken, step?.examples, step?.loss, step?.epoch].every((told) => typeof told === "number");
  if (!isTold)
    throw new TypeError(`${model}: a step must tell numbers of taken, examples, loss and epoch, got ${show(step)}`);
  if (amount === undefined || step.taken === amount) return step;
  throw new Error(`${model}: a step must take all ${amount} ${measure} that it is given, got ${step.taken}`);
}

function oneAtATime(subscriber: Subscriber<StepStats>, scope: RunScope) {
  return {
    scope,
    concurrency: 1,
    highWater: 1,
    ordered: true,
    error: (error: unknown) => subscriber.error(error),
    complete: () => subscriber.complete(),
  };
}
