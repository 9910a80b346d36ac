import { exp, ln } from "./logarithm.js";
import { drawBelow, drawUniform, type RandomStream, randomStream } from "./random.js";

/**
 * A random search that narrows: the first quarter of its trials is drawn evenly from the whole space, so that it does not hang on where it
 * began; the others near the best trial so far, ever nearer. fastText's autotune (`autotune.cc`) narrows in the same way, though by the clock
 * and from the first trial on. A number is searched as a place in 0 .. 1, evenly or by its logarithm; near the best, each parameter stays as
 * it is in half of the trials, so that one may be told apart from the others.
 */
export interface SearchedNumber {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly scale: "linear" | "log";
  readonly isInteger: boolean;
}

export interface SearchedChoice {
  readonly name: string;
  readonly values: readonly unknown[];
}

export type SearchedParameter = SearchedNumber | SearchedChoice;

/** A value of each parameter, by name. */
export type SearchPoint = Readonly<Record<string, unknown>>;

export interface SearchTrial {
  readonly point: SearchPoint;
  /** The larger, the better; undefined where there is none, as the trial failed. */
  readonly score: number | undefined;
}

export interface SearchSettings {
  readonly seed: number;
  /** How many trials there will be, all in all. */
  readonly trials: number;
}

/** The share of the trials that are drawn evenly. */
const EVEN = 0.25;
/** From which share on trials are no longer drawn nearer. */
const NARROWED = 0.75;
/** Standard deviations of a place, while the search narrows. */
const [WIDEST, NARROWEST] = [0.25, 0.08];
const STAYS = 0.5;
/** How often a trial is drawn again that was tried before. */
const ATTEMPTS = 100;
/** Uniform draws whose sum is close to a normal one: their variances, 1 / 12 each, add up to 1. */
const UNIFORMS = 12;
/** Draws for a parameter in an attempt: the normal one, and whether it stays. */
const DRAWS = UNIFORMS + 1;
/** Digits of a number that is no integer, so that it can be written down. */
const DIGITS = 3;

/**
 * The point of the next trial, a function of the seed, of the trial's number and of the trials before: `tried`, of which the first is where the
 * search begins. Undefined where no new point was found in 100 draws, as in a small space that was searched through.
 */
export function nextPoint(
  parameters: readonly SearchedParameter[],
  tried: readonly SearchTrial[],
  { seed, trials }: SearchSettings,
): SearchPoint | undefined {
  const done = tried.length / trials;
  const stream = randomStream(seed, "trial", tried.length);
  const known = new Set(tried.map(({ point }) => keyOf(parameters, point)));
  const best = done < EVEN ? undefined : bestTrial(tried)?.point;
  const deviation = deviationAt(done);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entries = parameters.map((parameter, k) => {
      const draw = { stream, index: (attempt * parameters.length + k) * DRAWS };
      const value = best ? nearby(parameter, best[parameter.name], deviation, draw) : anywhere(parameter, draw);
      return [parameter.name, value] as const;
    });
    const point = Object.fromEntries(entries);
    if (!known.has(keyOf(parameters, point))) return point;
  }
  return undefined;
}

/** The trial with the largest score, the earliest of equal ones; undefined where none has a score. */
export function bestTrial<Trial extends SearchTrial>(tried: readonly Trial[]): Trial | undefined {
  return tried.reduce<Trial | undefined>(
    (best, trial) => (trial.score !== undefined && trial.score > (best?.score ?? -Infinity) ? trial : best),
    undefined,
  );
}

interface Draw {
  readonly stream: RandomStream;
  readonly index: number;
}

const keyOf = (parameters: readonly SearchedParameter[], point: SearchPoint) =>
  JSON.stringify(parameters.map(({ name }) => point[name]));

function deviationAt(done: number): number {
  const narrowed = Math.min(1, Math.max(0, (done - EVEN) / (NARROWED - EVEN)));
  return WIDEST - (WIDEST - NARROWEST) * narrowed;
}

function anywhere(parameter: SearchedParameter, { stream, index }: Draw): unknown {
  if ("values" in parameter) return parameter.values[drawBelow(stream, index, parameter.values.length)];
  return valueAt(parameter, drawUniform(stream, index));
}

function nearby(parameter: SearchedParameter, near: unknown, deviation: number, { stream, index }: Draw): unknown {
  if (drawUniform(stream, index + UNIFORMS) < STAYS) return near;
  if ("values" in parameter || near === undefined) return anywhere(parameter, { stream, index });
  let normal = -UNIFORMS / 2;
  for (let i = 0; i < UNIFORMS; i++) normal += drawUniform(stream, index + i);
  return valueAt(parameter, reflected(placeOf(parameter, near as number) + deviation * normal));
}

/** A place beyond 0 .. 1 turned back at the end, where it would else pile up. */
function reflected(place: number): number {
  const within = Math.abs(place) % 2;
  return within > 1 ? 2 - within : within;
}

/** The value at a place in 0 .. 1. */
export function valueAt({ from, to, scale, isInteger }: SearchedNumber, place: number): number {
  const value = scale === "log" ? exp(ln(from) + place * (ln(to) - ln(from))) : from + place * (to - from);
  const written = isInteger ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(to, Math.max(from, written));
}

/** The place of a value, that of the nearest end for one that lies beyond it. */
export function placeOf({ from, to, scale }: SearchedNumber, value: number): number {
  const within = Math.min(to, Math.max(from, value));
  return scale === "log" ? (ln(within) - ln(from)) / (ln(to) - ln(from)) : (within - from) / (to - from);
}
