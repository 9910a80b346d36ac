import type { AnyUnit } from "../schemas/index.js";

type Options = Readonly<Record<string, unknown>>;

/** What a fault of options is told by, where a unit is made. */
const OPTION_ERRORS = [TypeError, RangeError, SyntaxError];

/**
 * What a unit finds wrong with its options when it is made, as a run makes it: options that do not go together, a file name that
 * stands for no format. Undefined if nothing is. Vectors are not read yet, and are left out; nor are needed values there.
 */
export function faultOfMaking(unit: AnyUnit, options: Options): string | undefined {
  if (unit.needs) return undefined;
  const known = Object.entries(options).filter(([option]) => unit.fields[option]?.file !== "vectors");
  try {
    unit.create({} as never, Object.fromEntries(known) as never, { epoch: 0 });
    return undefined;
  } catch (error) {
    if (OPTION_ERRORS.some((kind) => error instanceof kind)) return (error as Error).message;
    throw error;
  }
}
