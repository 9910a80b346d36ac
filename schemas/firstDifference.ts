import { isPlainObject } from "./options.js";

/** Where two values of plain data differ: what stands there, undefined where nothing does, and what that stands in. */
export interface Difference {
  readonly path: readonly string[];
  readonly first: unknown;
  readonly second: unknown;
  /** The list or the map, on both sides; undefined at the top. */
  readonly inside?: readonly [first: unknown, second: unknown];
}

/** The first place at which two values of plain data differ, keys in the order of the first. */
export function firstDifference(first: unknown, second: unknown, path: readonly string[] = []): Difference | undefined {
  if (!isTree(first) || !isTree(second) || Array.isArray(first) !== Array.isArray(second))
    return Object.is(first, second) ? undefined : { path, first, second };
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const difference = firstDifference(first[key], second[key], [...path, key]);
    if (difference) return { inside: [first, second], ...difference };
  }
  return undefined;
}

const isTree = (value: unknown): value is Record<string, unknown> => isPlainObject(value) || Array.isArray(value);
