import { printableLine } from "../kernels/text/printable.js";
import type { HeldOutScores, LiveProgress, PlannedStep, Progress } from "../pipelines/index.js";
import { duration, inWords, short, withUnit } from "./amounts.js";
import { displayWidth } from "./displayWidth.js";
import { type WholeRun, wholeRun } from "./wholeRun.js";

export const PROGRESS_MODES = ["auto", "bar", "plain", "json", "none"] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

export interface ProgressView {
  readonly update: (progress: Progress) => void;
  /** Clears the bar; may be called twice. */
  readonly end: () => void;
}

/** What is shown of a run at a moment. */
interface Moment extends Omit<Progress, "losses" | "step" | "share">, WholeRun {
  /** Mean loss per example since what was shown before, by model. */
  readonly losses: ReadonlyMap<string, number>;
  readonly perSecond: number | undefined;
}

const INTERVAL_MS = { bar: 100, plain: 10_000, json: 1000 } as const;
/** Speed is that of the last so many milliseconds, up to twice as many. */
const SPEED_OVER_MS = 10_000;

/**
 * Shows on standard error how far a run has come: one bar for the whole run on a terminal, plain lines elsewhere, JSON lines for machines.
 * A line comes with each step of the run, in JSON with each epoch, at the end, and from time to time between.
 */
export function showProgress(
  mode: ProgressMode,
  plan: readonly PlannedStep[],
  stderr: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>>,
): ProgressView {
  const shown = mode === "auto" ? (stderr.isTTY ? "bar" : "plain") : mode;
  if (shown === "none") return { update: () => {}, end: () => {} };
  const write = {
    json: (moment: Moment) => stderr.write(`${JSON.stringify(jsonLine(moment))}\n`),
    plain: (moment: Moment) => stderr.write(`${plainLine(moment)}\n`),
    bar: (moment: Moment) => stderr.write(`\r\x1b[K${barLine(moment, !env.NO_COLOR, stderr.columns || 80)}`),
  }[shown];
  const whole = wholeRun(plan);
  const speed = speedOf();
  const meanLosses = meanLossesBetween();
  let lastShown = Number.NEGATIVE_INFINITY;
  let lastPart = "";
  let lastShare: number | undefined;
  let open = false;
  return {
    update: (progress) => {
      const now = performance.now();
      const { step, ...told } = progress;
      const { share, secondsLeft } = whole(progress, now);
      const perSecond = speed(progress, now);
      const part = shown === "json" ? told.stage : step;
      const isNews = part !== lastPart || (share === 1 && lastShare !== 1);
      if (!isNews && now - lastShown < INTERVAL_MS[shown]) return;
      [lastShown, lastPart, lastShare] = [now, part, share];
      write({ ...told, share, secondsLeft, perSecond, losses: meanLosses(progress) });
      open = shown === "bar";
    },
    end: () => {
      if (open) stderr.write("\r\x1b[K");
      open = false;
    },
  };
}

/** What was done per second, of late, in all passes of a step; unknown at its first report. */
export function speedOf(): (progress: Progress, now: number) => number | undefined {
  let current = { step: "", stage: "", done: 0, work: 0 };
  let marks: { readonly work: number; readonly at: number }[] = [];
  return ({ step, stage, done }, now) => {
    const isNew = step !== current.step;
    const work = current.work + (stage === current.stage ? done - current.done : done);
    current = { step, stage, done, work: isNew ? 0 : work };
    const here = { work: current.work, at: now };
    if (isNew) marks = [here];
    if (now - marks.at(-1)!.at >= SPEED_OVER_MS) marks = [marks.at(-1)!, here];
    const [from] = marks as [typeof here];
    return now > from.at ? Math.max(0, (1000 * (here.work - from.work)) / (now - from.at)) : undefined;
  };
}

/** Mean loss of each model between two reports that are asked for. */
export function meanLossesBetween(): (progress: Pick<Progress, "stage" | "losses">) => Map<string, number> {
  let shown: Pick<Progress, "stage" | "losses"> = { stage: "", losses: new Map() };
  return ({ stage, losses }) => {
    const before = stage === shown.stage ? shown.losses : new Map<string, never>();
    shown = { stage, losses };
    const means = new Map<string, number>();
    for (const [model, { examples, loss }] of losses) {
      const { examples: seen = 0, loss: counted = 0 } = before.get(model) ?? {};
      if (loss !== undefined && examples > seen) means.set(model, (loss - counted) / (examples - seen));
    }
    return means;
  };
}

function jsonLine({ losses, heldOut, heldOutScores, ...moment }: Moment): Record<string, unknown> {
  const told = {
    ...(heldOut ? { heldOut: Object.fromEntries(heldOut) } : {}),
    ...(heldOutScores ? { heldOutScores: Object.fromEntries(heldOutScores) } : {}),
  };
  return { ...moment, losses: Object.fromEntries(losses), ...told };
}

function plainLine(moment: Moment): string {
  const { stage, share } = moment;
  const done = share === undefined ? [] : [`${percent(share)} of the run`];
  return `${printableLine(stage)}: ${[...done, ...timeLeft(moment), ...fieldsOf(moment)].join(", ")}`;
}

/** As many of the fields as the terminal is wide enough for, each of them whole. */
function barLine(moment: Moment, color: boolean, columns: number): string {
  const { stage, share } = moment;
  const bar = share === undefined ? [] : [barOf(share, columns), percent(share)];
  const fields = [...bar, ...timeLeft(moment), printableLine(stage), ...fieldsOf(moment)];
  const text = fitting(fields, columns - 1).join("  ");
  return color ? text.replace(/^[█░]+/, "\x1b[36m$&\x1b[0m") : text;
}

/** The first fields that have room, with two columns between them; one that has not makes way for a shorter one. */
function fitting(fields: readonly string[], columns: number): string[] {
  let used = -2;
  return fields.filter((field) => {
    const width = 2 + displayWidth(field);
    if (used + width > columns) return false;
    used += width;
    return true;
  });
}

function barOf(share: number, columns: number): string {
  const width = Math.min(28, Math.max(8, Math.floor(columns / 5)));
  const filled = Math.floor(width * share);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

/** What is most worth knowing comes first. */
function fieldsOf(moment: Moment): string[] {
  const {
    share,
    done,
    unit,
    perSecond,
    losses,
    heldOut = new Map(),
    heldOutScores = new Map<string, HeldOutScores>(),
    live,
  } = moment;
  const amount = withUnit(done, unit);
  const speed = perSecond === undefined ? [] : [`${withUnit(perSecond, unit)}/s`];
  const means = [...losses].map(([model, loss]) => `${printableLine(model)} loss ${loss.toFixed(4)}`);
  const held = [...heldOut].map(([model, loss]) => `${printableLine(model)} held-out loss ${loss.toFixed(4)}`);
  const scores = [...heldOutScores].flatMap(([model, told]) =>
    Object.entries(told).map(
      ([name, score]) => `${printableLine(model)} held-out ${inWords(name)} ${score.toFixed(4)}`,
    ),
  );
  if (live) return [...arrivalsOf(live, speed), ...means, amount, ...faultsOf(live)];
  return [...(share === undefined ? [amount] : []), ...speed, ...means, ...held, ...scores];
}

function arrivalsOf({ documents, vocabulary, waiting }: LiveProgress, speed: readonly string[]): string[] {
  const terms = vocabulary === undefined ? [] : [withUnit(vocabulary, "terms")];
  const behind = Object.entries(waiting ?? {}).map(([unit, amount]) => `${withUnit(amount, unit)} waiting`);
  return [withUnit(documents, "documents"), ...speed, ...behind, ...terms];
}

const faultsOf = ({ faults }: LiveProgress) =>
  Object.entries(faults).map(([counter, amount]) => `${counter} ${short(amount)}`);

const percent = (share: number) => `${Math.floor(100 * share)} %`;

const timeLeft = ({ secondsLeft }: Moment) => (secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]);
