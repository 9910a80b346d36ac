import { from, map, Observable, of, take } from "rxjs";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { feed } from "#operators";
import { fromPull, Ledger, RunScope, run } from "#runtime";
import type { ContextBatch, FittedModel, StepStats, UpdatedModel, VectorTable } from "#schemas";
import { collect } from "../support/collect.js";
import { turns } from "../support/counting.js";
import { finalCooccurrence } from "../support/finalCooccurrence.js";
import { marbles } from "../support/marbles.js";

/** One centre. */
const contexts = (position: number) => ({ position, epoch: 0, firstCentre: 0, endCentre: 1 }) as ContextBatch;
const step = (examples: number): StepStats => ({ taken: 1, examples, loss: 1, epoch: 0 });

type Fed = UpdatedModel<"contexts", "vectors">;
const learned = { terms: [], values: new Float32Array(0), vectorSize: 1, metadata: new Map() } satisfies VectorTable;
const fake = { name: "fake", makes: "vectors", result: () => learned, close: () => {} } as const;

function online(update: Fed["update"], begin?: Fed["begin"]): Fed {
  return { ...fake, reads: "contexts", epochs: 1, update, ...(begin ? { begin } : {}) };
}

const immediate = online(({ position }) => step(position));

/** A model on another thread: takes its time, and complains when asked for two things at once. */
function slow() {
  let working = false;
  const learned: number[] = [];
  const model = online(async ({ position }) => {
    expect(working).toBe(false);
    working = true;
    await turns(2);
    working = false;
    learned.push(position);
    return step(position);
  });
  return { model, learned };
}

const table = finalCooccurrence(2, [[0, 1, 1]]);
function fitting(epochs: number, atEnd = () => {}, taken = 1): FittedModel<"cooccurrence", "vectors"> {
  return {
    ...fake,
    reads: "cooccurrence",
    epochs,
    async *fit() {
      try {
        for (let epoch = 0; epoch < epochs; epoch++) yield { ...step(1), taken, epoch };
      } finally {
        atEnd();
      }
    },
  };
}

const feedOne = (model: Fed) => run(of(contexts(0)).pipe(feed(model)));

/** Subscribes inside a run, for diagrams. */
const inRun = <T>(stream: Observable<T>) =>
  new Observable<T>((subscriber) => new RunScope(undefined, new Ledger()).within(() => stream.subscribe(subscriber)));

describe("feed", () => {
  it("tells of every step of an immediate model at once, in order", async () => {
    const steps = await collect(from([contexts(1), contexts(2)]).pipe(feed(immediate)));
    expect(steps).toEqual([step(1), step(2)]);
  });

  it("feeds a slow model one batch at a time, and holds the source back", async () => {
    const { model, learned } = slow();
    let [made, most] = [0, 0];
    async function* batches() {
      while (made < 30) {
        most = Math.max(most, made - learned.length);
        yield contexts(made++);
      }
    }
    const steps = await collect(fromPull(batches).pipe(feed(model)));
    expect(steps).toEqual(Array.from({ length: 30 }, (_, position) => step(position)));
    expect(most).toBeLessThanOrEqual(2);
  });

  it("stops feeding when nobody wants the steps any more", async () => {
    const { model, learned } = slow();
    await run(from([1, 2, 3, 4].map(contexts)).pipe(feed(model), take(2)));
    await turns(50);
    expect(learned.length).toBeLessThanOrEqual(3); // the third was being worked on
  });

  it.each([
    ["at once", () => {}],
    ["later", () => turns(2)],
  ])("begins a model once, with the vocabulary of its first batch, when its begin is done %s", async (_, waiting) => {
    const order: unknown[] = [];
    const vocabulary = makeVocabulary(["a"], Float64Array.of(1));
    const model = online(
      ({ position }) => {
        order.push(position);
        return step(position);
      },
      async (context) => {
        await waiting();
        order.push(context.vocabulary);
      },
    );
    await collect(
      from([1, 2]).pipe(
        map((position) => ({ ...contexts(position), vocabulary })),
        feed(model),
      ),
    );
    expect(order).toEqual([vocabulary, 1, 2]);
  });

  it("refuses a model that can neither be updated nor fitted", () => {
    expect(() => feed({ ...fake, reads: "ids", epochs: 1 })).toThrow(
      new TypeError("feed: fake must have update or fit, got neither"),
    );
  });

  it.each([
    ["centres of a batch", () => feedOne(online(() => ({ ...step(1), taken: 0 }))), "1 tokens"],
    ["centres, later", () => feedOne(online(async () => ({ ...step(1), taken: 2 }))), "1 tokens"],
    ["cells of a table", () => run(of(table).pipe(feed(fitting(1, () => {}, 0)))), "1 cells"],
  ])("refuses a step that did not take all %s", async (_, feeding, given) => {
    await expect(feeding()).rejects.toThrow(`fake: a step must take all ${given} that it is given, got `);
  });

  it("passes on what a model throws, at once or later", async () => {
    const failure = new RangeError("fake: the loss must stay finite, got NaN");
    const fails = (update: Fed["update"]) => feedOne(online(update));
    await expect(
      fails(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    await expect(fails(() => Promise.reject(failure))).rejects.toBe(failure);
  });

  it("tells of every epoch of a fit when it is done, and ends the fit when nobody wants more", async () => {
    expect(await collect(of(table).pipe(feed(fitting(3))))).toEqual(
      [0, 1, 2].map((epoch) => ({ taken: 1, examples: 1, loss: 1, epoch })),
    );
    let ended = false;
    const model = fitting(1000, () => {
      ended = true;
    });
    expect((await collect(of(table).pipe(feed(model), take(2)))).length).toBe(2);
    await expect.poll(() => ended).toBe(true);
  });

  it.each([
    ["at once", () => ({ ...step(5), taken: 0 })],
    ["later", async () => turns(2).then(() => ({ ...step(5), taken: 0 }))],
  ])("lets a model learn from what waits at the end of its stream, %s, and tells of it last", async (_, endStream) => {
    const ended = (model: Fed) => collect(from([contexts(1), contexts(2)]).pipe(feed({ ...model, endStream })));
    const steps = [step(1), step(2), { ...step(5), taken: 0 }];
    expect(await ended(immediate)).toEqual(steps);
    expect(await ended(slow().model)).toEqual(steps);
  });

  it("must be subscribed inside run", () => {
    let error: unknown;
    of(table)
      .pipe(feed(fitting(1)))
      .subscribe({
        error: (found) => {
          error = found;
        },
      });
    expect(String(error)).toContain("feed: must be subscribed inside run");
  });

  it(
    "is synchronous for an immediate model",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: contexts(1), b: contexts(2) };
      const steps = { x: step(1), y: step(2) };
      const source = cold("--a--b--|", values);
      expectObservable(inRun(source.pipe(feed(immediate)))).toBe("--x--y--|", steps);
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(inRun(cold<ContextBatch>("|").pipe(feed(immediate)))).toBe("|");
      expectObservable(inRun(cold<ContextBatch>("-").pipe(feed(immediate)))).toBe("-");
      expectObservable(inRun(cold("--a--#", values).pipe(feed(immediate)))).toBe("--x--#", steps);
      expectObservable(inRun(cold("--a--b--|", values).pipe(feed(immediate))), "---!").toBe("--x", steps);
    }),
  );
});
