import type { Progress } from "../pipelines/index.js";
import { printableLine } from "./printable.js";

export const PROGRESS_MODES = ["auto", "bar", "plain", "json", "none"] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

export interface ProgressView {
  readonly update: (progress: Progress) => void;
  /** Clears the bar; may be called twice. */
  readonly end: () => void;
}

interface Pace extends Omit<Progress, "losses"> {
  /** Mean loss per example since what was shown before, by model. */
  readonly losses: ReadonlyMap<string, number>;
  readonly perSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

const INTERVAL_MS = { bar: 100, plain: 5000, json: 1000 } as const;
const BAR_WIDTH = 24;

/** Shows progress on standard error: a bar on a terminal, plain lines elsewhere, JSON lines for machines. */
export function showProgress(
  mode: ProgressMode,
  stderr: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>>,
): ProgressView {
  const shown = mode === "auto" ? (stderr.isTTY ? "bar" : "plain") : mode;
  if (shown === "none") return { update: () => {}, end: () => {} };
  const color = shown === "bar" && !env.NO_COLOR;
  const pace = paceOf();
  const meanLosses = meanLossesBetween();
  let lastShown = Number.NEGATIVE_INFINITY;
  let lastStage = "";
  let open = false;
  return {
    update: (progress) => {
      const now = performance.now();
      const paced = pace(progress, now);
      const finished = progress.total !== undefined && progress.done >= progress.total;
      if (progress.stage === lastStage && !finished && now - lastShown < INTERVAL_MS[shown]) return;
      const current = { ...paced, losses: meanLosses(progress) };
      lastShown = now;
      lastStage = progress.stage;
      if (shown === "json") stderr.write(`${JSON.stringify(jsonLine(current))}\n`);
      else if (shown === "plain") stderr.write(`${plainLine(current)}\n`);
      else stderr.write(`\r\x1b[K${barLine(current, color, stderr.columns ?? 80)}`);
      open = shown === "bar";
    },
    end: () => {
      if (open) stderr.write("\r\x1b[K");
      open = false;
    },
  };
}

/** Adds speed and time left, measured from the first report of each stage; unknown in that first one. */
function paceOf(): (progress: Progress, now: number) => Omit<Pace, "losses"> {
  let first = { stage: "", done: 0, at: 0 };
  return (progress, now) => {
    const { stage, done, total } = progress;
    if (stage !== first.stage || done < first.done) first = { stage, done, at: now };
    if (now === first.at) return { ...progress, perSecond: undefined, secondsLeft: undefined };
    const perSecond = (1000 * (done - first.done)) / (now - first.at);
    const secondsLeft = total !== undefined && perSecond > 0 ? Math.max(0, total - done) / perSecond : undefined;
    return { ...progress, perSecond, secondsLeft };
  };
}

/** Mean loss of each model between two reports that are asked for. */
export function meanLossesBetween(): (progress: Progress) => Map<string, number> {
  let shown: Pick<Progress, "stage" | "losses"> = { stage: "", losses: new Map() };
  return ({ stage, losses }) => {
    const before = stage === shown.stage ? shown.losses : new Map<string, never>();
    shown = { stage, losses };
    const means = new Map<string, number>();
    for (const [model, { examples, loss }] of losses) {
      const { examples: seen = 0, loss: counted = 0 } = before.get(model) ?? {};
      if (examples > seen) means.set(model, (loss - counted) / (examples - seen));
    }
    return means;
  };
}

function jsonLine({ losses, ...pace }: Pace): Record<string, unknown> {
  return { ...pace, losses: Object.fromEntries(losses) };
}

function plainLine(pace: Pace): string {
  const { stage, done, total, unit, perSecond, secondsLeft, live } = pace;
  const share = total
    ? `${Math.min(100, (100 * done) / total).toFixed(0)} % of ${short(total)} ${unit}`
    : `${short(done)} ${unit}`;
  const speed = perSecond === undefined ? "" : `, ${short(perSecond)} ${unit}/s`;
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
  const documents = live ? `${short(live.documents)} documents, ` : "";
  const vocabulary = live?.vocabulary === undefined ? "" : `, ${short(live.vocabulary)} terms`;
  const faults = Object.entries(live?.faults ?? {}).map(([counter, amount]) => `, ${counter} ${short(amount)}`);
  return `${printableLine(stage)}: ${documents}${share}${speed}${vocabulary}${lossText(pace)}${faults.join("")}${left}`;
}

function barLine(pace: Pace, color: boolean, columns: number): string {
  const { done, total } = pace;
  const filled = total ? Math.round(BAR_WIDTH * Math.min(1, done / total)) : 0;
  const bar = `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)}`;
  const text = ` ${plainLine(pace)}`.slice(0, Math.max(0, columns - BAR_WIDTH - 1));
  return (color ? `\x1b[36m${bar}\x1b[0m` : bar) + text;
}

function lossText({ losses }: Pace): string {
  return [...losses].map(([model, loss]) => `, ${printableLine(model)} loss ${loss.toFixed(4)}`).join("");
}

function short(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return count >= 1e4 ? `${(count / 1e3).toFixed(0)} k` : `${Math.round(count * 10) / 10}`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
