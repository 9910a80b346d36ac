import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isPlainObject } from "../../schemas/index.js";
import type { Manifest } from "./manifest.js";
import { MANIFEST } from "./runDirectory.js";
import { seenFromHere } from "./seenFrom.js";

/**
 * The manifest of a finished run.
 * @throws Error if the folder has none; SyntaxError if it is not one of ours
 */
export async function readManifest(folder: string, who = "readManifest"): Promise<Manifest> {
  return readManifestNow(folder, who);
}

/** The same at once, without a promise. */
export function readManifestNow(folder: string, who: string): Manifest {
  const path = join(folder, MANIFEST);
  const manifest = parsed(textOf(path, who));
  if (!isManifest(manifest))
    throw new SyntaxError(
      `${who}: ${path} must be a manifest of lexstream with inputs and outputs, got something else`,
    );
  return manifest;
}

/** Where an input lies, as the current folder sees it. */
export function inputPlace(folder: string, { format }: Manifest, path: string): string {
  return format === 1 ? path : seenFromHere(folder, path);
}

function textOf(path: string, who: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const beside = code === "ENOTDIR" && existsSync(`${dirname(path)}.run`) ? `; its run is ${dirname(path)}.run` : "";
    throw new Error(`${who}: ${path} must be the manifest of a finished run, got ${code}${beside}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    isPlainObject(value) && isRecords(value.inputs) && isRecords(value.outputs) && isPlainObject(value.config ?? {})
  );
}

function isRecords(value: unknown): boolean {
  const isRecord = (record: unknown) =>
    isPlainObject(record) &&
    typeof record.path === "string" &&
    typeof record.bytes === "number" &&
    typeof record.sha256 === "string";
  return Array.isArray(value) && value.every(isRecord);
}
