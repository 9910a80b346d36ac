import { from, lastValueFrom, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import { type PipelineNode, type Progress, ProgressReporter } from "#pipelines";
import { Ledger } from "#runtime";

function prepare() {
  const seen: Progress[] = [];
  return { seen, reporter: new ProgressReporter((progress) => seen.push(progress)) };
}

const at = (done: number) => ({ done, total: 9, unit: "tokens" }) as const;

/** Nothing is held. */
const all = { dealtWith: 1 };

const [source, table] = [{ id: "source" }, { id: "table" }] as [PipelineNode, PipelineNode];

describe("what is told of a run's progress", () => {
  it("is the step and the share of it that is done, the stage, and each model's losses since it began, as they are at that moment", () => {
    const { seen, reporter } = prepare();
    reporter.enter("reading", source);
    reporter.report(at(0));
    reporter.enter("epoch 1 of 2", table, 0, 2);
    reporter.learned("glove", { examples: 2, loss: 3 });
    reporter.report(at(4));
    reporter.learned("glove", { examples: 1, loss: 0.5 });
    reporter.report(at(9));
    reporter.enter("epoch 2 of 2", table, 1, 2);
    reporter.report(at(0));
    expect(seen).toEqual([
      { step: "source", share: 0, stage: "reading", ...at(0), losses: new Map() },
      {
        step: "table",
        share: 4 / 9 / 2,
        stage: "epoch 1 of 2",
        ...at(4),
        losses: new Map([["glove", { examples: 2, loss: 3 }]]),
      },
      {
        step: "table",
        share: 0.5,
        stage: "epoch 1 of 2",
        ...at(9),
        losses: new Map([["glove", { examples: 3, loss: 3.5 }]]),
      },
      { step: "table", share: 0.5, stage: "epoch 2 of 2", ...at(0), losses: new Map() },
    ]);
  });

  it("tells the last held-out loss of each model from then on", () => {
    const { seen, reporter } = prepare();
    reporter.enter("epoch 1 of 2", table, 0, 2);
    reporter.report(at(9));
    reporter.heldOut("rnnlm", 5.5);
    reporter.enter("epoch 2 of 2", table, 1, 2);
    reporter.report(at(1));
    reporter.heldOut("rnnlm", 5.25, { nextSentenceAccuracy: 0.5 });
    reporter.report(at(9));
    expect(seen.map(({ heldOut }) => heldOut?.get("rnnlm"))).toEqual([undefined, 5.5, 5.25]);
    expect(seen.map(({ heldOutScores }) => heldOutScores?.get("rnnlm"))).toEqual([
      ...[undefined, undefined],
      { nextSentenceAccuracy: 0.5 },
    ]);
  });

  it("counts bytes of the input behind each batch", async () => {
    const { seen, reporter } = prepare();
    const ledger = new Ledger();
    const read = from([3, 4]).pipe(tap((bytes) => ledger.add("inputBytes", bytes)));
    await lastValueFrom(read.pipe(reporter.watchBytes(ledger, 7, all)));
    expect(seen.map(({ done, total, unit }) => [done, total, unit])).toEqual([
      [3, 7, "bytes"],
      [7, 7, "bytes"],
    ]);
  });

  it("counts tokens of the batches that have passed, and tells how many each had", async () => {
    const { seen, reporter } = prepare();
    const counted: number[] = [];
    const kind = { amounts: { tokens: ({ length }: string) => length } } as never;
    await lastValueFrom(from(["abc", "de"]).pipe(reporter.watchTokens(kind, 5, (tokens) => counted.push(tokens), all)));
    expect(seen.map(({ done, total, unit }) => [done, total, unit])).toEqual([
      [3, 5, "tokens"],
      [5, 5, "tokens"],
    ]);
    expect(counted).toEqual([3, 2]);
  });

  it("counts what a stage holds until the end of its stream when models have learned from it", async () => {
    const { seen, reporter } = prepare();
    const dealing = { dealtWith: 0 };
    const kind = { amounts: { tokens: ({ length }: string) => length } } as never;
    reporter.enter("epoch 1 of 1", table);
    await lastValueFrom(from(["abc", "de"]).pipe(reporter.watchTokens(kind, 5, () => {}, dealing)));
    for (const share of [0.4, 0.4, 1]) {
      dealing.dealtWith = share;
      reporter.learned("rnnlm", { examples: 1, loss: 2 });
    }
    expect(seen.map(({ done, share }) => [done, share])).toEqual([
      [0, 0],
      [0, 0],
      [2, 0.4],
      [5, 1],
    ]);
  });

  it("goes nowhere where nobody watches", () => {
    expect(() => new ProgressReporter(undefined).report(at(1))).not.toThrow();
  });
});
