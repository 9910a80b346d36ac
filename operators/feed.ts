import { setImmediate } from "node:timers/promises";
import { Observable, type OperatorFunction, type Subscriber } from "rxjs";
import { AsyncStage } from "../kernels/asyncStage.js";
import { type RunScope, requireScope } from "../kernels/flow.js";
import type { ContextBatch } from "../schemas/contexts.js";
import type { FinalCooccurrence } from "../schemas/cooccurrence.js";
import type { ModelSink, OnlineModel, StepStats, TableModel } from "../schemas/models.js";

/** Takes what a model consumes. */
interface Intake<T> {
  push(value: T): void;
  end(): void;
  stop(): void;
}

/**
 * Lets a model learn from a stream, one input at a time and in order, and tells of every step. It neither asks for the model's result
 * nor closes it.
 *
 * In:  ContextBatch for a model that learns while text flows, FinalCooccurrence for one that fits a table. Out: StepStats, one per
 * batch or one per epoch of the fit. State: the inputs that wait for a model whose update is asynchronous; the source waits from one on.
 * Unsubscribing stops at the end of the step being made.
 * @throws TypeError on subscription outside `run`
 * @example
 *   await run(ids$.pipe(windowContexts(), feed(model)));
 *   const vectors = await model.result();
 */
export function feed<Result>(model: OnlineModel<Result>): OperatorFunction<ContextBatch, StepStats>;
export function feed<Result>(model: TableModel<Result>): OperatorFunction<FinalCooccurrence, StepStats>;
export function feed<Result>(
  model: ModelSink<Result>,
): OperatorFunction<ContextBatch, StepStats> | OperatorFunction<FinalCooccurrence, StepStats> {
  return model.consumes === "contexts"
    ? taking<ContextBatch>((subscriber, scope) => new UpdateIntake(model, subscriber, scope))
    : taking<FinalCooccurrence>((subscriber, scope) => fitIntake(model, subscriber, scope));
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
class UpdateIntake implements Intake<ContextBatch> {
  readonly #model: OnlineModel<unknown>;
  readonly #subscriber: Subscriber<StepStats>;
  readonly #scope: RunScope;
  #stage: AsyncStage<() => StepStats | Promise<StepStats>, StepStats> | undefined;

  constructor(model: OnlineModel<unknown>, subscriber: Subscriber<StepStats>, scope: RunScope) {
    this.#model = model;
    this.#subscriber = subscriber;
    this.#scope = scope;
  }

  push(batch: ContextBatch): void {
    if (this.#stage) {
      this.#stage.push(() => this.#model.update(batch));
      return;
    }
    try {
      const step = this.#model.update(batch);
      if (step instanceof Promise) this.#wait(step);
      else this.#subscriber.next(step);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  end(): void {
    if (this.#stage) this.#stage.end();
    else this.#subscriber.complete();
  }

  stop(): void {
    this.#stage?.stop();
  }

  #wait(step: Promise<StepStats>): void {
    const concurrency = this.#model.updatesUnderWay ?? 1;
    this.#stage = new AsyncStage({
      ...oneAtATime(this.#subscriber, this.#scope),
      ...{ concurrency, highWater: concurrency },
      work: (update) => update(),
      next: (stats) => this.#subscriber.next(stats),
    });
    this.#stage.push(() => step);
  }
}

function fitIntake(
  model: TableModel<unknown>,
  subscriber: Subscriber<StepStats>,
  scope: RunScope,
): Intake<FinalCooccurrence> {
  return new AsyncStage<FinalCooccurrence, void>({
    ...oneAtATime(subscriber, scope),
    async work(table, signal) {
      for await (const stats of model.fit(table)) {
        if (signal.aborted) return;
        scope.within(() => subscriber.next(stats));
        await setImmediate(); // an epoch may be one long computation: whoever wants to stop it gets a turn
        if (signal.aborted) return;
      }
    },
    next: () => {},
  });
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
