import { describe, expect, it } from "vitest";
import { AsyncStage, type AsyncStageOptions, RunScope } from "#runtime";
import { turns } from "../support/counting.js";
import { shortOrLong } from "../support/shortOrLong.js";

function stageOf(options: Partial<AsyncStageOptions<number, number>>) {
  const events: unknown[] = [];
  const scope = new RunScope();
  const stage = new AsyncStage<number, number>({
    scope,
    concurrency: 1,
    highWater: 2,
    ordered: true,
    work: (value) => value,
    next: (result) => events.push(result),
    error: (error) => events.push(error),
    complete: () => events.push("complete"),
    ...options,
  });
  return { stage, scope, events };
}

describe("AsyncStage", () => {
  it("is full at its high-water mark, and open again once a result was passed on", async () => {
    const { stage, scope } = stageOf({});
    stage.push(1);
    expect(scope.gate.isOpen).toBe(true);
    stage.push(2);
    expect(scope.gate.isOpen).toBe(false);
    await turns();
    expect(scope.gate.isOpen).toBe(true);
  });

  it("completes after the last result, not when the input ends", async () => {
    const { stage, events } = stageOf({});
    stage.push(1);
    stage.end();
    expect(events).toEqual([]);
    await turns();
    expect(events).toEqual([1, "complete"]);
  });

  it("completes at once if nothing came in", () => {
    const { stage, events } = stageOf({});
    stage.end();
    expect(events).toEqual(["complete"]);
  });

  it("takes an exception and a rejection alike, and nothing after it", async () => {
    const fault = new RangeError("seven");
    const throwing = (value: number) => {
      if (value === 7) throw fault;
      return value;
    };
    for (const work of [throwing, async (value: number) => throwing(value)]) {
      const { stage, scope, events } = stageOf({ work });
      for (const value of [1, 7, 2]) stage.push(value);
      stage.end();
      await turns();
      expect(events).toEqual([1, fault]);
      expect(scope.gate.isOpen).toBe(true);
    }
  });

  it("aborts the signal of what is worked on when stopped, and ignores what comes after", async () => {
    const signals: AbortSignal[] = [];
    const { stage, scope, events } = stageOf({
      work: (_, signal) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    stage.push(1);
    stage.stop();
    stage.push(2);
    await turns();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(events).toEqual([]);
    expect(scope.gate.isOpen).toBe(true);
  });

  it("leaves the signal of a delivered result alone, so that a response can still be read", async () => {
    const signals: AbortSignal[] = [];
    const { stage } = stageOf({
      work: (value, signal) => {
        signals.push(signal);
        return value;
      },
    });
    stage.push(1);
    stage.end();
    await turns();
    stage.stop();
    expect(signals[0]!.aborted).toBe(false);
  });

  it("takes time in proportion to a long queue", async () => {
    const { stage, events } = stageOf({ concurrency: 3, ordered: false });
    const length = shortOrLong(30_000, 100_000);
    for (let i = 0; i < length; i++) stage.push(i);
    stage.end();
    await turns(3);
    expect(events.length).toBe(length + 1);
    expect(events.at(-1)).toBe("complete");
  });
});
