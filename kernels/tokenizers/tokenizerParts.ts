import { show } from "../../schemas/options.js";
import type { TokenizerPart } from "../../schemas/subwordVocabulary.js";

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isPart(value: unknown): value is TokenizerPart {
  return isRecord(value) && typeof value.type === "string";
}

/**
 * What is known under a part's type.
 * @throws SyntaxError that names the type, if nothing is
 */
export function requireKnown<Value>(
  known: Readonly<Record<string, Value>>,
  what: string,
  { type }: TokenizerPart,
  where: string,
): Value {
  if (Object.hasOwn(known, type)) return known[type]!;
  throw new SyntaxError(`${where}: a ${what} must be one of ${Object.keys(known).join(", ")}, got ${show(type)}`);
}

/** The parts that a sequence holds under a name. */
export function partsOf(part: TokenizerPart, name: string, where: string): readonly TokenizerPart[] {
  const parts = part[name];
  if (Array.isArray(parts) && parts.every(isPart)) return parts;
  throw new SyntaxError(`${where}: ${name} of a Sequence must be a list of parts with a type, got ${show(parts)}`);
}
