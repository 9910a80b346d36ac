import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isPlainObject } from "../../schemas/index.js";
import { HISTORY } from "../../schemas/runFolder.js";
import { DurableFile } from "../../storage/files/durableFile.js";
import type { PlannedStep } from "../running/plannedSteps.js";
import type { EpochLoss, Progress } from "../running/progress.js";

/** How a run stood at a moment. */
export interface HistoryPoint {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The node that began the step under way. */
  readonly step: string;
  readonly stage: string;
  /** How much has passed in the step, all its passes together. */
  readonly work: number;
  readonly unit: Progress["unit"];
  /** What each model has learned from since the point before, and the sum of its losses. */
  readonly losses: Readonly<Record<string, EpochLoss>>;
  /** Mean loss of what is held out, by model, as last measured. */
  readonly heldOut?: Readonly<Record<string, number>>;
}

const MOST_POINTS = 4096;
const LEAST_MS = 250;

/**
 * Keeps the series of a run's progress in its folder, a line of JSON a point. The points after those that a run goes on from are
 * forgotten when it goes on, so that each part of the work is told once.
 *
 * State: the points, 4,096 at most: at more, each two become one, and points come half as often.
 */
export class RunHistory {
  readonly #path: string;
  readonly #steps: readonly PlannedStep[];
  #points: HistoryPoint[];
  #leastMs = LEAST_MS;
  /** The last report, and whether its stage has a point. */
  #latest: { readonly progress: Progress; readonly time: number } | undefined;
  #hasPoint = false;
  /** The losses up to the last point, of its stage. */
  #before: { readonly stage: string; readonly losses: Progress["losses"] } = { stage: "", losses: new Map() };
  #isBegun = false;

  constructor(folder: string, steps: readonly PlannedStep[]) {
    this.#path = join(folder, HISTORY);
    this.#steps = steps;
    this.#points = readHistory(folder);
  }

  /** Notes how the run stands, unless the last point is too near. Each stage has a point, if only its end, and so has each report of an epoch. */
  note(progress: Progress, now: Date): void {
    const time = now.getTime();
    const { stage, step, unit, share } = progress;
    const before = this.#latest;
    const isNew = before && (before.progress.stage !== stage || before.progress.step !== step);
    if (isNew && !this.#hasPoint) this.#take(before.progress, before.time);
    if (isNew) this.#hasPoint = false;
    this.#latest = { progress, time };
    const since = time - (this.#points.at(-1)?.time ?? 0);
    const isLast = share === 1 && !this.#hasPoint;
    if (!this.#isBegun || unit === "epochs" || isLast || since >= this.#leastMs) this.#take(progress, time);
  }

  #take(progress: Progress, time: number): void {
    const point = this.#pointOf(progress, time);
    if (!this.#isBegun) this.#begin(point);
    this.#add(point);
    this.#hasPoint = true;
  }

  #pointOf(progress: Progress, time: number): HistoryPoint {
    const { step, stage, unit, losses, heldOut } = progress;
    const before = stage === this.#before.stage ? this.#before.losses : new Map<string, EpochLoss>();
    this.#before = { stage, losses };
    const since = [...losses].map(([model, loss]) => [model, sinceThen(loss, before.get(model))] as const);
    return {
      ...{ time, step, stage, work: this.#workOf(progress), unit },
      losses: Object.fromEntries(since.filter(([, { examples }]) => examples > 0)),
      ...(heldOut ? { heldOut: Object.fromEntries(heldOut) } : {}),
    };
  }

  #workOf({ step, share, done, total, unit }: Progress): number {
    if (unit === "epochs") return done;
    const { passes = 1 } = this.#steps.find(({ id }) => id === step) ?? {};
    return share === undefined || total === undefined ? done : Math.round(share * passes * total);
  }

  /** Forgets what the run will do once more. */
  #begin({ step, work }: HistoryPoint): void {
    this.#isBegun = true;
    const placeOf = (id: string) => this.#steps.findIndex((planned) => planned.id === id);
    const place = placeOf(step);
    this.#points = this.#points.filter(
      (each) => placeOf(each.step) < place || (each.step === step && each.work < work),
    );
    this.#write();
  }

  #add(point: HistoryPoint): void {
    this.#points.push(point);
    if (this.#points.length <= MOST_POINTS) {
      appendFileSync(this.#path, lineOf(point));
      return;
    }
    this.#points = halved(this.#points);
    this.#leastMs *= 2;
    this.#write();
  }

  #write(): void {
    const file = new DurableFile(this.#path);
    file.write(new TextEncoder().encode(this.#points.map(lineOf).join("")));
    file.commit();
  }
}

/** The points of the run in a folder, from the first; a last line that is not whole is left out. */
export function readHistory(folder: string): HistoryPoint[] {
  const path = join(folder, HISTORY);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").flatMap(pointIn);
}

function pointIn(line: string): HistoryPoint[] {
  try {
    const point: unknown = JSON.parse(line);
    return isPlainObject(point) && isPlainObject(point.losses) ? [point as unknown as HistoryPoint] : [];
  } catch {
    return []; // the process ended while it was written
  }
}

const lineOf = (point: HistoryPoint): string => `${JSON.stringify(point)}\n`;

function sinceThen({ examples, loss }: EpochLoss, before: EpochLoss = { examples: 0, loss: 0 }): EpochLoss {
  const since = examples - before.examples;
  return loss === undefined ? { examples: since } : { examples: since, loss: loss - (before.loss ?? 0) };
}

/** Each two points of a stage as one. */
function halved(points: readonly HistoryPoint[]): HistoryPoint[] {
  const kept: HistoryPoint[] = [];
  for (let k = 0; k < points.length; k++) {
    const [point, next] = [points[k]!, points[k + 1]];
    const isJoined = next !== undefined && next.stage === point.stage && next.step === point.step;
    kept.push(isJoined ? joined(point, next) : point);
    if (isJoined) k++;
  }
  return kept;
}

function joined(point: HistoryPoint, next: HistoryPoint): HistoryPoint {
  const models = [...new Set([...Object.keys(point.losses), ...Object.keys(next.losses)])];
  const both = models.map((model) => [model, sum(point.losses[model], next.losses[model])] as const);
  return { ...next, losses: Object.fromEntries(both) };
}

function sum(a: EpochLoss | undefined, b: EpochLoss | undefined): EpochLoss {
  if (!a || !b) return (a ?? b)!;
  const examples = a.examples + b.examples;
  return a.loss === undefined || b.loss === undefined ? { examples } : { examples, loss: a.loss + b.loss };
}
