import { show } from "../../../schemas/options.js";
import type { Json } from "./checkpointForm.js";

/** A size in config.json. @throws RangeError if it is none */
export function sizeIn(config: Json, name: string, where: string, standard: number): number {
  const value = config[name] ?? standard;
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new RangeError(`${where}: ${name} must be an integer >= 1, got ${show(value)}`);
}

/** A number in config.json between two others. @throws RangeError if it is none */
export function numberIn(
  config: Json,
  name: string,
  where: string,
  { standard, min, below }: { readonly standard: number; readonly min: number; readonly below: number },
): number {
  const value = config[name] ?? standard;
  if (typeof value === "number" && value >= min && value < below) return value;
  throw new RangeError(`${where}: ${name} must be a number >= ${min} and < ${below}, got ${show(value)}`);
}

/** What a name in config.json stands for. @throws RangeError with those that are known */
export function meaningIn<Meaning>(
  config: Json,
  name: string,
  where: string,
  known: Readonly<Record<string, Meaning>>,
  standard: string,
): Meaning {
  const value = config[name] ?? standard;
  if (typeof value === "string" && Object.hasOwn(known, value)) return known[value]!;
  throw new RangeError(`${where}: ${name} must be one of ${Object.keys(known).join(", ")}, got ${show(value)}`);
}

/** Options of config.json that must be as the network has them, or left out. @throws RangeError if one is not */
export function requireOnly(config: Json, where: string, only: Json): void {
  for (const [name, value] of Object.entries(only))
    if ((config[name] ?? value) !== value)
      throw new RangeError(`${where}: ${name} must be ${show(value)}, got ${show(config[name])}`);
}
