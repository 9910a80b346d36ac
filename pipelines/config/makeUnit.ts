import { isObservable } from "rxjs";
import { type AnyUnit, type DataKind, type Model, show, type UnitContext } from "../../schemas/index.js";

interface Form {
  readonly is: string;
  readonly holds: (made: unknown) => boolean;
}

const operator: Form = { is: "an operator, which is a function", holds: (made) => typeof made === "function" };
const forms: Readonly<Record<AnyUnit["kind"], Form>> = {
  source: { is: "an Observable", holds: isObservable },
  operator,
  sink: operator,
  model: { is: "a model with update or fit, result, close, and epochs from 1", holds: isModel },
};

function isModel(made: unknown): boolean {
  const { update, fit, result, close, epochs } = (made ?? {}) as Partial<Model>;
  const areFunctions = [update ?? fit, result, close].every((method) => typeof method === "function");
  return areFunctions && Number.isInteger(epochs) && epochs! >= 1;
}

/**
 * Makes a unit: the stream of a source, an operator, or a model.
 * @throws TypeError if it makes something else, as a unit from outside may
 */
export function makeUnit(
  unit: AnyUnit,
  needs: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
  context: UnitContext,
): unknown {
  const { name, kind } = unit;
  const made = unit.create(needs as never, options as never, context);
  const { is, holds } = forms[kind];
  if (holds(made)) return made;
  throw new TypeError(`${name}: create must return ${is}, got ${made === undefined ? "nothing" : show(made)}`);
}

/** @throws TypeError if a model cannot learn from data that arrives as what it reads does */
export function requireLearns({ name, reads }: AnyUnit, model: Model, arrives: DataKind["arrives"]): void {
  const method = arrives === "stream" ? "update" : "fit";
  if (!model[method]) throw new TypeError(`${name}: must have ${method} to learn from ${reads}, got a model without`);
}
