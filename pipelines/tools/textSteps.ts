import type { Observable, OperatorFunction } from "rxjs";
import { type AnyUnit, type Classifier, fillOptions, type TokenBatch } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";

/** Finds a unit by its name. */
export type UnitOf = (name: string) => AnyUnit | undefined;

/**
 * The steps that made tokens of the texts that a classifier learned from, as its metadata tell them.
 * @throws TypeError if they do not, or name a unit that is not there
 */
export function textStepsOf(
  who: string,
  { metadata }: Classifier,
  unitOf: UnitOf,
): OperatorFunction<unknown, unknown>[] {
  const told = metadata.get("textSteps");
  if (told === undefined)
    throw new TypeError(`${who}: must tell the steps that made tokens of its texts, got none; a run writes them`);
  return (JSON.parse(told) as Readonly<Record<string, Readonly<Record<string, unknown>>>>[]).map((step) => {
    const [name, options] = Object.entries(step)[0]!;
    const unit = unitOf(name);
    if (!unit) throw new TypeError(`${who}: steps of texts must be of units that are there, got ${name}`);
    return makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as OperatorFunction<unknown, unknown>;
  });
}

export function throughSteps(source: Observable<unknown>, steps: readonly OperatorFunction<unknown, unknown>[]) {
  return steps.reduce((stream, step) => stream.pipe(step), source) as Observable<TokenBatch>;
}
