import type { AnyUnit, DataKind, Model } from "../../schemas/index.js";
import { makeUnit, requireLearns } from "./makeUnit.js";
import { builtIn } from "./registry.js";

type Options = Readonly<Record<string, unknown>>;

/** What a fault of options is told by, where a unit is made. */
const OPTION_ERRORS = [TypeError, RangeError, SyntaxError];

/**
 * What a unit finds wrong with its options when it is made, as a run makes it: options that do not go together, a file name that
 * stands for no format. Undefined if nothing is. Values of files are not read yet, and are left out; nor are needed values there.
 */
export function faultOfMaking(unit: AnyUnit, options: Options, reads: DataKind | undefined): string | undefined {
  if (unit.needs) return undefined;
  const known = Object.entries(options).filter(([option]) => unit.fields[option]?.file !== "value");
  try {
    const made = makeUnit(unit, {}, Object.fromEntries(known), { epoch: 0 });
    if (unit.kind === "model") requireLearns(unit, made as Model, reads!.arrives);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (OPTION_ERRORS.some((kind) => error instanceof kind)) return message;
    if (builtIn.units.get(unit.name) === unit) throw error;
    return `${unit.name}: must be made without a fault, got ${message}`;
  }
}
