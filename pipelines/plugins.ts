import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyUnit, type DataKind, isPlainObject } from "../schemas/index.js";
import { type Registry, withUnits } from "./registry.js";

/** A plugin's place: relative to the folder of the config that names it. */
export const pluginPath = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

/**
 * Loads modules, and adds the units and kinds of data that they export. A module is code: it may do whatever this process may.
 * @throws Error, TypeError if one cannot be loaded, exports neither units nor kinds, or takes a name that is taken
 */
export async function loadPlugins(registry: Registry, paths: readonly string[]): Promise<Registry> {
  let extended = registry;
  for (const path of paths) extended = withPlugin(extended, path, await load(path));
  return extended;
}

async function load(path: string): Promise<readonly unknown[]> {
  try {
    return Object.values((await import(pathToFileURL(path).href)) as object);
  } catch (cause) {
    const [reason] = String((cause as Error)?.message ?? cause).split("\n");
    throw new Error(`plugins: ${path} must be a module that can be loaded, got ${reason}`, { cause });
  }
}

function withPlugin(registry: Registry, path: string, exported: readonly unknown[]): Registry {
  const units = exported.filter(isUnit);
  const kinds = exported.filter(isKind);
  if (units.length + kinds.length === 0)
    throw new TypeError(`plugins: ${path} must export units made with defineUnit, got none`);
  try {
    return { ...withUnits(registry, { units, kinds }), plugins: [...registry.plugins, path] };
  } catch (cause) {
    throw new TypeError(`plugins: ${path}: ${(cause as Error).message}`, { cause });
  }
}

function isUnit(value: unknown): value is AnyUnit {
  if (!isPlainObject(value)) return false;
  const { name, kind, reads, makes, fields, create } = value;
  const texts = [name, kind, reads, makes];
  return texts.every((text) => typeof text === "string") && isPlainObject(fields) && typeof create === "function";
}

function isKind(value: unknown): value is DataKind {
  return (
    isPlainObject(value) && typeof value.name === "string" && ["stream", "whole"].includes(value.arrives as string)
  );
}
