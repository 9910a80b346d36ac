import type { Progress } from "../pipelines/index.js";

export const PROGRESS_MODES = ["auto", "bar", "plain", "json", "none"] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

export interface ProgressView {
  readonly update: (progress: Progress) => void;
  /** Clears the bar; may be called twice. */
  readonly end: () => void;
}

interface Pace extends Progress {
  readonly perSecond: number;
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
  let lastShown = Number.NEGATIVE_INFINITY;
  let lastStage = "";
  let open = false;
  return {
    update: (progress) => {
      const now = performance.now();
      const current = pace(progress, now);
      const finished = progress.total !== undefined && progress.done >= progress.total;
      if (progress.stage === lastStage && !finished && now - lastShown < INTERVAL_MS[shown]) return;
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

/** Adds speed and time left, measured from the start of each stage. */
function paceOf(): (progress: Progress, now: number) => Pace {
  let stage = "";
  let started = 0;
  let before = 0;
  return (progress, now) => {
    if (progress.stage !== stage || progress.done < before) {
      stage = progress.stage;
      started = now;
    }
    before = progress.done;
    const seconds = Math.max((now - started) / 1000, 1e-3);
    const perSecond = progress.done / seconds;
    const secondsLeft =
      progress.total && perSecond > 0 ? Math.max(0, progress.total - progress.done) / perSecond : undefined;
    return { ...progress, perSecond, secondsLeft };
  };
}

function jsonLine({ losses, ...pace }: Pace): Record<string, unknown> {
  return { ...pace, losses: Object.fromEntries(losses) };
}

function plainLine(pace: Pace): string {
  const { stage, done, total, unit, perSecond, secondsLeft } = pace;
  const share = total
    ? `${Math.min(100, (100 * done) / total).toFixed(0)} % of ${short(total)} ${unit}`
    : `${short(done)} ${unit}`;
  const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
  return `${stage}: ${share}, ${short(perSecond)} ${unit}/s${lossText(pace)}${left}`;
}

function barLine(pace: Pace, color: boolean, columns: number): string {
  const { done, total } = pace;
  const filled = total ? Math.round(BAR_WIDTH * Math.min(1, done / total)) : 0;
  const bar = `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)}`;
  const text = ` ${plainLine(pace)}`.slice(0, Math.max(0, columns - BAR_WIDTH - 1));
  return (color ? `\x1b[36m${bar}\x1b[0m` : bar) + text;
}

function lossText({ losses }: Progress): string {
  return [...losses].map(([model, loss]) => `, ${model} loss ${loss.toFixed(4)}`).join("");
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
