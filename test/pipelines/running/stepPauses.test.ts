import { afterEach, describe, expect, it, vi } from "vitest";
import { type Chore, RunModels, RunState, RunStopped, StepPauses } from "#pipelines";
import { FlowGate, Ledger } from "#runtime";
import { graphOf } from "../../support/graph.js";

const { model } = graphOf({ text: {}, model: { reads: "text", kind: "model" } });

afterEach(() => void vi.useRealTimers());

/** With a checkpointer whose checkpoints are due, taken and called points as the test says. */
function prepare({ isDue = false, isTaken = true, hasCheckpoints = true, chores = [] as readonly Chore[] } = {}) {
  const log: string[] = [];
  const [signal, stop] = [new AbortController(), new AbortController()];
  const checkpointer = {
    isDue,
    mark: (_: RunState, isWhole: boolean) => log.push(`mark ${isWhole}`),
    take: async () => log.push("take") > 0 && isTaken,
    takePoint: async () => void log.push("takePoint"),
  } as never;
  const ledger = new Ledger();
  const state = new RunState(ledger);
  const create = () => ({ update: () => {}, snapshot: () => "so far" });
  const options = { chores, signal: signal.signal, stop: stop.signal };
  const pauses = new StepPauses(state, new RunModels({ create, ledger }), {
    ...options,
    checkpointer: hasCheckpoints ? checkpointer : undefined,
  });
  return { log, signal, stop, state, pauses, gate: new FlowGate() };
}

describe("a run that is interrupted", () => {
  it("ends the pass under way, where no pause will come", () => {
    const { pauses, signal } = prepare();
    signal.abort(new Error("enough"));
    expect(pauses.halt.reason).toEqual(new Error("enough"));
  });

  it("takes a checkpoint at the next pause, where one will come, and ends then", async () => {
    const { pauses, signal, log, gate } = prepare();
    pauses.beginLog();
    signal.abort(new Error("enough"));
    expect(pauses.halt.aborted).toBe(false);
    await expect(pauses.betweenBatches(gate)).rejects.toThrow("enough");
    expect(log).toEqual(["take"]);
  });

  it("goes on to a better moment, where a model cannot tell its state just now", async () => {
    const { pauses, signal, log } = prepare({ isTaken: false });
    pauses.beginLog();
    signal.abort();
    await pauses.betweenEpochs();
    expect([log, pauses.halt.aborted]).toEqual([["take"], false]);
  });

  it("has no pause to come over a log without checkpoints", () => {
    const { pauses, signal } = prepare({ hasCheckpoints: false });
    pauses.beginLog();
    signal.abort();
    expect(pauses.halt.aborted).toBe(true);
  });

  it("is not heard any more once it is over", () => {
    const { pauses, signal } = prepare();
    pauses.close();
    signal.abort();
    expect(pauses.halt.aborted).toBe(false);
  });
});

describe("between two steps", () => {
  it.each([
    [false, 0, ["mark true"]],
    [true, 0, ["mark true", "takePoint"]],
    [true, 2, ["mark false", "takePoint"]],
  ])("a run can go on; a checkpoint is due: %s, in epoch %i", async (isDue, epoch, expected) => {
    const { pauses, state, log } = prepare({ isDue });
    state.epoch = epoch;
    await pauses.betweenSteps();
    expect(log).toEqual(expected);
  });

  it("it ends if it is to, unless a pause will come, for its last checkpoint", async () => {
    const { pauses, stop, signal } = prepare();
    stop.abort();
    await expect(pauses.betweenSteps()).rejects.toThrow(RunStopped);
    pauses.willCome = true;
    await pauses.betweenSteps();
    pauses.willCome = false;
    signal.abort(new Error("enough"));
    await expect(pauses.betweenSteps()).rejects.toThrow("enough");
  });
});

it("chores are done between two batches, as often as they want, once nothing is under way", async () => {
  vi.useFakeTimers();
  const taken: unknown[] = [];
  const chore: Chore = { every: () => 1000, run: async ({ id }, take) => void taken.push(id, await take()) };
  const { pauses, gate } = prepare({ chores: [chore] });
  pauses.beginLog();
  await pauses.betweenBatches(gate, [model]);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(1000);
  const port = gate.open(1);
  port.enter();
  const pause = pauses.betweenBatches(gate, [model]);
  await Promise.resolve();
  expect(taken).toEqual([]);
  port.leave();
  await pause;
  await pauses.betweenBatches(gate, [model]);
  expect(taken).toEqual(["model", "so far"]);
  pauses.close();
});
