import type { Unit } from "./registry.js";

type Options = Readonly<Record<string, unknown>>;

/** What a fault of options is told by, where a unit is made. */
const OPTION_ERRORS = [TypeError, RangeError, SyntaxError];

/**
 * What a unit finds wrong with its options when it is made, as a run makes it: options that do not go together, a file name that
 * stands for no format. Undefined if nothing is. Vectors are not read yet, and are left out.
 */
export function faultOfMaking(unit: Unit, options: Options): string | undefined {
  const { fields } = unit.schema;
  const known = Object.entries(options).filter(([option]) => fields[option]?.file !== "vectors");
  try {
    make(unit, Object.fromEntries(known));
    return undefined;
  } catch (error) {
    if (OPTION_ERRORS.some((kind) => error instanceof kind)) return (error as Error).message;
    throw error;
  }
}

/** What reads an earlier stage again is made of its finished value, which is not there. */
function make(unit: Unit, options: Options): void {
  if ("open" in unit) unit.open(options);
  else if ("operator" in unit) unit.operator(options);
  else if ("model" in unit) unit.model(options);
}
