import type { PlannedStep, Progress } from "../pipelines/index.js";

/** How far a whole run has come. */
export interface WholeRun {
  /** From 0 to 1, never less than before; undefined where nobody knows how much there is to read. */
  readonly share: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Less of a step, and less of its time while it lasts, tells nothing: the first batches are slow. */
const LEAST_SHARE = 1e-6;
const LEAST_MS = 1000;

/**
 * Estimates how far a run has come, from the time that its steps took and the share that is done of the one under way, both from the
 * last report of each before anything of it was done: laying out a text is not the speed of learning from it. A step that has not begun counts as long for each of its passes as those took on average that were measured.
 *
 * State: the seconds of each step, and how far the run has come.
 */
export function wholeRun(plan: readonly PlannedStep[]): (progress: Progress, now: number) => WholeRun {
  const seconds = new Map<number, number>();
  let first = { index: -1, at: 0, share: 0 };
  let last = { index: 0, share: 0 };
  let shown = 0;
  return ({ step, share }, now) => {
    const index = plan.findIndex(({ id }) => id === step);
    if (index !== first.index || share === first.share) first = { index, at: now, share: share ?? 0 };
    const gone = (share ?? 1) - first.share;
    const passed = now - first.at;
    const isTold = passed >= LEAST_MS || (passed > 0 && share === 1);
    if (isTold && gone > LEAST_SHARE) seconds.set(index, passed / 1000 / gone);
    if (share === undefined) return { share, secondsLeft: undefined };
    const perPass = secondsPerPass(plan, seconds);
    const weights = plan.map(({ passes }, k) => seconds.get(k) ?? passes * (perPass ?? 1));
    const all = weights.reduce(add, 0);
    const secondsUntil = (step: number, of: number) => weights.slice(0, step).reduce(add, 0) + weights[step]! * of;
    const done = secondsUntil(index, share);
    const before = Math.min(done, secondsUntil(last.index, last.share));
    last = { index, share };
    // A step that takes longer than was thought makes the share of what is done less: what is left of the bar then stands for what is left to do.
    const sinceThen = all > before ? (1 - shown) * ((done - before) / (all - before)) : 0;
    const isDone = share === 1 && index === plan.length - 1;
    shown = isDone ? 1 : Math.max(shown, Math.min(0.99, done / all > shown ? done / all : shown + sinceThen));
    return { share: shown, secondsLeft: isDone || perPass === undefined ? undefined : all - done };
  };
}

function secondsPerPass(plan: readonly PlannedStep[], seconds: ReadonlyMap<number, number>): number | undefined {
  if (seconds.size === 0) return undefined;
  const passes = [...seconds.keys()].map((index) => plan[index]!.passes);
  return [...seconds.values()].reduce(add) / passes.reduce(add);
}

const add = (sum: number, weight: number) => sum + weight;
